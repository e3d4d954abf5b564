#include "connectors/kafka/kafka_conf.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <thread>

namespace foreshock {
namespace {

constexpr size_t kErrorBytes = 512;
constexpr int kHasFetchBackoff = 0x02020000;  // librdkafka 2.2.0
constexpr int kHasSoundScram = 0x02060100;    // 2.6.1: until then it says the client's nonce twice, which Kafka 4 does not take

constexpr std::chrono::milliseconds kLookEvery{1000};
constexpr int kLook_ms = 700;  // a broker answers in turn: only after a fetch that waits for records, half a second

constexpr int kSyslogError = 3, kSyslogWarning = 4;

std::atomic<bool> g_any_went_apart{false};

void error_callback(rd_kafka_t* client, int error, const char* reason, void* opaque) {
    static_cast<KafkaLink*>(opaque)->on_error(client, static_cast<rd_kafka_resp_err_t>(error), reason);
}

// What librdkafka logs besides: connections that fail, and what is fatal, come by the error callback as well, once for each change;
// what fails in a transaction is also its result; a producer's first steps are tried again.
constexpr std::array<std::string_view, 7> kToldElsewhere{"FAIL", "ERROR", "GETPID", "SSL", "FATAL", "TXNERR", "ADDPARTS"};

void log_callback(const rd_kafka_t* client, int level, const char* facility, const char* text) {
    if (level > kSyslogWarning || std::ranges::find(kToldElsewhere, facility) != kToldElsewhere.end()) return;
    const auto* link = static_cast<const KafkaLink*>(rd_kafka_opaque(client));
    if (link != nullptr && !link->hushed()) link->say(level <= kSyslogError ? LogLevel::error : LogLevel::warning, text);
}

// Whether the two sides do not trust each other; a handshake also fails where a broker ends or a proxy has none behind it.
bool is_about_trust(rd_kafka_resp_err_t error, std::string_view reason) {
    if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) return true;
    const auto says = [&](std::string_view words) { return reason.find(words) != reason.npos; };
    return says("SSL") && (says("certificate") || says("unknown ca"));
}

// Without how long it took and in which state.
std::string shortened(const std::string& reason) { return reason.substr(0, reason.rfind(" (after ")); }

// Empty, or what librdkafka has against the property.
std::string set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
    char error[kErrorBytes] = "";
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof error) == RD_KAFKA_CONF_OK) return {};
    return error;
}

bool holds(const KafkaProperties& list, const std::string& name) {
    return std::any_of(list.begin(), list.end(), [&](const auto& p) { return p.first == name; });
}

}  // namespace

KafkaWaker::~KafkaWaker() {
    if (fd_ >= 0) close(fd_);
}

void KafkaWaker::watch(rd_kafka_queue_t* queue) {
    fd_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    constexpr uint64_t kOne = 1;
    if (fd_ >= 0) rd_kafka_queue_io_event_enable(queue, fd_, &kOne, sizeof kOne);
}

void KafkaWaker::clear() const {
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t n = read(fd_, &count, sizeof count);
}

void KafkaLink::answered() {
    if (reachable()) return;
    known_.store(true, std::memory_order_relaxed);
    complained_ = false;
    reachable_.store(true, std::memory_order_relaxed);
    if (lost_.exchange(false)) say(LogLevel::info, "a broker answers again");
}

void KafkaLink::hear(rd_kafka_t* client) const {
    const KafkaQueue queue(rd_kafka_queue_get_consumer(client));  // null for one without a group
    if (queue) rd_kafka_queue_poll_callback(queue.get(), 0);
    else rd_kafka_poll(client, 0);
}

std::string KafkaLink::failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
}

std::string KafkaLink::last_error() const {
    const std::lock_guard lock(mutex_);
    return last_error_;
}

void KafkaLink::fail(const std::string& why) {
    const std::lock_guard lock(mutex_);
    if (failure_.empty()) failure_ = name_ + ": " + why;
}

void KafkaLink::say(LogLevel level, const std::string& text) const {
    if (log_) log_(level, name_ + ": " + text);
}

void KafkaLink::on_error(rd_kafka_t* client, rd_kafka_resp_err_t error, const char* reason) {
    if (hushed()) return;
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
        char why[kErrorBytes] = "";
        rd_kafka_fatal_error(client, why, sizeof why);
        fail(why);
        return;
    }
    const bool all_down = error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
    {
        const std::lock_guard lock(mutex_);
        if (!all_down || last_error_.empty()) last_error_ = shortened(reason);
    }
    if (is_about_trust(error, reason)) return on_refusal(error, last_error());
    if (error == RD_KAFKA_RESP_ERR__TRANSPORT) doubted_ = true;
    if (all_down) went_away();
}

void KafkaLink::look_for_broker(rd_kafka_t* client) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    if (now < next_look_.load() || (!doubted_.exchange(false) && reachable())) return;
    next_look_ = now + kLookEvery;
    const rd_kafka_metadata_t* metadata = nullptr;
    const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 0, nullptr, &metadata, kLook_ms);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_metadata_destroy(metadata);
        answered();
    } else if (error == RD_KAFKA_RESP_ERR__TRANSPORT && known_) {
        went_away();
    } else {  // it has not answered yet, or the two have not come to terms yet
        doubted_ = true;
    }
}

void KafkaLink::went_away() {
    if (kept_out()) return;
    reachable_.store(false, std::memory_order_relaxed);
    const std::string last = last_error();
    if (!lost_.exchange(true)) say(LogLevel::warning, "no broker answers, trying again" + (last.empty() ? last : ": " + last));
}

void KafkaLink::on_refusal(rd_kafka_resp_err_t error, const std::string& reason) {
    std::string text = reason;
    if (error == RD_KAFKA_RESP_ERR__AUTHENTICATION) {
        text += "; see sasl.username and sasl.password";
        if (rd_kafka_version() < kHasSoundScram && reason.find("SCRAM") != reason.npos)
            text += std::string(", and mind that librdkafka ") + rd_kafka_version_str() +
                    " cannot do SCRAM with Kafka 4: that needs 2.6.1, or another way in (TLS certificates, PLAIN over TLS)";
    }
    if (known_) {
        if (!complained_.exchange(true)) say(LogLevel::error, text);
        return;
    }
    kept_out_ = true;
    fail(text);
}

Result<KafkaConf> kafka_conf(const KafkaSettings& settings, const KafkaProperties& defaults, const KafkaProperties& fixed,
                             KafkaLink& link) {
    KafkaConf conf(rd_kafka_conf_new());
    Diagnostics problems;
    const auto put = [&](const std::string& name, const std::string& value) {
        const std::string wrong = set(conf.get(), name, value);
        if (!wrong.empty()) problems.push_back({{}, 0, 0, "Kafka property " + name + ": " + wrong, {}});
    };
    for (const auto& [name, value] : defaults) {
        if (settings.properties.count(name) == 0) put(name, value);
    }
    put("bootstrap.servers", settings.brokers);
    put("client.id", settings.client_id);
    for (const auto& [name, value] : settings.properties) {
        if (holds(fixed, name)) {
            problems.push_back({{}, 0, 0, "Kafka property " + name + " is set by the program", "leave it out"});
        } else {
            put(name, value);
        }
    }
    for (const auto& [name, value] : fixed) put(name, value);
    if (!problems.empty()) return problems;
    rd_kafka_conf_set_opaque(conf.get(), &link);
    rd_kafka_conf_set_error_cb(conf.get(), error_callback);
    rd_kafka_conf_set_log_cb(conf.get(), log_callback);
    return conf;
}

Result<KafkaHandle> kafka_client(rd_kafka_type_t type, KafkaConf conf) {
    char error[kErrorBytes] = "";
    KafkaHandle client(rd_kafka_new(type, conf.get(), error, sizeof error));
    if (!client) {
        const bool about_key = std::string_view(error).find("ssl.key") != std::string_view::npos;
        return Diagnostic{{}, 0, 0, std::string("Kafka client: ") + error,
                          about_key ? "see ssl.key.location and ssl.key.password" : "see the properties of this client"};
    }
    (void)conf.release();  // the client owns it now
    return client;
}

std::string kafka_property(rd_kafka_t* client, const char* name) {
    char value[kErrorBytes] = "";
    size_t size = sizeof value;
    return rd_kafka_conf_get(rd_kafka_conf(client), name, value, &size) == RD_KAFKA_CONF_OK ? value : "";
}

bool any_went_apart() { return g_any_went_apart; }

std::future<void> apart(std::function<void()> call) {
    g_any_went_apart = true;
    auto done = std::make_shared<std::promise<void>>();
    std::future<void> out = done->get_future();
    std::thread([call = std::move(call), done]() mutable {
        call();
        call = nullptr;  // whoever waits is the last to have what it used
        done->set_value();
    }).detach();
    return out;
}

bool is_final(rd_kafka_resp_err_t error) {
    switch (error) {
        case RD_KAFKA_RESP_ERR__FATAL:
        case RD_KAFKA_RESP_ERR__AUTHENTICATION:
        case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
            return true;
        default:
            return false;
    }
}

std::string kafka_text(rd_kafka_resp_err_t error) { return rd_kafka_err2str(error); }

KafkaProperties fetch_tuning(bool in_group) {
    KafkaProperties out{{"fetch.message.max.bytes", "1000000"}};
    if (rd_kafka_version() >= kHasFetchBackoff) {
        out.emplace_back("queued.min.messages", "50000");
        out.emplace_back("fetch.queue.backoff.ms", "2");
        // Partitions that are added come to be known by it: within the allowed lateness, or what is in them comes late.
        if (in_group) out.emplace_back("topic.metadata.refresh.interval.ms", "5000");
    } else {
        // Between two wakings the queue alone has to last.
        out.emplace_back("queued.min.messages", in_group ? "1000000" : "50000");
        out.emplace_back("topic.metadata.refresh.interval.ms", in_group ? "100" : "10");
    }
    return out;
}

}  // namespace foreshock
