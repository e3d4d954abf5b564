// The border to librdkafka that every Kafka connector shares: building a client from settings, its handles as values, what it
// says about its connection, and which of its errors are for good.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "connectors/http/log.h"
#include "engine/base/result.h"

namespace foreshock {

// How to reach a cluster, the same for every client of it.
struct KafkaSettings {
    std::string brokers;                            // "host:port,host:port"
    std::map<std::string, std::string> properties;  // any librdkafka property; these win over ours
    std::string client_id = "foreshock";
    LogCallback log;
};

using KafkaProperties = std::vector<std::pair<std::string, std::string>>;

template <auto destroy>
struct KafkaDestroy {
    void operator()(auto* p) const { destroy(p); }
};
using KafkaConf = std::unique_ptr<rd_kafka_conf_t, KafkaDestroy<rd_kafka_conf_destroy>>;
using KafkaHandle = std::unique_ptr<rd_kafka_t, KafkaDestroy<rd_kafka_destroy>>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, KafkaDestroy<rd_kafka_queue_destroy>>;
using KafkaPartitions =
    std::unique_ptr<rd_kafka_topic_partition_list_t, KafkaDestroy<rd_kafka_topic_partition_list_destroy>>;

// Becomes readable when a queue that was empty holds something. Must outlive the queue's client.
class KafkaWaker {
public:
    KafkaWaker() = default;
    ~KafkaWaker();
    KafkaWaker(const KafkaWaker&) = delete;
    KafkaWaker& operator=(const KafkaWaker&) = delete;

    void watch(rd_kafka_queue_t* queue);
    int fd() const { return fd_; }  // -1 before `watch`
    void clear() const;

private:
    int fd_ = -1;
};

// What a client tells about its connection; the opaque of its configuration. A class that wants further callbacks derives from
// it and casts the opaque back, by way of KafkaLink*. Any thread: librdkafka logs from its own threads, and calls the rest from
// within polls and flushes. Must outlive the client.
class KafkaLink {
public:
    explicit KafkaLink(std::string name, LogCallback log) : name_(std::move(name)), log_(std::move(log)) {}
    virtual ~KafkaLink() = default;
    KafkaLink(const KafkaLink&) = delete;
    KafkaLink& operator=(const KafkaLink&) = delete;

    // False until a broker first answered, and from when all brokers are down until one answers again.
    bool reachable() const { return reachable_.load(std::memory_order_relaxed); }
    // A broker answered: a message, a delivery report, a reply. Cheap.
    void answered();
    // Asks for a broker, once a second at most, where none is known to answer or a connection was lost: nobody else does while there is
    // nothing to read or send, and librdkafka does not always say that a connection was the last. Waits for 0.7 s at most.
    void look_for_broker(rd_kafka_t* client);
    // Serves what the client has to say of its connection, for those who wait and do not poll. A queue that holds records is not for this:
    // librdkafka aborts.
    virtual void hear(rd_kafka_t* client) const;
    // Why the client is of no use any more; empty while it is.
    std::string failure() const;
    // True when that is a password or a certificate that the cluster, or the client, did not take, before they ever spoke to each
    // other. Later it is tried again, as with anything that fails: passwords change, brokers restart.
    bool kept_out() const { return kept_out_.load(std::memory_order_relaxed); }
    // The last thing that librdkafka said about the connection.
    std::string last_error() const;

    void fail(const std::string& why);  // the first reason is kept
    void say(LogLevel level, const std::string& text) const;
    void on_error(rd_kafka_t* client, rd_kafka_resp_err_t error, const char* reason);
    // From now on the client ends, and what it meets on the way is nobody's concern.
    void hush() { hushed_.store(true, std::memory_order_relaxed); }
    bool hushed() const { return hushed_.load(std::memory_order_relaxed); }

private:
    void went_away();
    void on_refusal(rd_kafka_resp_err_t error, const std::string& reason);

    std::string name_;
    LogCallback log_;
    std::atomic<bool> reachable_{false};
    std::atomic<bool> doubted_{false};     // a connection was lost
    std::atomic<std::chrono::steady_clock::duration> next_look_{};
    std::atomic<bool> lost_{false};        // said that all brokers are away
    std::atomic<bool> known_{false};       // a broker answered once
    std::atomic<bool> kept_out_{false};
    std::atomic<bool> hushed_{false};
    std::atomic<bool> complained_{false};  // of a password or certificate, since a broker last answered
    mutable std::mutex mutex_;             // guards the texts
    std::string failure_, last_error_;
};

// A configuration with the settings' brokers and properties over `defaults`, with log and error callbacks that go to `link`.
// `fixed` cannot be overruled. Problems: a property that librdkafka does not know or take, or that is one of `fixed`.
[[nodiscard]] Result<KafkaConf> kafka_conf(const KafkaSettings& settings, const KafkaProperties& defaults,
                                           const KafkaProperties& fixed, KafkaLink& link);

// A client from a configuration. Problems: properties that contradict each other.
[[nodiscard]] Result<KafkaHandle> kafka_client(rd_kafka_type_t type, KafkaConf conf);

// The value of a property that a client works with; empty where it has none.
std::string kafka_property(rd_kafka_t* client, const char* name);

// Calls `call` in a thread that nobody has to wait for: some calls of librdkafka do not end before a broker answers. What it uses lives
// for as long as it takes.
std::future<void> apart(std::function<void()> call);
// Whether there ever were such threads. They may be there at the end of the process, which then must not take down under them what
// libraries keep until then.
bool any_went_apart();

// True for errors that no retry mends: missing rights and broken set-up. A topic that is not there may still come.
bool is_final(rd_kafka_resp_err_t error);

// "Broker: Not leader for partition" and the like.
std::string kafka_text(rd_kafka_resp_err_t error);

// Properties that keep a consumer fetching at full speed. Before 2.2, librdkafka waits up to a second after a full queue unless
// something wakes it, which frequent metadata does; later versions have a setting for that. A member of a group that gets
// metadata while it is joining joins again, so that `in_group` asks for it less often.
KafkaProperties fetch_tuning(bool in_group);

}  // namespace foreshock
