#include "engine/run/shape.h"

#include "engine/base/fnv1a.h"

namespace foreshock {

std::string shape_of(const Model& model) {
    constexpr unsigned char kEndOfList = 0x1e;
    Fnv1a hash;
    for (const ServiceModel& s : model.services) {
        hash.add_part(s.name);
        for (const Slo& slo : s.slos) hash.add_part(slo.name);
        hash.add(kEndOfList);
    }
    hash.add(kEndOfList);
    for (const ResourceModel& r : model.resources) {
        hash.add_part(r.name);
        for (const MetricModel& m : r.metrics) hash.add_part(m.name);
        hash.add(kEndOfList);
    }
    hash.add(kEndOfList);
    for (const View& v : model.views) {
        hash.add_part(v.name);
        for (const ViewNode& n : v.nodes) hash.add_part(n.name);
        hash.add(kEndOfList);
    }
    return hex_text(hash.value());
}

}  // namespace foreshock
