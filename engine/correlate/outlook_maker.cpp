#include "engine/correlate/outlook_maker.h"

#include <algorithm>
#include <cmath>

namespace foreshock {
namespace {

constexpr double kContradiction = 1.5, kContradicted = 3;  // deviations apart: from here the sensor gains weight, there it has all
constexpr double kRatioWeight = 0.1;                       // of a slot of 10 s
constexpr double kLeastDemandNoise = 0.02;                 // of the level that demand explains
constexpr double kNothingWaits = 0.005;                    // utilization of a queue below which it counts as empty

bool fills_by_balance(ResourceKind k) { return k == ResourceKind::memory || k == ResourceKind::disk; }
double squared(double x) { return x * x; }

// Metrics that say how long something waits, not how many do.
bool in_seconds(std::string_view metric) {
    return metric.ends_with("_s") || metric.ends_with("_seconds") || metric.ends_with("_age") || metric.ends_with("_lag");
}

// Busiest resource that serves the owner's queue.
double busiest(const Inventory& inventory, const Signals& signals, ServiceIndex owner) {
    double most = kUnknown;
    for (const ResourceIndex r : inventory.services()[owner].resources) {
        if (fills_up(inventory.resources()[r].kind)) continue;
        for (const GaugeIndex g : inventory.resources()[r].gauges) {
            const double u = signals.gauges[g].level;
            if (!(u <= most)) most = std::isnan(u) ? most : u;
        }
    }
    return most;
}

}  // namespace

double knee_of(ResourceKind kind) {
    switch (kind) {
        case ResourceKind::cpu: return 0.92;
        case ResourceKind::memory: return 0.87;
        case ResourceKind::disk: return 0.985;
        case ResourceKind::queue: return 1.0;
        default: return 0.90;
    }
}

void OutlookMaker::update(const Inventory& inventory, const DriverFinder& drivers, const Signals& signals, GaugeIndex gauge,
                          double seconds, Outlook& out) {
    const GaugeState& g = signals.gauges[gauge];
    const ResourceEntry& resource = inventory.resources()[inventory.gauges()[gauge].resource];
    out = Outlook{};
    out.gauge = gauge;
    out.knee = knee_of(resource.kind);
    out.baseline = g.baseline;
    out.noise = g.noise;
    Guess demand;
    const bool owned = resource.service != kNoIndex;
    if (owned) out.demand_of = drivers.demand_of(resource.service, signals);
    if (owned && !fills_up(resource.kind)) {
        const ServiceState& s = signals.services[out.demand_of];
        if (!response_) response_ = std::make_unique<ResponseModel>();
        response_->learn(seconds, signals.end, g, s.volume.level, s.value.level);
        if (response_->usable()) {
            demand = from_demand(s);
            out.predicted = demand.level;
            out.predicted_slope = demand.slope;
            out.cost_ratio = response_->cost_ratio();
            out.job = response_->job(signals.end);
            out.idle = response_->predict(0, 0);
            out.response = response_->response();
        }
        out.demand_age_seconds = s.volume.age_seconds;
    }
    fuse(g, demand, out);
    if (owned) fill(inventory, drivers, signals, seconds, out);
    const double rise = out.level - out.baseline;
    out.significance = out.noise > 0 && !std::isnan(rise) ? rise / out.noise : 0;
    if (!owned) return;
    const Drive drive = drivers.find(resource.service, signals, out.cost_ratio, resource.kind == ResourceKind::queue);
    out.driver = drive.kind;
    out.driving_service = drive.service;
}

OutlookMaker::Guess OutlookMaker::from_demand(const ServiceState& s) const {
    Guess d;
    const double value = std::isnan(s.value.level) ? 0 : s.value.level;
    if (std::isnan(s.volume.level)) return d;
    const auto known = [](double x) { return std::isnan(x) ? 0 : x; };
    d.level = response_->predict(s.volume.level, value);
    d.slope = response_->predict_change(s.volume.slope, s.value.slope);
    d.slope_error = std::hypot(response_->predict_change(s.volume.slope_error, 0), response_->predict_change(0, s.value.slope_error));
    d.noise = std::max(kLeastDemandNoise * d.level,
                       std::hypot(response_->predict_change(known(s.volume.spread), 0), response_->predict_change(0, known(s.value.spread))));
    return d;
}

void OutlookMaker::fuse(const GaugeState& g, const Guess& d, Outlook& out) {
    const bool sensor = !std::isnan(g.level), demand = !std::isnan(d.level);
    out.from_sensor = sensor;
    out.from_demand = demand;
    if (sensor && demand) {
        const double apart = std::abs(g.level - d.level) / std::max(1e-9, std::hypot(g.noise, d.noise));
        const double alone = std::clamp((apart - kContradiction) / (kContradicted - kContradiction), 0.0, 1.0);
        const auto weigh = [&](double sensor_error, double demand_error) {
            const double w = squared(demand_error) / std::max(1e-18, squared(sensor_error) + squared(demand_error));
            return w + (1 - w) * alone;
        };
        const double w = weigh(g.noise, d.noise);
        out.level = w * g.level + (1 - w) * d.level;
        const double scale = d.level > 0.01 ? std::clamp(g.level / d.level, 0.3, 3.0) : 1;
        const double wg = weigh(g.slope_error, d.slope_error * scale);
        out.slope = wg * g.slope + (1 - wg) * d.slope * scale;
        out.slope_error = std::hypot(wg * g.slope_error, (1 - wg) * d.slope_error * scale);
        out.noise = std::hypot(w * g.noise, (1 - w) * d.noise);
        out.age_seconds = g.age_seconds;
        if (d.level > 0.01) sensor_over_demand_ += kRatioWeight * (std::clamp(g.level / d.level, 0.3, 3.0) - sensor_over_demand_);
    } else if (sensor) {
        out.level = g.level;
        out.slope = g.slope;
        out.slope_error = g.slope_error;
        out.age_seconds = g.age_seconds;
    } else if (demand) {
        out.level = sensor_over_demand_ * d.level;
        out.slope = sensor_over_demand_ * d.slope;
        out.slope_error = sensor_over_demand_ * d.slope_error;
        out.noise = std::max(g.noise, sensor_over_demand_ * d.noise);
        out.age_seconds = out.demand_age_seconds;
    }
}

void OutlookMaker::fill(const Inventory& inventory, const DriverFinder& drivers, const Signals& signals, double seconds, Outlook& out) {
    const ResourceEntry& resource = inventory.resources()[inventory.gauges()[out.gauge].resource];
    if (resource.kind == ResourceKind::queue) return fill_queue(inventory, drivers, signals, seconds, out);
    if (!fills_by_balance(resource.kind)) return;
    const ServiceState& s = signals.services[out.demand_of];
    if (!fill_) fill_ = std::make_unique<FillModel>();
    fill_->learn(seconds, out.level, s.volume.level);
    if (!fill_->usable() || !(s.volume.level > 0) || std::isnan(out.level)) return;
    out.fills = true;
    out.fill_rate = fill_->rate(out.level, s.volume.level);
    out.fill_per_demand = fill_->per_demand() * s.volume.level;
    out.fill_pull = fill_->pull();
    out.fill_error = fill_->error();
    out.relative_demand_slope = s.volume.slope / s.volume.level;
    out.relative_demand_slope_error = s.volume.slope_error / s.volume.level;
    out.demand_age_seconds = s.volume.age_seconds;
}

void OutlookMaker::fill_queue(const Inventory& inventory, const DriverFinder& drivers, const Signals& signals, double seconds,
                              Outlook& out) {
    const GaugeState& g = signals.gauges[out.gauge];
    const GaugeEntry& entry = inventory.gauges()[out.gauge];
    const ServiceIndex owner = inventory.resources()[entry.resource].service;
    const ServiceState& own = signals.services[owner];
    double fed = 0, slope = 0, slope_error = 0, age = 0;
    for (const ServiceIndex f : drivers.feeders(owner)) {
        const DemandState& d = signals.services[f].volume;
        if (std::isnan(d.level)) continue;
        fed += d.level;
        slope += d.slope;
        slope_error = std::hypot(slope_error, d.slope_error);
        age = std::max(age, d.age_seconds);
    }
    if (drivers.feeders(owner).empty() && !std::isnan(own.volume.level)) {
        fed = own.volume.level;
        slope = own.volume.slope;
        slope_error = own.volume.slope_error;
        age = own.volume.age_seconds;
    }
    if (!queue_) queue_ = std::make_unique<QueueModel>();
    queue_->learn(seconds, fed, own.volume.level, busiest(inventory, signals, owner), g.utilization < kNothingWaits);
    const double limit = g.limit > 0 ? g.limit : kUnknown;
    if (!queue_->usable() || std::isnan(limit) || !(fed > 0)) return;
    const double per_unit = in_seconds(entry.metric) ? 1 / queue_->capacity() : 1;  // metric units per waiting transaction
    out.fills = true;
    out.level = std::isnan(g.utilization) ? out.level : std::max(0.0, g.utilization);
    out.fill_rate = (queue_->inflow(fed) - queue_->capacity()) * per_unit / limit;
    out.fill_per_demand = queue_->inflow(fed) * per_unit / limit;
    out.fill_error = 0.05 * out.fill_per_demand;
    out.relative_demand_slope = slope / fed;
    out.relative_demand_slope_error = slope_error / fed;
    out.demand_age_seconds = age;
}

}  // namespace foreshock
