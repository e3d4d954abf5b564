#include "connectors/http/webhook_sink.h"

#include <algorithm>
#include <atomic>
#include <deque>

namespace foreshock {

// Events in order; the first may be on its way.
class WebhookSink::Waiting : public Backlog {
public:
    Waiting(HttpHeaders headers, size_t capacity)
        : headers_(std::move(headers)), capacity_(std::max<size_t>(capacity, 2)) {}

    void push(std::string id, std::string body, bool superseded_by_later) {
        if (events_.size() >= capacity_) make_room();
        events_.push_back({std::move(id), std::move(body), superseded_by_later});
    }
    std::optional<HttpRequest> next() override {
        if (events_.empty()) return {};
        HttpRequest request{std::string(kCloudEventContentType), events_.front().body, headers_};
        request.headers.emplace_back("Idempotency-Key", events_.front().id);
        return request;
    }
    void settled() override { events_.pop_front(); }
    size_t waiting() const override { return events_.size(); }

    std::atomic<uint64_t> overflowed{0};

private:
    struct Event {
        std::string id, body;
        bool superseded_by_later;
    };
    void make_room() {
        const auto second = events_.begin() + 1;  // the first may be on its way
        const auto found = std::find_if(second, events_.end(), [](const Event& e) { return e.superseded_by_later; });
        events_.erase(found == events_.end() ? second : found);
        ++overflowed;
    }

    const HttpHeaders headers_;
    const size_t capacity_;
    std::deque<Event> events_;
};

Result<std::unique_ptr<WebhookSink>> WebhookSink::open(WebhookOptions options, CloudEventContext context,
                                                       LogCallback log) {
    auto client = HttpClient::open(options.url, options.http);
    if (!client) return client.problems();
    return std::unique_ptr<WebhookSink>(
        new WebhookSink(std::move(options), std::move(client.value()), std::move(context), std::move(log)));
}

WebhookSink::WebhookSink(WebhookOptions options, HttpClient client, CloudEventContext context, LogCallback log)
    : context_(std::move(context)),
      waiting_(std::make_unique<Waiting>(std::move(options.headers), options.capacity)),
      worker_(std::make_unique<OutboundWorker>("webhook", std::move(client), *waiting_, options.outbound,
                                               std::move(log))) {}

WebhookSink::~WebhookSink() = default;

void WebhookSink::deliver(std::span<const WarningRevision> revisions) {
    if (revisions.empty()) return;
    worker_->add([&] {
        for (const auto& w : revisions) {
            if (w.incident.quiet) continue;
            waiting_->push(event_id(w), to_cloudevent(w, context_), w.state == WarningState::updated);
        }
    });
}

bool WebhookSink::flush(std::chrono::milliseconds timeout) { return worker_->flush(timeout); }
bool WebhookSink::ready() const { return worker_->counts().reached; }
std::string WebhookSink::name() const { return "webhook " + worker_->receiver(); }
OutboundCounts WebhookSink::counts() const { return worker_->counts(); }
uint64_t WebhookSink::overflowed() const { return waiting_->overflowed; }

}  // namespace foreshock
