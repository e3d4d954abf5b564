#include "engine/event/names.h"

#include <array>
#include <cstring>

namespace foreshock {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr uint64_t kSecret[3] = {0xa0761d6478bd642f, 0xe7037ed1a0b428db, 0x8ebc6af09c88c6e3};

uint64_t mix(uint64_t a, uint64_t b) {
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}
uint64_t read64(const char* p) {
    uint64_t x;
    std::memcpy(&x, p, sizeof x);
    return x;
}
uint64_t read32(const char* p) {
    uint32_t x;
    std::memcpy(&x, p, sizeof x);
    return x;
}

// After wyhash (Wang Yi, public domain): 64 x 64 -> 128 bit multiplications over 16 bytes at a time.
uint64_t hash_of(std::string_view text) {
    const char* p = text.data();
    size_t n = text.size();
    uint64_t seed = kSecret[0] ^ n;
    for (; n > 16; n -= 16, p += 16) seed = mix(read64(p) ^ kSecret[1], read64(p + 8) ^ seed);
    uint64_t a = 0, b = 0;
    if (n >= 8) {
        a = read64(p);
        b = read64(p + n - 8);
    } else if (n >= 4) {
        a = read32(p);
        b = read32(p + n - 4);
    } else if (n > 0) {
        a = static_cast<uint64_t>(static_cast<unsigned char>(p[0])) << 16 |
            static_cast<uint64_t>(static_cast<unsigned char>(p[n / 2])) << 8 | static_cast<unsigned char>(p[n - 1]);
    }
    return mix(a ^ kSecret[2], b ^ seed);
}

// Most names are short; two words that overlap hold up to sixteen bytes.
bool same(const char* a, const char* b, size_t n) {
    if (n >= 8 && n <= 16) return ((read64(a) ^ read64(b)) | (read64(a + n - 8) ^ read64(b + n - 8))) == 0;
    if (n >= 4 && n < 8) return ((read32(a) ^ read32(b)) | (read32(a + n - 4) ^ read32(b + n - 4))) == 0;
    return std::memcmp(a, b, n) == 0;
}

constexpr size_t kFirstEntries = 64;

}  // namespace

NameCache::NameCache(Names& names) : names_(names) {}

NameId NameCache::Table::find(Names& names, NameSpace space, std::string_view text) {
    const uint64_t hash = hash_of(text);
    if (entries_.empty()) return insert(names, space, text, hash);
    const size_t mask = entries_.size() - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        const Entry& e = entries_[i];
        if (e.text == nullptr) return insert(names, space, text, hash);
        if (e.hash == hash && e.size == text.size() && same(e.text, text.data(), e.size)) return e.id;
    }
}

NameId NameCache::Table::insert(Names& names, NameSpace space, std::string_view text, uint64_t hash) {
    const NameId id = names.intern(space, text);
    if (id == kNameOverflow) return id;  // not kept: refused names are not bounded in number
    if (2 * (used_ + 1) > entries_.size()) grow();
    const std::string& kept = texts_.emplace_back(text);
    const size_t mask = entries_.size() - 1;
    size_t i = hash & mask;
    while (entries_[i].text != nullptr) i = (i + 1) & mask;
    entries_[i] = {hash, kept.data(), static_cast<uint32_t>(kept.size()), id};
    ++used_;
    return id;
}

void NameCache::Table::grow() {
    std::vector<Entry> old(entries_.empty() ? kFirstEntries : 2 * entries_.size());
    old.swap(entries_);
    const size_t mask = entries_.size() - 1;
    for (const Entry& e : old) {
        if (e.text == nullptr) continue;
        size_t i = e.hash & mask;
        while (entries_[i].text != nullptr) i = (i + 1) & mask;
        entries_[i] = e;
    }
}

NameId Renaming::operator()(NameSpace space, NameId id) {
    if (id == kNoName || id == kNameOverflow) return id;
    std::vector<NameId>& known = known_[static_cast<size_t>(space)];
    if (id >= known.size()) known.resize(id + 1);
    if (known[id] == kNoName) known[id] = to_.intern(space, from_.text(space, id));
    return known[id];
}

void MetricInstanceName::join(std::string& out, const MetricInstanceName& n) {
    out.clear();
    out.append(n.service);
    for (const std::string_view part : {n.resource, n.metric, n.host}) {
        out += kNameSeparator;
        out.append(part);
    }
    for (const auto& [label, value] : n.labels) {
        out += kNameSeparator;
        out.append(label);
        out += kNameSeparator;
        out.append(value);
    }
}

MetricInstanceName MetricInstanceName::split(std::string_view text) {
    const auto next = [&text] {
        const size_t end = text.find(kNameSeparator);
        const std::string_view part = text.substr(0, end);
        text = end == text.npos ? std::string_view{} : text.substr(end + 1);
        return part;
    };
    MetricInstanceName n;
    for (std::string_view* part : {&n.service, &n.resource, &n.metric, &n.host}) *part = next();
    while (!text.empty()) {
        const std::string_view label = next();
        n.labels.emplace_back(label, next());
    }
    return n;
}

void OccurrenceName::join(std::string& out, const OccurrenceName& n) {
    out.assign(n.name);
    for (const std::string_view part : {n.service, n.resource}) {
        out += kNameSeparator;
        out.append(part);
    }
    for (const auto& [label, value] : n.labels) {
        out += kNameSeparator;
        out.append(label);
        out += kNameSeparator;
        out.append(value);
    }
}

OccurrenceName OccurrenceName::split(std::string_view text) {
    std::vector<std::string_view> parts;
    for (size_t begin = 0; begin <= text.size();) {
        const size_t end = std::min(text.find(kNameSeparator, begin), text.size());
        parts.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    parts.resize(std::max<size_t>(3, parts.size()));
    OccurrenceName n{parts[0], parts[1], parts[2], {}};
    for (size_t i = 3; i + 1 < parts.size(); i += 2) n.labels.emplace_back(parts[i], parts[i + 1]);
    return n;
}

}  // namespace foreshock
