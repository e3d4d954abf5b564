#include "tools/commands/serving.h"

#include "connectors/http/alertmanager_sink.h"
#include "connectors/http/webhook_sink.h"
#include "connectors/kafka/kafka_outbox_sink.h"
#include "connectors/kafka/kafka_source.h"
#include "foreshock_version.h"
#include "tools/log.h"
#include "tools/what_if/what_if_answer.h"
#include "tools/wiring.h"

namespace foreshock {

Serving::Serving(const Config& config, const std::vector<std::unique_ptr<Source>>& sources, const std::vector<std::unique_ptr<Sink>>& sinks)
    : config_(config), sources_(sources), sinks_(sinks), moments_(kUsualLookAhead) {}

std::vector<Observer*> Serving::observers() {
    if (config_.http.host.empty()) return {};
    return {&live_, &moments_};
}

Status Serving::start(Pipeline& pipeline, Reloader* reloader) {
    if (config_.http.host.empty()) return Done{};
    std::function<HttpAnswer()> reload;
    if (reloader != nullptr) reload = [reloader] { return to_answer(reloader->reload("asked over HTTP")); };
    HttpServerOptions options{config_.http.host, config_.http.port, std::string(kVersion)};
    server_ = std::make_unique<HttpServer>(std::move(options),
                                           HttpAnswers{[this, &pipeline, reloader] {
                                                           const RunTotals t = pipeline.totals();
                                                           return to_prometheus(t, live_.now(), receivers(), std::string(kVersion), lag(t),
                                                                                reloader != nullptr ? reloader->metrics() : ReloadMetrics{}, kafka());
                                                       },
                                                       [this] { return readiness(); },
                                                       [this, &pipeline] { return state_json(live_.now(), lag(pipeline.totals())); }, reload,
                                                       [this](const std::string& id) {
                                                           const CloudEventContext context = cloud_event_context(config_);
                                                           return id.empty() ? warnings_json(live_.now(), context) : warning_json(live_.now(), context, id);
                                                       },
                                                       [this](const HttpQuery& query) { return answer_what_if(query, moments_); }});
    const auto port = server_->start();
    if (!port) return port.problems();
    log(LogLevel::info, "serving http://" + config_.http.host + ":" + std::to_string(port.value()));
    return Done{};
}

Lag Serving::lag(const RunTotals& totals) {
    const auto now = std::chrono::steady_clock::now();
    const SlotOptions& slots = config_.engine.slots;
    const EventTime until = live_.now().decided_until;
    if (until == EventTime{}) return {};
    const std::lock_guard lock(lag_mutex_);
    if (totals.records != records_) {
        records_ = totals.records;
        records_at_ = now;
    }
    const auto wall = std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
    Lag lag{std::max(0.0, to_seconds(wall - until)), Lag::Why::none};
    const Micros tolerated = 3 * slots.length + slots.allowed_lateness + slots.idle_timeout;
    if (wall - until <= tolerated) return lag;
    lag.why = now - records_at_ > slots.idle_timeout ? Lag::Why::sources_silent : Lag::Why::engine_behind;
    return lag;
}

Readiness Serving::readiness() const {
    Readiness r;
    for (size_t i = 0; i < sources_.size(); ++i)
        if (!sources_[i]->ready()) r.reasons.push_back("source " + std::to_string(i + 1) + ": not reached");
    for (const auto& sink : sinks_)
        if (!sink->ready()) r.reasons.push_back(sink->name() + ": not reached");
    return r;
}

std::vector<ReceiverMetrics> Serving::receivers() const {
    std::vector<ReceiverMetrics> all;
    const auto add = [&](const std::string& name, const OutboundCounts& c, uint64_t overflowed, uint64_t given_up) {
        all.push_back({name, c.delivered, c.retried, c.rejected, overflowed, given_up, c.waiting, c.reached});
    };
    for (const auto& sink : sinks_) {
        if (const auto* webhook = dynamic_cast<const WebhookSink*>(sink.get())) add(webhook->name(), webhook->counts(), webhook->overflowed(), webhook->given_up());
        if (const auto* topic = dynamic_cast<const KafkaOutboxSink*>(sink.get())) add(topic->name(), topic->counts(), 0, 0);
        if (const auto* alerts = dynamic_cast<const AlertmanagerSink*>(sink.get()))
            for (const auto& [receiver, counts] : alerts->counts()) add(receiver, counts, alerts->overflowed(), 0);
    }
    return all;
}

KafkaReading Serving::kafka() const {
    KafkaReading all;
    for (const auto& source : sources_) {
        const auto* kafka = dynamic_cast<const KafkaSource*>(source.get());
        for (size_t i = 0; kafka != nullptr && i < all.records.size(); ++i) all.records[i] += kafka->reading().records.get(static_cast<KafkaFetch>(i));
        for (size_t i = 0; kafka != nullptr && i < all.fallbacks.size(); ++i) all.fallbacks[i] += kafka->reading().fallbacks.get(static_cast<DirectFallback>(i));
    }
    return all;
}

}  // namespace foreshock
