#include "connectors/http/alertmanager_sink.h"

#include <algorithm>
#include <atomic>

namespace foreshock {
namespace {

constexpr size_t kAlertsPerPost = 200;

EventTime wall_clock() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

EventTime starting_time(EventTime opened_at, EventTime now) {
    return opened_at <= now && now - opened_at <= std::chrono::hours{1} ? opened_at : now;
}

bool is_open(const Alert& a) { return a.ends_at == kEndOfTime; }

}  // namespace

// The alerts of one Alertmanager: its latest word on each waits until it has arrived; open ones come again.
class AlertmanagerSink::Receiver : public Backlog {
public:
    Receiver(const AlertmanagerOptions& options, HttpClient client, LogCallback log)
        : options_(options), worker_("alertmanager", std::move(client), *this, options.outbound, std::move(log)) {}

    void say(const std::vector<Alert>& alerts) {
        worker_.add([&] {
            for (const Alert& a : alerts) put(a);
        });
    }
    // Ends that have not arrived.
    void add_ends(std::map<std::string, Alert>& ends) {
        worker_.add([&] {
            for (const auto& [key, known] : alerts_)
                if (known.waits() && !is_open(known.alert)) ends[key] = known.alert;
        });
    }
    OutboundWorker& worker() { return worker_; }
    const OutboundWorker& worker() const { return worker_; }

    std::optional<HttpRequest> next() override;
    void settled() override;
    size_t waiting() const override { return changed_; }
    std::optional<SteadyTime> due() const override {
        return alerts_.empty() ? std::nullopt : std::optional(last_round_ + options_.resend_every);
    }

    std::atomic<uint64_t> overflowed{0};

private:
    struct Known {
        Alert alert;
        uint64_t said = 1, arrived = 0;  // number of the latest word, and of the latest that arrived
        bool waits() const { return said != arrived; }
    };
    void put(const Alert& a);
    void make_room();
    void start_round();

    const AlertmanagerOptions options_;
    std::map<std::string, Known> alerts_;                      // by key
    std::vector<std::pair<std::string, uint64_t>> under_way_;  // key and number of the word
    size_t changed_ = 0;                                       // alerts that wait
    SteadyTime last_round_ = std::chrono::steady_clock::now();
    OutboundWorker worker_;  // last: its thread uses the above
};

void AlertmanagerSink::Receiver::put(const Alert& a) {
    const std::string key = a.key();
    auto found = alerts_.find(key);
    if (found == alerts_.end()) {
        if (alerts_.size() >= options_.capacity) make_room();
        found = alerts_.emplace(key, Known{a}).first;
        ++changed_;
        return;
    }
    Known& known = found->second;
    if (!known.waits()) ++changed_;
    ++known.said;
    known.alert = a;
}

void AlertmanagerSink::Receiver::make_room() {
    auto victim = std::ranges::find_if(alerts_, [](const auto& entry) { return !is_open(entry.second.alert); });
    if (victim == alerts_.end()) victim = alerts_.begin();
    if (victim->second.waits()) --changed_;
    alerts_.erase(victim);
    ++overflowed;
}

// Everything open is said again.
void AlertmanagerSink::Receiver::start_round() {
    last_round_ = std::chrono::steady_clock::now();
    for (auto& [key, known] : alerts_) {
        if (known.waits()) continue;
        ++known.said;
        ++changed_;
    }
}

std::optional<HttpRequest> AlertmanagerSink::Receiver::next() {
    if (std::chrono::steady_clock::now() - last_round_ >= options_.resend_every) start_round();
    const EventTime now = wall_clock();
    std::vector<Alert> alerts;
    under_way_.clear();
    for (const auto& [key, known] : alerts_) {
        if (!known.waits()) continue;
        if (alerts.size() == kAlertsPerPost) break;
        alerts.push_back(known.alert);
        alerts.back().ends_at = is_open(known.alert) ? now + options_.expires_after : now;
        under_way_.emplace_back(key, known.said);
    }
    if (alerts.empty()) return {};
    return HttpRequest{"application/json", to_alertmanager_json(alerts), options_.headers};
}

void AlertmanagerSink::Receiver::settled() {
    for (const auto& [key, said] : under_way_) {
        const auto found = alerts_.find(key);
        if (found == alerts_.end()) continue;
        found->second.arrived = said;
        if (found->second.waits()) continue;
        --changed_;
        if (!is_open(found->second.alert)) alerts_.erase(found);
    }
}

AlertmanagerSink::AlertmanagerSink() = default;
AlertmanagerSink::~AlertmanagerSink() = default;

Result<std::unique_ptr<AlertmanagerSink>> AlertmanagerSink::open(AlertmanagerOptions options, CloudEventContext context,
                                                                 LogCallback log) {
    Diagnostics problems;
    options.http.extra_path = "/api/v2/alerts";
    auto sink = std::unique_ptr<AlertmanagerSink>(new AlertmanagerSink);
    for (const auto& url : options.urls) {
        auto client = HttpClient::open(url, options.http);
        if (client) {
            sink->receivers_.push_back(std::make_unique<Receiver>(options, std::move(client.value()), log));
        } else {
            problems.insert(problems.end(), client.problems().begin(), client.problems().end());
        }
    }
    if (options.urls.empty()) {
        problems.push_back({"", 0, 0, "alertmanager without a URL", "write urls: ['http://host:9093']"});
    }
    if (!problems.empty()) return problems;
    sink->options_ = std::move(options);
    sink->context_ = std::move(context);
    return sink;
}

void AlertmanagerSink::deliver(std::span<const WarningRevision> revisions) {
    if (revisions.empty()) return;
    std::vector<Alert> said;
    const EventTime now = wall_clock();
    for (const auto& w : revisions) {
        if (w.incident.quiet) continue;
        Alert alert{
            alert_labels(w), alert_annotations(w), warning_url(w, context_), starting_time(w.opened_at, now), {}};
        if (const auto before = open_.find(w.id); before != open_.end()) {
            Alert& old = before->second;
            for (const char* stable : {"resource", "metric"}) {
                alert.labels.erase(stable);
                if (old.labels.contains(stable)) alert.labels[stable] = old.labels[stable];
            }
            alert.starts_at = old.starts_at;
            if (alert.labels != old.labels) {
                old.ends_at = now;
                said.push_back(old);
            }
        }
        const bool over = w.state == WarningState::resolved;
        alert.ends_at = over ? now : kEndOfTime;
        said.push_back(alert);
        if (over)
            open_.erase(w.id);
        else
            open_[w.id] = std::move(alert);
    }
    for (const auto& receiver : receivers_) receiver->say(said);
}

void AlertmanagerSink::archive(Archive& a) {
    std::map<std::string, Alert> ends;
    if (!a.restoring())
        for (const auto& receiver : receivers_) receiver->add_ends(ends);
    a(open_, ends);
    if (!a.restoring() || !a.ok()) return;
    std::vector<Alert> said;
    for (const auto& [key, alert] : ends) said.push_back(alert);
    for (const auto& [id, alert] : open_) said.push_back(alert);
    for (const auto& receiver : receivers_) receiver->say(said);
}

bool AlertmanagerSink::flush(std::chrono::milliseconds timeout) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    bool all = true;
    for (const auto& receiver : receivers_) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        all = receiver->worker().flush(std::max(left, std::chrono::milliseconds{0})) && all;
    }
    return all;
}

bool AlertmanagerSink::ready() const {
    return std::ranges::all_of(receivers_, [](const auto& r) { return r->worker().counts().reached; });
}

std::string AlertmanagerSink::name() const {
    std::string out = "alertmanager";
    for (const auto& receiver : receivers_) out += " " + receiver->worker().receiver();
    return out;
}

std::vector<std::pair<std::string, OutboundCounts>> AlertmanagerSink::counts() const {
    std::vector<std::pair<std::string, OutboundCounts>> out;
    for (const auto& receiver : receivers_)
        out.emplace_back(receiver->worker().receiver(), receiver->worker().counts());
    return out;
}

uint64_t AlertmanagerSink::overflowed() const {
    uint64_t sum = 0;
    for (const auto& receiver : receivers_) sum += receiver->overflowed;
    return sum;
}

}  // namespace foreshock
