#include "engine/run/partial_message.h"

#include <string>
#include <vector>

#include "engine/base/archive.h"
#include "engine/base/fnv1a.h"
#include "engine/run/slot_archive.h"

namespace foreshock {

namespace {

void archive(Archive& a, PartialMessage& m, Names& names, uint64_t* refused) {
    std::vector<std::string> all(m.all.begin(), m.all.end());
    a(m.layout, m.sources, all);
    if (a.restoring()) m.all.insert(all.begin(), all.end());
    archive_open_slots(a, m.slots, names, refused);
}

Diagnostic damaged(const char* what) { return {{}, 0, 0, std::string("a message of partial sums ") + what, {}}; }

struct Envelope {
    uint32_t format = kPartialFormat;
    uint64_t digest = 0;
    std::string body;
    void archive(Archive& a) { a(format, digest, body); }
};

}  // namespace

std::string encode(PartialMessage& message, Names& names) {
    Archive body;
    archive(body, message, names, nullptr);
    Envelope envelope;
    envelope.body = body.take();
    envelope.digest = Fnv1a{}.add(envelope.body).value();
    Archive out;
    out(envelope);
    return out.take();
}

Result<PartialMessage> decode_partial(std::string_view bytes, Names& names, uint64_t& refused) {
    Envelope envelope;
    Archive in(bytes);
    in(envelope);
    if (bytes.size() >= sizeof envelope.format && envelope.format != kPartialFormat)
        return damaged(("has format " + std::to_string(envelope.format) + ", this program reads " + std::to_string(kPartialFormat)).c_str());
    if (!in.ok() || !in.at_end() || Fnv1a{}.add(envelope.body).value() != envelope.digest) return damaged("is damaged");
    PartialMessage message;
    Archive body(envelope.body);
    archive(body, message, names, &refused);
    if (!body.ok() || !body.at_end()) return damaged("does not fit this version");
    return message;
}

bool halve(const SlotPartial& sums, SlotPartial& first, SlotPartial& second) {
    struct Key { uint8_t kind; NameId id; };
    std::vector<Key> keys;
    for (NameId i = 0; i < sums.services.size(); ++i) if (sums.services[i].rows != 0) keys.push_back({0, i});
    for (NameId i = 0; i < sums.metrics.size(); ++i) if (sums.metrics[i].samples != 0) keys.push_back({1, i});
    for (NameId i = 0; i < sums.occurrences.size(); ++i) if (sums.occurrences[i].count != 0) keys.push_back({2, i});
    const size_t entries = keys.size();
    size_t values = 0;
    sums.dimensions.each([&](const DimensionSums::Entry&) { ++values; });
    if (entries + values < 2) return false;
    const auto put = [](auto& to, const auto& from, NameId id) {
        if (id >= to.size()) to.resize(id + 1);
        to[id] = from[id];
    };
    size_t taken = 0;
    const auto half = [&]() -> SlotPartial& { return taken++ < (entries + values) / 2 ? first : second; };
    for (const Key& k : keys) {
        SlotPartial& to = half();
        if (k.kind == 0) put(to.services, sums.services, k.id);
        else if (k.kind == 1) put(to.metrics, sums.metrics, k.id);
        else put(to.occurrences, sums.occurrences, k.id);
    }
    sums.dimensions.each([&](const DimensionSums::Entry& e) { half().dimensions.add(e.service, e.value, e.count, e.value_micro); });
    first.inputs = sums.inputs;
    first.events = sums.events;  // the number matters as a whole only
    return true;
}

}  // namespace foreshock
