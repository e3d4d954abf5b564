// Warnings as alerts of Alertmanager's API v2 (POST /api/v2/alerts takes a JSON array of them).
#pragma once

#include <map>
#include <span>
#include <string>

#include "engine/warn/warning.h"

namespace foreshock {

// Labels are an alert's identity: only what stays the same from open to end stands there, every number is an
// annotation.
struct Alert {
    std::map<std::string, std::string> labels;  // alertname, service, slo, resource, metric, severity, warning_id
    std::map<std::string, std::string> annotations;
    std::string generator_url;  // may be empty
    EventTime starts_at{};
    EventTime ends_at{};  // at or before now: resolved

    std::string key() const;  // the labels as one text

    template <class A>
    void archive(A& a) { a(labels, annotations, generator_url, starts_at, ends_at); }
};

inline constexpr const char* kAlertName =
    "CapacityBreachAhead";  // of the built-in rule; other rules give their own name

std::map<std::string, std::string> alert_labels(const WarningRevision& w);
// summary (the sentence), state, objective, act_before, breach_at, probability, utilization, value_at_risk, …; unknown:
// left out.
std::map<std::string, std::string> alert_annotations(const WarningRevision& w);

// The body of one post.
std::string to_alertmanager_json(std::span<const Alert> alerts);

}  // namespace foreshock
