#include "tools/generate/scenario/service_map.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/generate/scenario/load.h"

namespace foreshock {
namespace {

struct Names {
    std::array<const char*, 2> entry;
    std::array<const char*, 3> logic;
    std::array<const char*, 2> leaf, database, consumer;
};
constexpr std::array<Names, 8> kNames{{
    {{"portal", "partner-api"},
     {"shipment", "routing", "pricing"},
     {"label", "customs"},
     {"parcel-db", "geo-db"},
     {"tracking-feed", "archive"}},
    {{"edge", "tv-app"},
     {"playlist", "rights", "profile"},
     {"license", "recommend"},
     {"media-db", "user-db"},
     {"view-log", "royalty"}},
    {{"quote", "broker-api"},
     {"policy", "claims", "tariff"},
     {"scoring", "doc-render"},
     {"policy-db", "party-db"},
     {"mailer", "reinsurer-feed"}},
    {{"storefront", "kiosk"},
     {"order", "seats", "loyalty"},
     {"psp-adapter", "tax"},
     {"seat-db", "order-db"},
     {"ticket-mail", "export"}},
    {{"lobby", "mobile"},
     {"match", "wallet", "shop"},
     {"anti-cheat", "chat-filter"},
     {"player-db", "item-db"},
     {"telemetry", "rewards"}},
    {{"frontdoor", "pos"},
     {"basket", "stock", "promo"},
     {"card-auth", "address"},
     {"basket-db", "stock-db"},
     {"receipt", "replenish"}},
    {{"desk", "app-gw"},
     {"appointments", "records", "intake"},
     {"insurer-check", "imaging"},
     {"record-db", "slot-db"},
     {"reminder", "lab-feed"}},
    {{"bidder", "console"},
     {"campaigns", "targeting", "budget"},
     {"brand-safety", "geo-lookup"},
     {"ad-db", "audience-db"},
     {"clicks", "invoices"}},
}};

class MapBuilder {
  public:
    MapBuilder(ScenarioSpec& spec, RandomStream& random, const MapNeeds& needs)
        : spec_(spec), random_(random), needs_(needs) {}

    void build() {
        names_ = &random_.pick(kNames);
        const auto upto = [&](int64_t low, int64_t high) { return static_cast<size_t>(random_.integer(low, high)); };
        const size_t entries = needs_.small || random_.chance(0.85) ? 1 : 2;
        const size_t logic = needs_.two_pools ? upto(2, 3) : needs_.small ? 1 : upto(1, 3);
        const bool must_leaf = needs_.leaf || needs_.value_work || needs_.rate_limit;
        const size_t leaves = must_leaf ? upto(1, 2) : needs_.small ? upto(0, 1) : upto(0, 2);
        const size_t databases = needs_.small ? 1 : upto(1, 2), consumers = needs_.consumer ? upto(1, 2) : upto(0, 1);
        for (size_t i = 0; i < entries; ++i) add(names_->entry[i], ServiceRole::entry);
        for (size_t i = 0; i < logic; ++i) add(names_->logic[i], ServiceRole::logic);
        for (size_t i = 0; i < leaves; ++i) add(names_->leaf[i], ServiceRole::leaf);
        for (size_t i = 0; i < databases; ++i) add(names_->database[i], ServiceRole::database);
        for (size_t i = 0; i < consumers; ++i) add(names_->consumer[i], ServiceRole::consumer);
        connect(static_cast<uint32_t>(entries), static_cast<uint32_t>(logic));
        specials();
        demand(static_cast<uint32_t>(entries));
    }

  private:
    void add(const char* name, ServiceRole role) {
        ServiceSpec s;
        s.name = name;
        s.role = role;
        s.sigma = random_.uniform(0.25, 0.48);
        s.base_errors = random_.log_uniform(0.0003, 0.003);
        s.hosts = role == ServiceRole::database ? 1 : static_cast<uint32_t>(random_.integer(2, 4));
        s.threads = role == ServiceRole::database || role == ServiceRole::consumer ? 0 : 1;  // 1: to be sized
        s.heap_mb = role == ServiceRole::entry || (role == ServiceRole::logic && random_.chance(0.2)) ? 1 : 0;
        s.disk_mb = role == ServiceRole::database ? 1 : 0;
        s.rate_limit = role == ServiceRole::leaf && random_.chance(0.2) ? 1 : 0;
        s.work = {1, random_.uniform(0.9, 1.6), random_.uniform(1, 2.5), random_.uniform(0.8, 1.1)};
        times(s);
        if (random_.chance(0.14)) {
            s.job_minute = static_cast<double>(random_.integer(0, 59));
            s.job_s = random_.uniform(60, 420);
            s.job_load = random_.uniform(0.08, 0.3);
        }
        spec_.services.push_back(s);
    }

    void times(ServiceSpec& s) {
        switch (s.role) {
            case ServiceRole::entry:
                s.cpu_s = random_.log_uniform(0.03, 0.12);
                s.wait_s = random_.uniform(0.05, 0.25);
                break;
            case ServiceRole::logic:
                s.cpu_s = random_.log_uniform(0.04, 0.2);
                s.wait_s = random_.uniform(0.08, 0.4);
                break;
            case ServiceRole::leaf:
                s.cpu_s = random_.log_uniform(0.08, 0.4);
                s.wait_s = random_.log_uniform(0.05, 1.2);
                break;
            case ServiceRole::database:
                s.cpu_s = random_.log_uniform(0.02, 0.1);
                s.wait_s = random_.uniform(0.02, 0.09);
                break;
            case ServiceRole::consumer:
                s.cpu_s = random_.log_uniform(0.08, 0.3);
                s.wait_s = random_.uniform(0.05, 0.2);
                break;
        }
    }

    void call(uint32_t from, uint32_t to, double low, double high, bool asynchronous = false) {
        CallSpec c;
        c.callee = to;
        c.asynchronous = asynchronous;
        const double f = random_.uniform(low, high);
        const bool deep = spec_.services[from].role != ServiceRole::entry;
        const bool orders = !deep && random_.chance(0.6);  // mostly orders get there
        c.per_transaction =
            orders ? ClassMix{f * 0.35, std::min(1.0, f * 1.8), std::min(1.0, f * 2), f * 0.1} : ClassMix{f, f, f, f};
        c.pooled = spec_.services[from].role != ServiceRole::entry;
        c.retries = !asynchronous && random_.chance(0.25) ? 1 : 0;
        spec_.services[from].calls.push_back(c);
        if (c.pooled && !asynchronous) spec_.services[from].connections = 1;
    }

    void connect(uint32_t entries, uint32_t logic) {
        for (uint32_t j = 0; j < logic; ++j) {
            const bool chained = j > 0 && (needs_.two_pools ? j == 1 : random_.chance(0.4));
            const uint32_t from =
                chained ? entries + static_cast<uint32_t>(random_.integer(needs_.two_pools ? 0 : 0, j - 1)) : 0;
            chained ? call(from, entries + j, 0.55, 0.95) : call(from, entries + j, 0.3, 0.8);
        }
        if (entries == 2) call(1, entries, 0.4, 0.9);
        for (uint32_t s = entries + logic; s < spec_.services.size(); ++s) {
            const uint32_t last = entries + logic - 1;
            const auto any = static_cast<uint32_t>(random_.integer(entries, last));
            const ServiceRole role = spec_.services[s].role;
            const uint32_t from = needs_.two_pools && role == ServiceRole::database ? last : any;
            role == ServiceRole::database ? call(from, s, 0.8, 1.6)
                                          : call(from, s, 0.5, 1.0, role == ServiceRole::consumer);
        }
        for (uint32_t s = entries; s < entries + logic; ++s)  // nobody of them without a database
            if (std::ranges::none_of(spec_.services[s].calls, [](const CallSpec& c) { return !c.asynchronous; }))
                for (uint32_t d = entries + logic; d < spec_.services.size(); ++d)
                    if (spec_.services[d].role == ServiceRole::database) {
                        call(s, d, 0.6, 1.3);
                        break;
                    }
    }

    ServiceSpec* first(ServiceRole role) {
        const auto found = std::ranges::find(spec_.services, role, &ServiceSpec::role);
        return found == spec_.services.end() ? nullptr : &*found;
    }

    void specials() {
        if (ServiceSpec* leaf = first(ServiceRole::leaf);
            leaf != nullptr && (needs_.value_work || random_.chance(0.25))) {
            leaf->value_work = random_.uniform(0.6, 1.0);
            leaf->work[kPremium] = random_.uniform(2, 4);
            leaf->wait_s = std::min(leaf->wait_s, 0.3);
        }
        if (needs_.rate_limit) first(ServiceRole::leaf)->rate_limit = 1;
        if (ServiceSpec* database = first(ServiceRole::database); needs_.cache || random_.chance(0.12)) {
            database->miss_rest = random_.uniform(0.08, 0.2);
            database->miss_campaign = needs_.cache ? random_.uniform(0.35, 0.7) : random_.uniform(0.1, 0.3);
            database->miss_cost = random_.uniform(1.5, 4);
        }
    }

    void demand(uint32_t entries) {
        const double recorded = random_.log_uniform(3, 7.5);
        spec_.sampled = random_.uniform(0.04, 0.12);
        const double premium = random_.uniform(0.02, 0.08), bots = random_.uniform(0.005, 0.02),
                     orders = random_.uniform(0.25, 0.6);
        for (uint32_t e = 0; e < entries; ++e) {
            EntryDemand d;
            d.service = e;
            d.rate = recorded / spec_.sampled * (entries == 1 ? 1 : e == 0 ? 0.65 : 0.35);
            d.share = {1 - premium - bots - orders, orders, premium, bots};
            spec_.entries.push_back(d);
        }
        const double value = random_.log_uniform(20, 160);
        spec_.value = {0.6 * value, value, value * random_.uniform(3, 6), 0.1 * value};
        spec_.value_sigma = random_.uniform(0.6, 1.1);
        spec_.profile = {random_.uniform(0.4, 0.75), random_.uniform(9, 13), random_.uniform(18, 21),
                         random_.uniform(0.4, 1.2), random_.uniform(0.75, 1.15)};
        spec_.slow_noise = random_.uniform(0.015, 0.05);
        spec_.fast_noise = random_.uniform(0.02, 0.08);
        spec_.client_retries = random_.uniform(0, 0.6);
    }

    ScenarioSpec& spec_;
    RandomStream& random_;
    const MapNeeds& needs_;
    const Names* names_ = nullptr;
};

double rounded(double ms) {
    const double step = ms < 1000 ? 100 : ms < 4000 ? 250 : 1000;
    return std::max(step, std::ceil(ms / step) * step);
}

}  // namespace

void build_map(ScenarioSpec& spec, RandomStream& random, const MapNeeds& needs) {
    MapBuilder(spec, random, needs).build();
}

void promise(ScenarioSpec& spec, RandomStream& random) {
    const std::vector<ServiceLoad> loads = loads_at(spec, 0, ~uint64_t{0}, ~uint64_t{0});
    for (size_t s = 0; s < spec.services.size(); ++s) {
        ServiceSpec& service = spec.services[s];
        const double p95 = loads[s].hold_s * std::exp(1.645 * service.sigma - 0.5 * service.sigma * service.sigma);
        service.slo_ms = rounded(1000 * p95 * random.uniform(1.8, 2.6));
        service.timeout_s = std::round(service.slo_ms * random.uniform(1.4, 2.1)) / 1000;
    }
}

}  // namespace foreshock
