// Sends each revision as a structured CloudEvent to one URL, in order, at least once.
#pragma once

#include <memory>
#include <string>

#include "connectors/format/cloudevents.h"
#include "connectors/http/http_client.h"
#include "connectors/http/outbound_worker.h"
#include "connectors/http/waiting_events.h"
#include "engine/base/result.h"
#include "engine/run/sink.h"

namespace foreshock {

struct WebhookOptions {
    std::string url;
    HttpHeaders headers;       // sent with each request, e.g. {"authorization", "Bearer …"}
    size_t capacity = 10'000;  // revisions that may wait
    Micros retry_for = std::chrono::hours{24};
    DeadLetterOutput* dead_letters = nullptr;  // outlives the sink
    HttpClientOptions http;
    OutboundOptions outbound;
};

// Header `Idempotency-Key` is the event id, so that a receiver can drop what it gets twice. Connection errors, 408, 429
// and 5xx are repeated with back-off for `retry_for`, and what comes later of the same warning waits behind; any other
// refusal is counted and left behind. When more than `capacity` wait, the oldest `updated` revision goes first, then the
// oldest of all. What is given up goes to the dead letters; what waits goes into checkpoints.
class WebhookSink : public Sink {
public:
    // Problem: the URL is none.
    static Result<std::unique_ptr<WebhookSink>> open(WebhookOptions options, CloudEventContext context,
                                                     LogCallback log);
    ~WebhookSink() override;

    void deliver(std::span<const WarningRevision> revisions) override;
    void keep(std::span<const SuppressedWarning> suppressed) override;
    bool flush(std::chrono::milliseconds timeout) override;
    bool ready() const override;
    std::string name() const override;
    std::string outbox() const override { return name(); }
    void archive(Archive& a) override;

    OutboundCounts counts() const;  // any thread
    uint64_t overflowed() const;    // revisions dropped because too many waited; any thread
    uint64_t given_up() const;      // revisions dropped because they were tried for too long; any thread

private:
    WebhookSink(WebhookOptions options, HttpClient client, CloudEventContext context, LogCallback log);

    CloudEventContext context_;
    std::unique_ptr<WaitingEvents> waiting_;
    std::unique_ptr<OutboundWorker> worker_;
};

}  // namespace foreshock
