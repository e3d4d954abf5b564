#include "engine/event/names.h"

#include <array>
#include <cstring>

namespace foreshock {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr size_t kShort = 16;
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

// The bytes of a text of at most sixteen: all of them, once its size is known.
std::array<uint64_t, 2> words_of(const char* p, size_t n) {
    if (n >= 8) return {read64(p), read64(p + n - 8)};
    if (n >= 4) return {read32(p), read32(p + n - 4)};
    return {static_cast<uint64_t>(static_cast<unsigned char>(p[0])) << 16 | static_cast<uint64_t>(static_cast<unsigned char>(p[n / 2])) << 8 |
                static_cast<unsigned char>(p[n - 1]),
            0};
}

// After wyhash (Wang Yi, public domain): 64 x 64 -> 128 bit multiplications over 16 bytes at a time; `words` are those of the last ones.
uint64_t hash_of(std::string_view text, std::array<uint64_t, 2>& words) {
    const char* p = text.data();
    size_t n = text.size();
    uint64_t seed = kSecret[0] ^ n;
    for (; n > kShort; n -= 16, p += 16) seed = mix(read64(p) ^ kSecret[1], read64(p + 8) ^ seed);
    words = words_of(p, n);
    return mix(words[0] ^ kSecret[2], words[1] ^ seed);
}

constexpr size_t kFirstEntries = 64;

}  // namespace

NameCache::NameCache(Names& names) : names_(names) {}

NameId NameCache::Table::find(Names& names, NameSpace space, std::string_view text) {
    std::array<uint64_t, 2> words;
    const uint64_t hash = hash_of(text, words);
    const bool fits = text.size() <= kShort;
    for (size_t i = hash; !entries_.empty(); ++i) {
        const Entry& e = entries_[i & (entries_.size() - 1)];
        if (e.size == 0) break;
        if (e.hash != hash || e.size != text.size()) continue;
        if (fits ? e.words[0] == words[0] && e.words[1] == words[1] : std::memcmp(e.text, text.data(), text.size()) == 0) return e.id;
    }
    Entry entry{.hash = hash, .words = {words[0], words[1]}, .size = static_cast<uint32_t>(text.size()), .id = kNoName};
    return insert(names, space, text, entry);
}

NameId NameCache::Table::insert(Names& names, NameSpace space, std::string_view text, Entry entry) {
    entry.id = names.intern(space, text);
    if (entry.id == kNameOverflow) return entry.id;  // not kept: refused names are not bounded in number
    if (text.size() > kShort) entry.text = texts_.emplace_back(text).data();
    if (2 * (used_ + 1) > entries_.size()) grow();
    put(entry);
    ++used_;
    return entry.id;
}

void NameCache::Table::put(const Entry& entry) {
    size_t i = entry.hash;
    while (entries_[i & (entries_.size() - 1)].size != 0) ++i;
    entries_[i & (entries_.size() - 1)] = entry;
}

void NameCache::Table::grow() {
    std::vector<Entry> old(entries_.empty() ? kFirstEntries : 2 * entries_.size());
    old.swap(entries_);
    for (const Entry& e : old)
        if (e.size != 0) put(e);
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
