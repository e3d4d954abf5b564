// Drives the deciding stages with slots made by hand: demands and utilizations as functions of time.
#pragma once

#include <cmath>
#include <map>
#include <memory>

#include "engine/correlate/correlator.h"
#include "engine/detect/detector.h"
#include "engine/forecast/forecaster.h"
#include "engine/warn/warner.h"
#include "tests/unit/engine/detect/series.h"

namespace foreshock {

class Feed {
public:
    using Series = foreshock::Series;

    explicit Feed(Model m = {}, EngineOptions o = {}) : model(std::move(m)), options(std::move(o)), inventory(model) { renew(); }
    Feed(const Feed&) = delete;  // the stages refer to its parts
    Feed& operator=(const Feed&) = delete;

    // Transactions per second and money per transaction.
    void service(const std::string& name, Series rate, double each = 0) {
        services_[inventory.service(name)] = {std::move(rate), [each](double) { return each; }};
    }
    void service(const std::string& name, Series rate, Series each) { services_[inventory.service(name)] = {std::move(rate), std::move(each)}; }
    void latency(const std::string& name, Series p95) { latency_[inventory.service(name)] = std::move(p95); }
    void gauge(const std::string& resource, const std::string& service, const std::string& metric, Series utilization, double every = 0) {
        const ServiceIndex s = inventory.service(service);
        gauges_[inventory.gauge(inventory.resource(resource, s), metric)] = {std::move(utilization), every};
    }

    // One slot through all stages; warnings are collected.
    void step() {
        slot.length = options.slots.length;
        slot.index = slot_of(kStart + now, slot.length);
        slot.start = slot_start(slot.index, slot.length);
        slot.end = slot_end(slot.index, slot.length);
        slot.decided_at = slot.end + options.slots.allowed_lateness;
        fill();
        now += slot.length;
        signals = &detector->close(slot);
        correlation = &correlator->correlate(*signals);
        forecasts = &forecaster->forecast(*signals, *correlation);
        for (const WarningRevision& w : warner->decide(*forecasts)) warnings.push_back(w);
    }
    void run(double seconds) { for (const Micros end = now + from_seconds(seconds); now < end;) step(); }
    double seconds() const { return to_seconds(now); }

    std::string save() {
        Archive a;
        detector->archive(a);
        correlator->archive(a);
        forecaster->archive(a);
        warner->archive(a);
        return a.take();
    }
    bool restore(const std::string& bytes) {
        renew();
        Archive a{std::string_view(bytes)};
        detector->archive(a);
        correlator->archive(a);
        forecaster->archive(a);
        warner->archive(a);
        return a.ok() && a.at_end();
    }

    const DemandState& volume(const std::string& s) const { return signals->services[inventory.find_service(s)].volume; }
    const DemandState& value(const std::string& s) const { return signals->services[inventory.find_service(s)].value; }
    const GaugeState& gauge_state(const std::string& r, const std::string& m) const { return signals->gauges[inventory.find_gauge(r, m)]; }
    const Outlook& outlook(const std::string& r, const std::string& m) const { return correlation->outlooks[inventory.find_gauge(r, m)]; }

    Model model;
    EngineOptions options;
    Inventory inventory;
    std::unique_ptr<Detector> detector;
    std::unique_ptr<Correlator> correlator;
    std::unique_ptr<Forecaster> forecaster;
    std::unique_ptr<Warner> warner;
    ClosedSlot slot;
    Micros now{0};
    const Signals* signals = nullptr;
    const Correlation* correlation = nullptr;
    const Forecasts* forecasts = nullptr;
    std::vector<WarningRevision> warnings;

private:
    static constexpr EventTime kStart{std::chrono::hours{24 * 20000 + 8}};

    struct Demand { Series rate, each; };
    struct Use { Series utilization; double every = 0; };

    void renew() {
        detector = std::make_unique<Detector>(inventory, options);
        correlator = std::make_unique<Correlator>(inventory, options);
        forecaster = std::make_unique<Forecaster>(inventory, options);
        warner = std::make_unique<Warner>(inventory, options);
    }
    void fill() {
        const double t = seconds(), length = to_seconds(slot.length);
        slot.services.clear();
        for (const auto& [s, d] : services_) {
            const double rate = d.rate(t);
            if (std::isnan(rate) || rate <= 0) continue;
            ServiceSlot row;
            row.service = s;
            row.count = std::max<int64_t>(1, std::llround(rate * length * (1 + 0.03 * noise(slot.index.value, s))));
            row.value_micro = std::llround(static_cast<double>(row.count) * d.each(t) * 1e6);
            row.span_seconds = length;
            if (latency_.count(s) != 0) row.latency.add(Histogram::bucket_of(static_cast<float>(latency_[s](t))), static_cast<uint32_t>(row.count));
            slot.services.push_back(row);
        }
        slot.gauges.clear();
        for (const auto& [g, u] : gauges_) {
            const double use = u.utilization(t);
            if (std::isnan(use) || (u.every > 0 && std::fmod(t, u.every) >= length)) continue;
            GaugeSlot row;
            row.gauge = g;
            row.value = row.max = 100 * use;
            row.limit = 100;
            row.utilization = row.worst = use;
            row.instances = 1;
            row.span_seconds = length;
            slot.gauges.push_back(row);
        }
        slot.events = slot.services.size() + slot.gauges.size();
    }

    std::map<ServiceIndex, Demand> services_;
    std::map<ServiceIndex, Series> latency_;
    std::map<GaugeIndex, Use> gauges_;
};

}  // namespace foreshock
