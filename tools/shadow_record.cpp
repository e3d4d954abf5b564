#include "tools/shadow_record.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace foreshock {

namespace {

constexpr size_t kMostLines = 20;  // of a rule in the text

std::string text_at(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

Result<std::unique_ptr<ShadowRecord>> ShadowRecord::open(const std::string& path, FileSink::Mode mode, CloudEventContext context) {
    auto file = FileSink::open(path, mode, std::move(context));
    if (!file) return file.problems();
    return std::unique_ptr<ShadowRecord>(new ShadowRecord(std::move(file.value())));
}

void ShadowRecord::decided(const DecidedSlot& slot) {
    if (!slot.shadow.empty()) file_->deliver(slot.shadow);
}

ShadowRule& ShadowReport::rule(const std::string& name) {
    ShadowRule& r = rules_[name];
    r.rule = name;
    return r;
}

void ShadowReport::add(const std::string& rule_name, const std::string& service, ShadowRule::Line line, const std::string& event_id) {
    if (!seen_.insert(event_id).second) return;
    ShadowRule& r = rule(rule_name);
    if (!service.empty()) r.services.insert(service);
    if (line.state == "updated") {
        ++r.updated;
        return;
    }
    ++(line.state == "opened" ? r.opened : r.resolved);
    r.lines.push_back(std::move(line));
}

void ShadowReport::add(const WarningRevision& w) {
    add(w.rule, w.service, {to_rfc3339(w.time), std::string(to_string(w.state)), w.sentence, std::string(to_string(w.severity)), w.id}, event_id(w));
}

void ShadowReport::read(std::istream& lines) {
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) continue;
        const auto event = nlohmann::json::parse(line, nullptr, false);
        const auto data = event.is_object() ? event.find("data") : event.end();
        if (!event.is_object() || data == event.end() || !data->is_object() || text_at(*data, "rule").empty()) {
            ++broken_;
            continue;
        }
        add(text_at(*data, "rule"), text_at(*data, "service"),
            {text_at(event, "time"), text_at(*data, "state"), text_at(*data, "sentence"), text_at(*data, "severity"), text_at(*data, "id")}, text_at(event, "id"));
    }
}

std::string ShadowReport::text(bool any) const {
    if (rules_.empty() && !any) return "No rule is a shadow rule: write shadow: true in those that are to be tried.\n";
    if (rules_.empty()) return "No shadow rule would have said anything.\n";
    std::string out;
    for (const auto& [name, r] : rules_) {
        out += fmt::format("{}: would have opened {} warning{} ({} revisions in all) of {} service{}\n", name, r.opened, r.opened == 1 ? "" : "s",
                           r.opened + r.updated + r.resolved, r.services.size(), r.services.size() == 1 ? "" : "s");
        for (size_t i = 0; i < std::min(kMostLines, r.lines.size()); ++i)
            out += fmt::format("  {}  {:8}  {:8}  {}\n", r.lines[i].time, r.lines[i].state, r.lines[i].severity, r.lines[i].sentence);
        if (r.lines.size() > kMostLines) out += fmt::format("  … and {} more\n", r.lines.size() - kMostLines);
    }
    return out;
}

std::string ShadowReport::json() const {
    auto rules = nlohmann::ordered_json::array();
    for (const auto& [name, r] : rules_) {
        nlohmann::ordered_json one{{"rule", name}, {"opened", r.opened}, {"updated", r.updated}, {"resolved", r.resolved}, {"services", r.services}};
        one["warnings"] = nlohmann::ordered_json::array();
        for (const ShadowRule::Line& l : r.lines)
            one["warnings"].push_back({{"time", l.time}, {"state", l.state}, {"severity", l.severity}, {"id", l.id}, {"sentence", l.sentence}});
        rules.push_back(std::move(one));
    }
    return nlohmann::ordered_json{{"rules", std::move(rules)}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace foreshock
