#include "engine/warn/life.h"

#include <algorithm>

#include "engine/base/fnv1a.h"

namespace foreshock {
namespace {

constexpr double kAgree = 30;          // seconds in which every slot has to agree before a warning opens; what is learned is smoothed already
constexpr double kBrokenAgree = 70;    // … when all that is to be said is that the promise is broken
constexpr double kAftermath = 600, kAftermathAgree = 180;  // seconds after a broken promise holds again: everything still sways
constexpr double kCalm = 120;          // seconds below the clearing level until it is over
constexpr double kCriticalProbability = 0.8, kCriticalSeconds = 600;
constexpr double kRelief = 1.05;       // a limit that grew this much was raised by somebody

}  // namespace

Severity severity_of(const BreachForecast& f, EventTime now) {
    const bool soon = f.probability >= kCriticalProbability && to_seconds(f.breach_at - now) < kCriticalSeconds;
    return f.violated || soon ? Severity::critical : Severity::warning;
}

std::string warning_id(const std::string& app, const std::string& service, const std::string& slo, EventTime opening_slot) {
    const auto us = static_cast<uint64_t>(opening_slot.time_since_epoch().count());
    return "w-" + hex_text(Fnv1a{}.add_part(app).add_part(service).add_part(slo).add_number(us).value());
}

WarningRevision taken_back(const std::string& app, const std::string& service, const std::string& slo, EventTime opened_start, EventTime opened_at, EventTime now) {
    WarningRevision w;
    w.service = service;
    w.slo = slo;
    w.id = warning_id(app, service, slo, opened_start);
    w.state = WarningState::resolved;
    w.time = now;
    w.opened_at = opened_at;
    w.sentence = service + ": '" + slo + "' is promised no more; the warning of " + to_clock(opened_at) + " ends.";
    return w;
}

Say WarningLife::step(const BreachForecast& f, const WarnOptions& options, EventTime start, EventTime end, double seconds) {
    const double p = f.violated ? 1 : f.probability;
    violated_ = f.violated ? violated_ + seconds : 0;
    above_ = !f.violated && p >= options.raise_probability ? above_ + seconds : 0;
    calm_ = p < options.clear_probability ? calm_ + seconds : 0;
    if (!open_) {
        const bool just_broken = ended_at_ != EventTime{} && to_seconds(end - ended_at_) < kAftermath;
        const double agree = just_broken ? kAftermathAgree : f.learned ? seconds : kAgree;
        const bool foreseen = above_ > 0 && above_ >= agree, broken = violated_ >= kBrokenAgree;
        return foreseen || broken ? opened(f, start, end) : Say::nothing;
    }
    broken_since_opening_ = broken_since_opening_ || violated_ >= kAgree;
    look_for_relief(f);
    if (calm_ >= kCalm) {
        open_ = false;
        ended_at_ = broken_since_opening_ ? end : EventTime{};
        ++revision_;
        return Say::resolve;
    }
    if (calm_ > 0) return Say::nothing;
    const bool due = end - said_at_ >= options.repeat;
    const bool worse = (f.violated && !said_broken_) || (severity_of(f, end) == Severity::critical && !said_critical_);
    if (!due && !worse) return Say::nothing;
    ++revision_;
    remember(f, end);
    return Say::update;
}

Say WarningLife::opened(const BreachForecast& f, EventTime start, EventTime end) {
    open_ = true;
    broken_since_opening_ = f.violated;
    relieved_ = false;
    opened_start_ = start;
    opened_at_ = end;
    revision_ = 1;
    limited_ = kNoIndex;
    look_for_relief(f);
    calm_ = 0;
    remember(f, end);
    return Say::open;
}

// Another resource that is named instead has another limit.
void WarningLife::look_for_relief(const BreachForecast& f) {
    if (f.gauge == kNoIndex || !(f.limit > 0)) return;
    if (f.gauge == limited_) {
        relieved_ = relieved_ || f.limit > kRelief * known_limit_;
        return;
    }
    limited_ = f.gauge;
    known_limit_ = f.limit;
}

void WarningLife::remember(const BreachForecast& f, EventTime end) {
    said_at_ = end;
    said_broken_ = f.violated;
    said_critical_ = severity_of(f, end) == Severity::critical;
}

Verdict WarningLife::verdict() const {
    if (broken_since_opening_) return Verdict::came_true;
    return relieved_ ? Verdict::averted : Verdict::false_alarm;
}

}  // namespace foreshock
