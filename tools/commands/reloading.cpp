#include "tools/commands/reloading.h"

#include <filesystem>
#include <utility>
#include <nlohmann/json.hpp>

#include "engine/plan/resource_matcher.h"
#include "rules/rule_reader.h"
#include "rules/secrets.h"
#include "tools/log.h"

namespace foreshock {

namespace {

constexpr const char* kRestart = "Sources, outputs and other parts of the configuration were changed too: they take a restart.";

// The program's part alone, as text: what is compared.
std::string program_of(const Config& config) {
    std::string text = dump_config(config);
    return text.substr(0, text.find("\n#"));
}

std::string list(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? " (" : ", ") + name;
    return out.empty() ? out : out + ")";
}

std::string text_of(const Changes& c) {
    const auto part = [](const std::vector<std::string>& names, const char* what) { return std::to_string(names.size()) + " " + what + list(names) + ", "; };
    return part(c.added, "added") + part(c.changed, "changed") + part(c.removed, "removed") + std::to_string(c.kept) + " kept as they were";
}

template <class F>
void each_part(const ReloadOutcome& o, F&& f) {
    f("services", o.model.services);
    f("resources", o.model.resources);
    f("views", o.model.views);
    f("calendar", o.model.calendar);
}

// What decides which sums are made: nothing of it changes while running.
bool same_sums(const EngineOptions& a, const EngineOptions& b) {
    return a.app == b.app && a.slots == b.slots && a.bounds == b.bounds && a.dimensions == b.dimensions;
}

bool names_nothing(const Model& m) { return m.services.empty() && m.resources.empty(); }

void put(nlohmann::ordered_json& into, const Changes& c) {
    into["added"] = c.added;
    into["changed"] = c.changed;
    into["removed"] = c.removed;
    into["kept"] = c.kept;
}

void log_outcome(const ReloadOutcome& o, const std::string& cause) {
    const std::string head = "reload (" + cause + "): ";
    switch (o.kind) {
        case ReloadOutcome::Kind::applied:
            log(LogLevel::info, head + "rules " + text_of(o.changes));
            each_part(o, [&](const char* part, const Changes& c) { if (!c.none()) log(LogLevel::info, head + part + ' ' + text_of(c)); });
            if (o.model.limits) log(LogLevel::info, head + "other limits of warnings");
            break;
        case ReloadOutcome::Kind::unchanged: log(LogLevel::info, head + "nothing that can be taken while running has changed"); break;
        case ReloadOutcome::Kind::refused:
            log(LogLevel::warning, head + "refused, model and rules in force stay");
            for (const Diagnostic& d : o.problems) log(LogLevel::warning, d.text());
            break;
    }
    if (o.restart_needed) log(LogLevel::warning, kRestart);
}

}  // namespace

HttpAnswer to_answer(const ReloadOutcome& o) {
    constexpr const char* kNames[]{"applied", "unchanged", "refused"};
    nlohmann::ordered_json body{{"result", kNames[static_cast<size_t>(o.kind)]}};
    const bool refused = o.kind == ReloadOutcome::Kind::refused;
    if (refused) {
        body["problems"] = nlohmann::json::array();
        for (const Diagnostic& d : o.problems) body["problems"].push_back(d.text());
    } else {
        put(body, o.changes);
        each_part(o, [&](const char* part, const Changes& c) { put(body["model"][part], c); });
        body["model"]["limits_changed"] = o.model.limits;
        body["restart_needed"] = o.restart_needed;
    }
    return {refused ? 422 : 200, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

Reloader::Reloader(const Config& config, Pipeline& pipeline) : config_(config), pipeline_(pipeline), rules_(config.rules), model_(borrowed(config.model)), warn_(config.engine.warn), watched_(config) {
    stamps_ = stamps();
    seen_ = fingerprint();
}

Reloader::~Reloader() {
    {
        const std::lock_guard lock(end_mutex_);
        ended_ = true;
    }
    end_.notify_all();
    if (watcher_.joinable()) watcher_.join();
}

ReloadOutcome Reloader::reload(const std::string& cause, Empty empty) {
    const std::lock_guard lock(mutex_);
    stamps_ = stamps();  // before reading: what changes meanwhile is seen as a change
    seen_ = fingerprint();
    ReloadOutcome o = read_anew(empty);
    metrics_.applied += o.kind == ReloadOutcome::Kind::applied;
    metrics_.unchanged += o.kind == ReloadOutcome::Kind::unchanged;
    metrics_.refused += o.kind == ReloadOutcome::Kind::refused;
    metrics_.added += o.changes.added.size();
    metrics_.changed += o.changes.changed.size();
    metrics_.removed += o.changes.removed.size();
    log_outcome(o, cause);
    return o;
}

ReloadOutcome Reloader::read_anew(Empty empty) {
    ReloadOutcome o;
    auto loaded = load_config(config_.file);
    if (!loaded) {
        o.problems = loaded.problems();
        return o;
    }
    Config& next = loaded.value();
    if (!same_sums(next.engine, config_.engine)) {
        o.problems.push_back({config_.file, 0, 0, "app, slots, bounds or dimensions are others", "restart to take them; rules, the service model and warn are taken while running"});
        return o;
    }
    if (labels_asked_for(next.model) != labels_asked_for(config_.model)) {
        o.problems.push_back({config_.file, 0, 0, "matchers of resources ask for other labels of events", "restart to read them; matchers on the same labels are taken while running"});
        return o;
    }
    if (empty == Empty::refused && names_nothing(next.model) && !names_nothing(*model_)) {
        o.problems.push_back({config_.file, 0, 0, "the model names no service and no resource any more", "if that is meant, reload by SIGHUP or POST /api/v1/reload"});
        return o;
    }
    const WarnOptions warn = std::exchange(next.engine.warn, config_.engine.warn);
    o.restart_needed = program_of(next) != program_of(config_);
    next.engine.warn = warn;
    o.changes = changes_between(rules_.rules, next.rules.rules);
    o.model = {changes_between(model_->services, next.model.services), changes_between(model_->resources, next.model.resources),
               changes_between(model_->views, next.model.views), changes_between(model_->calendar, next.model.calendar), !(next.engine.warn == warn_)};
    const bool other_model = next.model.hash != model_->hash;  // the hash knows the order
    const bool same = !other_model && o.changes.none() && rules_.hash == next.rules.hash;
    o.kind = same ? ReloadOutcome::Kind::unchanged : ReloadOutcome::Kind::applied;
    if (!same) {
        rules_ = next.rules;
        warn_ = next.engine.warn;
        if (other_model) {
            model_ = std::make_shared<const Model>(std::move(next.model));
            pipeline_.replace_model(model_, warn_, std::move(next.rules));
        } else {
            pipeline_.replace_rules(std::move(next.rules));
        }
        next.rules = {};
        next.model = {};
    }
    watched_ = std::move(next);  // may name other files than before
    stamps_ = stamps();
    seen_ = fingerprint();
    return o;
}

std::string Reloader::stamps() const {
    std::string all;
    for (const std::string& file : files_of(watched_)) {
        std::error_code error;
        const auto at = std::filesystem::last_write_time(file, error);
        const auto size = std::filesystem::file_size(file, error);
        all += file + ' ' + std::to_string(at.time_since_epoch().count()) + ' ' + std::to_string(size) + '\n';
    }
    return all;
}

std::string Reloader::fingerprint() const {
    std::string all;
    for (const std::string& file : files_of(watched_)) {
        const auto text = read_file(file);
        all += file + ' ' + (text ? hash_text(text.value()) : "-") + '\n';
    }
    return all;
}

void Reloader::look() {
    const bool changed = [this] {
        const std::lock_guard lock(mutex_);
        std::string now = stamps();
        const bool still = now == last_look_;
        last_look_ = std::move(now);
        if (!still || last_look_ == stamps_) return false;
        stamps_ = last_look_;
        return fingerprint() != seen_;
    }();
    if (changed) (void)reload("a file has changed", Empty::refused);
}

void Reloader::watch() {
    if (config_.reload.watch_every.count() == 0) return;
    watcher_ = std::thread([this] {
        std::unique_lock lock(end_mutex_);
        while (!end_.wait_for(lock, config_.reload.watch_every, [this] { return ended_; })) {
            lock.unlock();
            look();
            lock.lock();
        }
    });
}

ReloadMetrics Reloader::metrics() const {
    const std::lock_guard lock(mutex_);
    return metrics_;
}

}  // namespace foreshock
