#include "connectors/http/webhook_sink.h"

#include "connectors/format/suppression_event.h"

namespace foreshock {

Result<std::unique_ptr<WebhookSink>> WebhookSink::open(WebhookOptions options, CloudEventContext context,
                                                       LogCallback log) {
    auto client = HttpClient::open(options.url, options.http);
    if (!client) return client.problems();
    return std::unique_ptr<WebhookSink>(
        new WebhookSink(std::move(options), std::move(client.value()), std::move(context), std::move(log)));
}

WebhookSink::WebhookSink(WebhookOptions options, HttpClient client, CloudEventContext context, LogCallback log)
    : context_(std::move(context)),
      waiting_(std::make_unique<WaitingEvents>(WaitingEvents::Options{
          "webhook " + client.shown(), std::move(options.headers), options.capacity, options.retry_for, options.dead_letters})),
      worker_(std::make_unique<OutboundWorker>("webhook", std::move(client), *waiting_, options.outbound,
                                               std::move(log))) {}

WebhookSink::~WebhookSink() = default;

void WebhookSink::deliver(std::span<const WarningRevision> revisions) {
    if (revisions.empty()) return;
    worker_->add([&] {
        for (const auto& w : revisions) {
            if (w.incident.quiet) continue;
            waiting_->push({w.id, event_id(w), to_cloudevent(w, context_), w.state == WarningState::updated, {}});
        }
    });
}

void WebhookSink::keep(std::span<const SuppressedWarning> suppressed) {
    if (!context_.suppressed || suppressed.empty()) return;
    worker_->add([&] {
        for (const auto& w : suppressed) waiting_->push({suppression_id(w, context_), event_id(w, context_), to_cloudevent(w, context_), false, {}});
    });
}

bool WebhookSink::flush(std::chrono::milliseconds timeout) { return worker_->flush(timeout); }
bool WebhookSink::ready() const { return worker_->counts().reached; }
std::string WebhookSink::name() const { return "webhook " + worker_->receiver(); }
OutboundCounts WebhookSink::counts() const { return worker_->counts(); }
uint64_t WebhookSink::overflowed() const { return waiting_->overflowed(); }
uint64_t WebhookSink::given_up() const { return waiting_->given_up(); }

void WebhookSink::archive(Archive& a) {
    worker_->add([&] { waiting_->archive(a); });
}

}  // namespace foreshock
