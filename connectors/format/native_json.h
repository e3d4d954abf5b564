// The native JSON forms: transaction, transactions (summarised), metric and event (of a type of the user's); one object a record.
//
// Any field order; unknown fields are ignored; numbers may stand in quotes; money is exact to six decimals (half away from
// zero beyond); times as in json_time.h. A summarised row stands at the end of its interval. What cannot be used becomes a
// BadRecord whose `what` names the field. Rules beyond the obvious:
//   - null is an absent field; of a field that stands twice, the first counts; an empty name is an absent one
//   - `outcome` is ok when absent; `value` of a transaction is 0 when absent; `count` of a summary is 0 when absent
//   - a metric's `limit` of zero or below is no limit; its `max` is at least its `value`
//   - `labels` of an event is an object of texts, numbers and booleans, at most kMaxLabels; a null is an absent one
//   - `labels` of a metric count where the model's matchers ask for them (DecodeOptions::metric_labels); whatever else stands there is ignored
//   - names are at most kMaxNameBytes long (wrong_type); longer dimension values are cut
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "connectors/format/json_time.h"
#include "connectors/format/native_fields.h"
#include "engine/event/decoder.h"

namespace foreshock {

inline constexpr size_t kMaxNameBytes = 256;
inline constexpr size_t kMaxLabels = 16;  // of an event

// One worker only.
class NativeJsonDecoder : public Decoder {
public:
    NativeJsonDecoder(DecodeOptions options, Names& names);
    void decode(const RecordBatch& in, EventBatch& out) override;

private:
    // The values of one dimension, to be found by their own text; their names begin with the number of the dimension.
    class DimensionNames : public Names {
    public:
        DimensionNames(Names& names, size_t number) : names_(names), number_(number) {}
        NameId intern(NameSpace space, std::string_view text) override;
        std::string text(NameSpace space, NameId id) const override { return names_.text(space, id); }

    private:
        Names& names_;
        size_t number_;
    };
    struct Dimension {
        Dimension(Names& all, size_t number) : names(all, number), values(names) {}
        Dimension(const Dimension&) = delete;
        Dimension& operator=(const Dimension&) = delete;
        DimensionNames names;
        NameCache values;
    };

    bool read(const RawRecord& record, bool padded);
    bool event_of(Event& event, EventBatch& out);
    bool transaction(Event& event);
    bool summary(Event& event, EventBatch& out);
    bool metric(Event& event, EventBatch& out);
    bool occurrence(Event& event);

    bool kind(EventKind& out);
    bool time(int64_t& ts_us);
    bool interval(int64_t& interval_us, bool required);
    bool end_of_interval(Event& event, int64_t interval_us);
    bool latency(Event& event);
    bool outcome(bool& failed);
    bool currency(uint32_t& out);
    bool dimensions(Event& event);
    bool labels(std::map<std::string, std::string>& out);
    const std::string& metric_labels();
    bool text(Field f, std::string_view& out, bool required);
    bool name(Field f, NameSpace space, bool required, NameId& out);
    bool number(Field f, double& out);
    bool quantile(Field f, double& out);
    bool integer(Field f, int power, int64_t& out);
    bool whole(Field f, int64_t& out);
    bool fail(DropReason reason, Field f, const char* why);

    DecodeOptions options_;
    NameCache names_;
    std::deque<Dimension> dimensions_;
    NativeFields fields_;
    TimeReader times_;
    std::vector<char> copy_;   // of a record that nothing legible may follow
    std::string joined_;       // name of a metric instance
    std::unordered_map<std::string, std::string> known_labels_;  // objects of labels as they stand, and what of them belongs to the name
    DropReason reason_{};
    std::string what_;
};

// Any thread.
class NativeJsonFactory : public DecoderFactory {
public:
    explicit NativeJsonFactory(DecodeOptions options = {}) : options_(std::move(options)) {}
    std::unique_ptr<Decoder> make(Names& names) const override {
        return std::make_unique<NativeJsonDecoder>(options_, names);
    }

private:
    DecodeOptions options_;
};

}  // namespace foreshock
