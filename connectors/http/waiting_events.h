// CloudEvents that wait for one receiver: each warning's in their order, at least once, through restarts of the process.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <set>
#include <string>

#include "connectors/http/outbound_worker.h"
#include "engine/base/archive.h"
#include "engine/run/dead_letter.h"

namespace foreshock {

// One worker only (its OutboundWorker, under whose lock everything is called), but for the counts. An event that the receiver
// answers with a failure holds up the later ones of its own warning only. What is refused, has been tried for `retry_for`, or is
// one too many goes to the dead letters with its reason.
class WaitingEvents : public Backlog {
public:
    struct Options {
        std::string receiver;  // for dead letters
        HttpHeaders headers;
        size_t capacity = 10'000;
        Micros retry_for = std::chrono::hours{24};  // since the event was said, by the clock on the wall
        DeadLetterOutput* dead_letters = nullptr;
    };
    struct Event {
        std::string warning, id, body;
        bool superseded_by_later = false;  // goes first when too many wait
        EventTime said{};                  // by the clock on the wall

        void archive(Archive& a) { a(warning, id, body, superseded_by_later, said); }
    };
    explicit WaitingEvents(Options options) : options_(std::move(options)) {}

    void push(Event event);
    // Restored events go before what waits already.
    void archive(Archive& a);
    const std::list<Event>& events() const { return events_; }

    std::optional<HttpRequest> next() override;
    void settled() override { drop(current_); }
    void refused(const HttpReply& reply) override;
    void failed(const HttpReply& reply) override;
    size_t waiting() const override { return events_.size(); }

    uint64_t overflowed() const { return overflowed_; }  // any thread
    uint64_t given_up() const { return given_up_; }      // any thread

private:
    using Position = std::list<Event>::iterator;
    Position drop(Position event);
    void give_up(const Event& event, const char* reason, const std::string& what);
    void make_room();

    const Options options_;
    std::list<Event> events_;
    Position current_ = events_.end();      // on its way
    std::set<std::string> held_;            // warnings that were answered with a failure, in this round
    std::atomic<uint64_t> overflowed_{0}, given_up_{0};
};

}  // namespace foreshock
