#include "engine/run/shape.h"

#include <cstdio>

namespace foreshock {

namespace {

class Fnv1a {
public:
    void add(std::string_view text) {
        for (const char c : text) byte(static_cast<unsigned char>(c));
        byte(0x1f);
    }
    void end_of_list() { byte(0x1e); }
    uint64_t value() const { return hash_; }

private:
    void byte(unsigned char c) { hash_ = (hash_ ^ c) * 0x100000001b3; }
    uint64_t hash_ = 0xcbf29ce484222325;
};

}  // namespace

std::string shape_of(const Model& model) {
    Fnv1a hash;
    for (const ServiceModel& s : model.services) {
        hash.add(s.name);
        for (const Slo& slo : s.slos) hash.add(slo.name);
        hash.end_of_list();
    }
    hash.end_of_list();
    for (const ResourceModel& r : model.resources) {
        hash.add(r.name);
        for (const MetricModel& m : r.metrics) hash.add(m.name);
        hash.end_of_list();
    }
    hash.end_of_list();
    for (const View& v : model.views) {
        hash.add(v.name);
        for (const ViewNode& n : v.nodes) hash.add(n.name);
        hash.end_of_list();
    }
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash.value()));
    return text;
}

}  // namespace foreshock
