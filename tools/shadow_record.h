// The record of shadow rules: what they would have sent, as CloudEvents, one a line. And what can be said of it.
#pragma once

#include <istream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "connectors/file/warning_sink.h"
#include "engine/run/observer.h"

namespace foreshock {

// Writes what shadow rules say into a file; a resumed run says nothing twice. The thread rule of observers.
class ShadowRecord : public Observer {
public:
    static Result<std::unique_ptr<ShadowRecord>> open(const std::string& path, FileSink::Mode mode, CloudEventContext context);
    void decided(const DecidedSlot& slot) override;

private:
    explicit ShadowRecord(std::unique_ptr<FileSink> file) : file_(std::move(file)) {}
    std::unique_ptr<FileSink> file_;
};

// What one shadow rule would have sent.
struct ShadowRule {
    std::string rule;
    uint64_t opened = 0, updated = 0, resolved = 0;
    std::set<std::string> services;
    struct Line { std::string time, state, sentence, severity, id; };
    std::vector<Line> lines;  // openings and ends, in order
};

// Reads the lines of such a file; each revision counts once however often it stands there. Lines that are no warnings are counted.
class ShadowReport {
public:
    void read(std::istream& lines);
    void add(const WarningRevision& w);

    // `any`: is there a shadow rule at all?
    std::string text(bool any = true) const;
    std::string json() const;
    uint64_t broken_lines() const { return broken_; }

private:
    ShadowRule& rule(const std::string& name);
    void add(const std::string& rule_name, const std::string& service, ShadowRule::Line line, const std::string& event_id);

    std::map<std::string, ShadowRule> rules_;
    std::set<std::string> seen_;  // event ids
    uint64_t broken_ = 0;
};

}  // namespace foreshock
