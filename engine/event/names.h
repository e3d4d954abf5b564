// Names of services, hosts, metric instances, dimension values and source partitions as small numbers, so that a hot path never compares text.
// Numbers are given in order of first sight and differ from run to run: whatever is ordered or stored goes by text.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace foreshock {

enum class NameSpace : uint8_t { service, host, metric_instance, dimension_value, occurrence, partition, count_ };
inline constexpr size_t kNameSpaces = static_cast<size_t>(NameSpace::count_);
constexpr std::string_view to_string(NameSpace s) {
    constexpr std::string_view kNames[]{"services", "hosts", "metric_instances", "dimension_values", "occurrences", "partitions"};
    return kNames[static_cast<size_t>(s)];
}

using NameId = uint32_t;
inline constexpr NameId kNoName = 0;              // the field is absent or empty
inline constexpr NameId kNameOverflow = 0xffffffff;  // the space is full (bounded by configuration)

// One generation of names: while it lives none is forgotten. Implementation: run/shared_names.h (any thread).
class Names {
public:
    virtual ~Names() = default;
    virtual NameId intern(NameSpace space, std::string_view text) = 0;
    virtual std::string text(NameSpace space, NameId id) const = 0;
};

// A worker's own view: found here without any lock, asked from `Names` on first sight. One worker only.
class NameCache {
public:
    explicit NameCache(Names& names);
    NameId find(NameSpace space, std::string_view text) {
        if (text.empty()) return kNoName;
        return tables_[static_cast<size_t>(space)].find(names_, space, text);
    }

private:
    // Of a name of at most sixteen bytes `words` hold all of it, so that no other line of the cache is looked at; of a longer one its text.
    struct Entry {
        uint64_t hash = 0;
        union {
            uint64_t words[2] = {};
            const char* text;
        };
        uint32_t size = 0;  // 0: free
        NameId id = kNoName;
    };
    static_assert(sizeof(Entry) == 32);
    class Table {  // open addressing, linear probing, power of two, at most half full
    public:
        NameId find(Names& names, NameSpace space, std::string_view text);

    private:
        NameId insert(Names& names, NameSpace space, std::string_view text, Entry entry);
        void put(const Entry& entry);
        void grow();
        std::vector<Entry> entries_;
        std::deque<std::string> texts_;  // the long ones
        size_t used_ = 0;
    };
    Names& names_;
    Table tables_[kNameSpaces];
};

// Numbers of one generation of names as those of another, which is asked once for each. One worker only.
class Renaming {
public:
    Renaming(const Names& from, Names& to) : from_(from), to_(to) {}
    NameId operator()(NameSpace space, NameId id);

private:
    const Names& from_;
    Names& to_;
    std::vector<NameId> known_[kNameSpaces];  // [id there]; kNoName: not asked for yet
};

// Text of a metric instance: the four names that make it, joined by the unit separator, and behind them the labels that the model's
// matchers ask for: name, separator, value, in the order of their names.
struct MetricInstanceName {
    std::string_view service, resource, metric, host;
    std::vector<std::pair<std::string_view, std::string_view>> labels{};

    static void join(std::string& out, const MetricInstanceName& n);
    static MetricInstanceName split(std::string_view text);
};
// Text of an occurrence (an event of a type of the user's, such as a deployment): what names it and all its labels, joined by
// the unit separator; labels as name, separator, value in the order of their names.
struct OccurrenceName {
    std::string_view name, service, resource;
    std::vector<std::pair<std::string_view, std::string_view>> labels;

    static void join(std::string& out, const OccurrenceName& n);
    static OccurrenceName split(std::string_view text);
};
// Text of a dimension value: number of the dimension (one digit), unit separator, value.
inline constexpr char kNameSeparator = '\x1f';

}  // namespace foreshock
