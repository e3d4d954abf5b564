// The life of the warnings of one promise: pending, open, updated, resolved; raise and clear levels stand apart. One worker only.
#pragma once

#include <string>

#include "engine/base/archive.h"
#include "engine/forecast/forecast.h"
#include "engine/plan/options.h"
#include "engine/plan/renumbering.h"
#include "engine/warn/warning.h"

namespace foreshock {

// What is to be said in this slot.
enum class Say : uint8_t { nothing, open, update, resolve };

class WarningLife {
public:
    // Judges the forecast of a slot of `seconds` that ends at `end`.
    Say step(const BreachForecast& f, const WarnOptions& options, EventTime start, EventTime end, double seconds);

    bool is_open() const { return open_; }
    // Like one that has just begun: nothing of it need be kept.
    bool asleep() const { return !open_ && above_ <= 0 && violated_ <= 0 && ended_at_ == EventTime{}; }
    EventTime opened_start() const { return opened_start_; }  // start of the opening slot
    EventTime opened_at() const { return opened_at_; }        // its end
    uint32_t revision() const { return revision_; }
    // After `resolve`: what became of it.
    Verdict verdict() const;

    template <class A>
    void archive(A& a) {
        a(open_, broken_since_opening_, relieved_, said_broken_, said_critical_, above_, violated_, calm_);
        a(opened_start_, opened_at_, said_at_, ended_at_,
          revision_, known_limit_);
        archive_number(a, limited_, &Renumbering::gauges);
    }

private:
    Say opened(const BreachForecast& f, EventTime start, EventTime end);
    void remember(const BreachForecast& f, EventTime end);
    void look_for_relief(const BreachForecast& f);

    bool open_ = false, broken_since_opening_ = false, relieved_ = false;
    bool said_broken_ = false, said_critical_ = false;
    double above_ = 0;      // seconds in a row at or above the raising level
    double violated_ = 0;   // seconds in a row with the promise broken
    double calm_ = 0;       // seconds in a row below the clearing level
    EventTime opened_start_{}, opened_at_{}, said_at_{};
    EventTime ended_at_{};  // of a warning that came true
    uint32_t revision_ = 0;
    double known_limit_ = 0;        // the resource that was named last had, when it was named first
    GaugeIndex limited_ = kNoIndex; // that resource's gauge
};

// Critical: broken, or likely (0.8) within 10 minutes.
Severity severity_of(const BreachForecast& f, EventTime now);

// "w-" and 16 hex digits of FNV-1a over the four.
std::string warning_id(const std::string& app, const std::string& service, const std::string& slo, EventTime opening_slot);

// The last word on a warning whose promise is made no more, or whose campaign nobody announces any more: no verdict.
WarningRevision taken_back(const std::string& app, const std::string& service, const std::string& slo, EventTime opened_start, EventTime opened_at, EventTime now);

}  // namespace foreshock
