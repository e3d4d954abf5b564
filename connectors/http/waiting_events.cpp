#include "connectors/http/waiting_events.h"

#include <algorithm>

#include "connectors/format/cloudevents.h"

namespace foreshock {
namespace {

EventTime wall_clock() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

std::string text_of(const HttpReply& reply) {
    return reply.status == 0 ? reply.error : "status " + std::to_string(reply.status) + ": " + reply.error;
}

}  // namespace

void WaitingEvents::push(Event event) {
    if (events_.size() >= std::max<size_t>(options_.capacity, 2)) make_room();
    event.said = wall_clock();
    events_.push_back(std::move(event));
}

void WaitingEvents::archive(Archive& a) {
    uint64_t n = events_.size();
    a(n);
    if (!a.restoring()) {
        for (Event& e : events_) a(e);
        return;
    }
    const Position before = events_.begin();
    for (uint64_t i = 0; i < n && a.ok(); ++i) {
        Event e;
        a(e);
        events_.insert(before, std::move(e));
    }
}

std::optional<HttpRequest> WaitingEvents::next() {
    if (events_.empty()) return {};
    current_ = std::ranges::find_if(events_, [&](const Event& e) { return !held_.contains(e.warning); });
    if (current_ == events_.end()) {
        held_.clear();
        current_ = events_.begin();
    }
    HttpRequest request{std::string(kCloudEventContentType), current_->body, options_.headers};
    request.headers.emplace_back("Idempotency-Key", current_->id);
    return request;
}

void WaitingEvents::refused(const HttpReply& reply) {
    give_up(*current_, "refused", text_of(reply));
    drop(current_);
}

void WaitingEvents::failed(const HttpReply& reply) {
    if (reply.status != 0) held_.insert(current_->warning);
    current_ = events_.end();
    const EventTime oldest = wall_clock() - options_.retry_for;
    for (auto e = events_.begin(); e != events_.end();) {
        if (e->said > oldest) {
            ++e;
            continue;
        }
        give_up(*e, "given_up", text_of(reply));
        ++given_up_;
        e = drop(e);
    }
}

WaitingEvents::Position WaitingEvents::drop(Position event) {
    if (event == current_) current_ = events_.end();
    return events_.erase(event);
}

void WaitingEvents::give_up(const Event& event, const char* reason, const std::string& what) {
    if (options_.dead_letters != nullptr) options_.dead_letters->write({options_.receiver, reason, what, event.body});
}

// What is on its way stays.
void WaitingEvents::make_room() {
    auto victim = events_.begin();
    const auto find = [&](bool updates_only) {
        for (victim = events_.begin(); victim != events_.end(); ++victim)
            if (victim != current_ && (victim->superseded_by_later || !updates_only)) return true;
        return false;
    };
    if (!find(true) && !find(false)) return;
    give_up(*victim, "overflow", std::to_string(events_.size()) + " events wait");
    ++overflowed_;
    drop(victim);
}

}  // namespace foreshock
