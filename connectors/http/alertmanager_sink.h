// Open warnings as firing alerts in one or several Alertmanagers (every member of a cluster is told, as its makers
// advise).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "connectors/format/alertmanager.h"
#include "connectors/format/cloudevents.h"
#include "connectors/http/http_client.h"
#include "connectors/http/outbound_worker.h"
#include "engine/base/result.h"
#include "engine/run/sink.h"

namespace foreshock {

struct AlertmanagerOptions {
    std::vector<std::string> urls;            // "http://host:9093", optionally with the path prefix it serves under
    std::chrono::seconds resend_every{60};    // open alerts are sent again at this pace …
    std::chrono::seconds expires_after{300};  // … and end by themselves this long after the last time
    HttpHeaders headers;                      // e.g. authorization
    size_t capacity = 10'000;                 // alerts known at once
    HttpClientOptions http;
    OutboundOptions outbound;
};

// A live sink: Alertmanager judges by the clock on the wall, so `endsAt` and the pace of sending again do too, even
// when the events are of last year. `startsAt` is the event time of the opening when that lies within the last hour,
// else the moment of sending. A warning is one alert from open to end: its resource and metric labels are those of its
// first revision (where it stands now is said in annotations). Only a change of severity makes another alert, and the
// same post resolves the old. Each URL has its own thread and is independent of the others. Alerts beyond `capacity`
// are dropped and counted, resolved ones first (those expire by themselves). Checkpoints keep what is open and the ends
// that have not arrived; after a restart every Alertmanager is told both again.
class AlertmanagerSink : public Sink {
public:
    // Problems: no URL, or one that is none.
    static Result<std::unique_ptr<AlertmanagerSink>> open(AlertmanagerOptions options, CloudEventContext context,
                                                          LogCallback log);
    ~AlertmanagerSink() override;

    void deliver(std::span<const WarningRevision> revisions) override;
    bool flush(std::chrono::milliseconds timeout) override;  // of all receivers
    bool ready() const override;                             // all are reached
    std::string name() const override;
    std::string outbox() const override { return "alertmanager"; }
    void archive(Archive& a) override;

    std::vector<std::pair<std::string, OutboundCounts>> counts() const;  // by receiver; any thread
    uint64_t overflowed() const;                                         // any thread

private:
    class Receiver;
    AlertmanagerSink();

    AlertmanagerOptions options_;
    CloudEventContext context_;
    std::map<std::string, Alert> open_;  // by warning id: as last said
    std::vector<std::unique_ptr<Receiver>> receivers_;
};

}  // namespace foreshock
