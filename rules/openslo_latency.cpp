#include "rules/openslo_latency.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <regex>

#include "rules/values.h"

namespace foreshock {
namespace {

void append_texts(const YamlNode* node, std::string& out) {
    if (node == nullptr) return;
    if (node->is_scalar()) out += ' ' + node->text;
    for (const YamlNode& item : node->items) append_texts(&item, out);
    for (const YamlEntry& e : node->entries) append_texts(&e.value, out);
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::string percentile_in(const std::string& text) {
    static const std::regex named("(?:^|[^a-z0-9])p([5-9][0-9](?:[.][0-9])?|999)(?![0-9])|([5-9][0-9](?:[.][0-9])?)th"), quantile("quantile\\w*[^0-9.]{1,4}(0?[.][0-9]+)");
    std::smatch m;
    if (std::regex_search(text, m, named)) return m[1].matched ? (m[1] == "999" ? "99.9" : m[1].str()) : m[2].str();
    if (!std::regex_search(text, m, quantile)) return {};
    const double percent = std::round(1000 * parse_number(m[1].str()[0] == '.' ? "0" + m[1].str() : m[1].str()).value_or(0)) / 10;
    char out[16];
    std::snprintf(out, sizeof out, "%g", percent);
    return percent >= 50 && percent <= 99.9 ? out : "";
}

double unit_in(const std::string& text) {
    static const std::regex milli("millis|(?:^|[^a-z0-9])ms(?![a-z0-9])|msec"), micro("micros|(?:^|[^a-z0-9])us(?![a-z0-9])|usec"), second("seconds|(?:^|[^a-z0-9])(?:secs?|second)(?![a-z0-9])|_s(?![a-z0-9_])");
    return std::regex_search(text, milli) ? 1 : std::regex_search(text, micro) ? 0.001 : std::regex_search(text, second) ? 1000 : 0;
}

}  // namespace

const YamlNode* node_at(const YamlNode* node, std::initializer_list<std::string_view> path) {
    for (const std::string_view key : path) {
        const YamlEntry* entry = node != nullptr && node->is_map() ? node->find(key) : nullptr;
        node = entry != nullptr ? &entry->value : nullptr;
    }
    return node;
}

LatencyWords latency_words(const YamlNode& slo, const YamlNode* indicator) {
    const auto names_of = [](const YamlNode* doc) {
        std::string out;
        for (const std::string_view key : {"name", "displayName"}) append_texts(node_at(doc, {"metadata", key}), out);
        return lower(out);
    };
    const std::string metric = names_of(indicator), names = metric + names_of(&slo);
    std::string query;
    append_texts(node_at(indicator, {"spec", "thresholdMetric"}), query);
    query = lower(query);
    LatencyWords out;
    for (const std::string_view word : {"latency", "duration", "response_time", "response-time", "response time"}) out.named = out.named || metric.find(word) != metric.npos;
    out.percentile = percentile_in(names);
    if (out.percentile.empty()) out.percentile = percentile_in(query);
    out.in_ms = unit_in(names);
    const bool scaled = query.find("1000") != query.npos || query.find("1e3") != query.npos;
    if (out.in_ms == 0 && !scaled) out.in_ms = unit_in(query);
    return out;
}

}  // namespace foreshock
