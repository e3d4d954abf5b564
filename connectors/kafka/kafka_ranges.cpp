#include "connectors/kafka/kafka_ranges.h"

#include <algorithm>
#include <functional>
#include <thread>

namespace foreshock {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kPause{100};
constexpr int kFirstCall_ms = 1000, kLongestCall_ms = 5000;

using Metadata = std::unique_ptr<const rd_kafka_metadata_t, KafkaDestroy<rd_kafka_metadata_destroy>>;

int time_left_ms(KafkaDeadline deadline, int most) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now()).count();
    return static_cast<int>(std::clamp<int64_t>(left, 1, most));
}

// Calls until it succeeds, fails for good, or the time is over; at least once. What a broker answered says more than that the last
// call had no time left.
rd_kafka_resp_err_t persist(rd_kafka_t* client, const KafkaLink& link, KafkaDeadline deadline,
                            const std::function<rd_kafka_resp_err_t(int timeout_ms)>& call) {
    rd_kafka_resp_err_t answer = RD_KAFKA_RESP_ERR_NO_ERROR;
    for (int most = kFirstCall_ms;; most = std::min(2 * most, kLongestCall_ms)) {
        const rd_kafka_resp_err_t error = call(time_left_ms(deadline, most));
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR || is_final(error)) return error;
        if (error > RD_KAFKA_RESP_ERR_NO_ERROR || answer == RD_KAFKA_RESP_ERR_NO_ERROR) answer = error;  // below: librdkafka's own
        if (steady_clock::now() + kPause >= deadline) return answer;
        link.hear(client);
        if (!link.failure().empty()) return answer;
        std::this_thread::sleep_for(kPause);
    }
}

Diagnostic trouble(const std::string& what, rd_kafka_resp_err_t error, const KafkaLink& link) {
    if (!link.failure().empty()) return {{}, 0, 0, link.failure(), {}};
    std::string message = "Kafka: " + what + ": " + kafka_text(error);
    const std::string last = link.last_error();
    if (!last.empty()) message += "; last: " + last;
    return {{}, 0, 0, message, is_final(error) ? "" : "see that the brokers are right and can be reached"};
}

// Topics that have just been made, or whose leader is being chosen, settle soon.
bool is_settling(const rd_kafka_metadata_topic& topic) {
    if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) return true;
    return std::any_of(topic.partitions, topic.partitions + topic.partition_cnt,
                       [](const auto& p) { return p.err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE; });
}

rd_kafka_resp_err_t add_topic(rd_kafka_t* client, const std::string& name, int timeout_ms, std::vector<KafkaRange>& out) {
    const std::unique_ptr<rd_kafka_topic_t, KafkaDestroy<rd_kafka_topic_destroy>> topic(
        rd_kafka_topic_new(client, name.c_str(), nullptr));
    if (!topic) return rd_kafka_last_error();
    const rd_kafka_metadata_t* raw = nullptr;
    const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, topic.get(), &raw, timeout_ms);
    const Metadata metadata(raw);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
    if (metadata->topic_cnt == 0) return RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    const rd_kafka_metadata_topic& found = metadata->topics[0];
    if (is_settling(found)) {
        return found.err != RD_KAFKA_RESP_ERR_NO_ERROR ? found.err : RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
    }
    for (int i = 0; i < found.partition_cnt; ++i) out.push_back({name, found.partitions[i].id, 0, 0});
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

KafkaPartitions list_of(const std::vector<KafkaRange>& ranges) {
    KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(ranges.size())));
    for (const KafkaRange& r : ranges) rd_kafka_topic_partition_list_add(list.get(), r.topic.c_str(), r.partition);
    return list;
}

// Offsets by the start rule; RD_KAFKA_OFFSET_BEGINNING and _END where only the broker knows.
rd_kafka_resp_err_t ruled_offsets(rd_kafka_t* client, const KafkaSourceSettings& settings, int timeout_ms,
                                  rd_kafka_topic_partition_list_t* list) {
    for (int i = 0; i < list->cnt; ++i) {
        list->elems[i].offset =
            settings.start == KafkaBegin::latest ? RD_KAFKA_OFFSET_END : RD_KAFKA_OFFSET_BEGINNING;
    }
    if (settings.start == KafkaBegin::time) return offsets_at(client, list, settings.start_time, timeout_ms);
    if (settings.start == KafkaBegin::committed) return rd_kafka_committed(client, list, timeout_ms);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

struct Marks {
    int64_t low = 0, high = 0;  // what the partition holds now
};

// Puts begin and end of a range between the marks.
void bound(KafkaRange& range, int64_t begin, std::optional<int64_t> end, const Marks& marks) {
    range.end = end && *end >= 0 ? std::min(*end, marks.high) : marks.high;
    range.begin = std::max(begin == RD_KAFKA_OFFSET_END ? marks.high : begin, marks.low);
}

}  // namespace

KafkaPartitions kafka_partitions(const std::vector<PartitionOffset>& offsets) {
    KafkaPartitions list(rd_kafka_topic_partition_list_new(static_cast<int>(offsets.size())));
    for (const PartitionOffset& o : offsets) {
        const size_t slash = o.partition.rfind('/');
        rd_kafka_topic_partition_list_add(list.get(), o.partition.substr(0, slash).c_str(), std::stoi(o.partition.substr(slash + 1)))->offset = o.next;
    }
    return list;
}

rd_kafka_resp_err_t offsets_at(rd_kafka_t* client, rd_kafka_topic_partition_list_t* list, EventTime t, int timeout_ms) {
    const int64_t ms = std::chrono::ceil<milliseconds>(t).time_since_epoch().count();
    for (int i = 0; i < list->cnt; ++i) list->elems[i].offset = ms;
    const rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(client, list, timeout_ms);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return error;
    for (int i = 0; i < list->cnt; ++i) {
        if (list->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) return list->elems[i].err;
        if (list->elems[i].offset < 0) list->elems[i].offset = RD_KAFKA_OFFSET_END;
    }
    return error;
}

Result<std::vector<KafkaRange>> kafka_ranges(rd_kafka_t* client, const KafkaSourceSettings& settings,
                                             const ResumeOffset& resume, const KafkaLink& link, KafkaDeadline deadline) {
    std::vector<KafkaRange> ranges;
    for (const std::string& topic : settings.topics) {
        const auto error = persist(client, link, deadline, [&](int ms) { return add_topic(client, topic, ms, ranges); });
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble("topic " + topic, error, link);
    }
    const KafkaPartitions begins = list_of(ranges), ends = list_of(ranges);
    const auto error = persist(client, link, deadline, [&](int ms) { return ruled_offsets(client, settings, ms, begins.get()); });
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble("offsets to start from", error, link);
    if (settings.end_time) {
        const auto bad = persist(client, link, deadline, [&](int ms) { return offsets_at(client, ends.get(), *settings.end_time, ms); });
        if (bad != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble("offsets to end at", bad, link);
    }
    for (size_t i = 0; i < ranges.size(); ++i) {
        const std::optional<int64_t> known = resume ? resume(ranges[i].name()) : std::nullopt;
        const int64_t begin = known.value_or(begins->elems[i].offset);
        const std::optional<int64_t> end = settings.end_time ? std::optional(ends->elems[i].offset) : std::nullopt;
        Marks marks;
        const auto bad = persist(client, link, deadline, [&](int ms) {
            return rd_kafka_query_watermark_offsets(client, ranges[i].topic.c_str(), ranges[i].partition, &marks.low, &marks.high, ms);
        });
        if (bad != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble("offsets of " + ranges[i].name(), bad, link);
        if (begin > marks.high) return Diagnostic{{}, 0, 0, lost_end(ranges[i].name(), begin, marks.high), kBeginAnew};
        if (begin >= 0 && begin < marks.low && (known || settings.start == KafkaBegin::committed))
            link.say(LogLevel::warning, ranges[i].name() + ": " + std::to_string(marks.low - begin) + " records were deleted before they were read");
        bound(ranges[i], begin, end, marks);
    }
    return ranges;
}

Result<size_t> kafka_partition_count(rd_kafka_t* client, const std::vector<std::string>& topics, const KafkaLink& link,
                                     KafkaDeadline deadline) {
    std::vector<KafkaRange> ranges;
    for (const std::string& topic : topics) {
        rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
        const auto is_away = [&] { return error == RD_KAFKA_RESP_ERR__TIMED_OUT || error == RD_KAFKA_RESP_ERR__TRANSPORT; };
        (void)persist(client, link, deadline, [&](int ms) {
            error = add_topic(client, topic, ms, ranges);
            return is_away() ? error : RD_KAFKA_RESP_ERR_NO_ERROR;  // a topic that is not there is no reason to wait
        });
        if (is_away() || is_final(error)) return trouble("topic " + topic, error, link);
    }
    return ranges.size();
}

Result<std::vector<std::string>> kafka_partition_names(rd_kafka_t* client, const std::vector<std::string>& topics, const KafkaLink& link,
                                                       KafkaDeadline deadline) {
    std::vector<KafkaRange> ranges;
    for (const std::string& topic : topics) {
        const auto error = persist(client, link, deadline, [&](int ms) { return add_topic(client, topic, ms, ranges); });
        if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble("topic " + topic, error, link);
    }
    std::vector<std::string> names;
    for (const KafkaRange& r : ranges) names.push_back(r.name());
    return names;
}

std::string lost_end(const std::string& partition, int64_t next, int64_t end) {
    return "Kafka: " + partition + " ends at offset " + std::to_string(end) + ", and " + std::to_string(next) +
           " is where to go on: the topic was deleted and made anew, or lost its end";
}

std::vector<std::vector<KafkaRange>> share_out(std::vector<KafkaRange> ranges, unsigned shares) {
    const size_t count = std::clamp<size_t>(ranges.size(), 1, std::max(shares, 1u));
    std::stable_sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
    std::vector<std::vector<KafkaRange>> out(count);
    std::vector<int64_t> load(count);
    for (KafkaRange& r : ranges) {
        const auto i = static_cast<size_t>(std::min_element(load.begin(), load.end()) - load.begin());
        load[i] += r.size() + 1;  // so that empty partitions spread too
        out[i].push_back(std::move(r));
    }
    return out;
}

}  // namespace foreshock
