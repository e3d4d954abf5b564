// Sinks that write warnings on this machine: a file of JSON lines, and standard output for people and pipes.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <unordered_set>

#include "connectors/format/cloudevents.h"
#include "engine/base/result.h"
#include "engine/run/sink.h"

namespace foreshock {

// One CloudEvent a line, what maintenance kept back among them, in the order of the revisions, handed to the system when `deliver` returns. Appending to a
// file that a killed run left behind cuts a half-written last line off and leaves out what the file already holds (by
// event id, among the last kLookBack bytes), so that a resumed run says nothing twice. What the disk refuses is tried
// again with the next delivery; beyond kMaxKept bytes it is lost and counted. One worker only, but for `ready`.
class FileSink : public Sink {
public:
    enum class Mode : uint8_t { append, truncate };
    // Problem: the file cannot be opened for writing.
    static Result<std::unique_ptr<FileSink>> open(const std::string& path, Mode mode, CloudEventContext context);
    ~FileSink() override;
    FileSink(const FileSink&) = delete;
    FileSink& operator=(const FileSink&) = delete;

    void deliver(std::span<const WarningRevision> revisions) override;
    void advise(std::span<const CapacityAdvice> advice) override;
    void keep(std::span<const SuppressedWarning> suppressed) override;
    bool flush(std::chrono::milliseconds timeout) override;
    bool ready() const override { return written_all_; }  // any thread
    std::string name() const override { return "file " + path_; }

    uint64_t lost() const { return lost_; }  // revisions

    static constexpr size_t kMaxKept = 16u << 20;
    static constexpr size_t kLookBack = 16u << 20;

private:
    FileSink(int file, std::string path, CloudEventContext context);
    void read_back();
    void add(const std::string& id, std::string event);
    void write_pending();

    int file_;
    std::string path_;
    CloudEventContext context_;
    std::unordered_set<std::string> written_;  // ids of events found in the file at the start
    std::string pending_;                      // lines not yet written
    std::atomic<bool> written_all_{true};
    uint64_t lost_ = 0;
};

// "09:35 OPENED   checkout: ...", the hour and minute in UTC: a warning as one line for a person.
std::string to_sentence_line(const WarningRevision& w);

// Sentences or CloudEvents, one a line, flushed with each delivery. One worker only.
class StdoutSink : public Sink {
public:
    enum class Form : uint8_t { sentence, json };
    StdoutSink(std::ostream& out, Form form, CloudEventContext context)
        : out_(out), form_(form), context_(std::move(context)) {}

    void deliver(std::span<const WarningRevision> revisions) override;
    bool flush(std::chrono::milliseconds timeout) override;
    bool ready() const override { return good_; }  // any thread
    std::string name() const override { return "stdout"; }

private:
    std::ostream& out_;
    std::atomic<bool> good_{true};
    Form form_;
    CloudEventContext context_;
};

}  // namespace foreshock
