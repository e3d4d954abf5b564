// One connection to a broker over which one request at a time is asked, without ever waiting.
#pragma once

#include <netdb.h>
#include <poll.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/kafka/byte_room.h"
#include "connectors/kafka/direct_fallback.h"
#include "connectors/kafka/tls_stream.h"

namespace foreshock {

struct KafkaHost {
    std::string name;
    int port = 0;

    auto operator<=>(const KafkaHost&) const = default;
    std::string text() const { return name + ":" + std::to_string(port); }
};

struct FetchConnectionSettings {
    std::string client_id{};
    std::shared_ptr<const TlsContext> tls{};      // none: in the clear
    size_t most_response_bytes = 100'000'000;
    std::chrono::milliseconds set_up{5000};      // for a connection; nobody reads its partitions meanwhile
    std::chrono::milliseconds patience{60'000};  // with an answer that stays away
};

// One worker only.
class FetchConnection {
public:
    FetchConnection(KafkaHost host, const FetchConnectionSettings& settings, std::shared_ptr<RoomPool> pool);
    ~FetchConnection();
    FetchConnection(const FetchConnection&) = delete;
    FetchConnection& operator=(const FetchConnection&) = delete;

    const KafkaHost& host() const { return host_; }
    void advance();  // does what can be done at once
    bool failed() const { return !why_.empty(); }
    DirectFallback trouble() const { return trouble_; }
    const std::string& why() const { return why_; }  // empty: fine

    // Connected, and nothing asked that is not answered and taken.
    bool idle() const { return state_ == State::idle; }
    int32_t next_correlation() const { return correlation_; }
    void ask(std::string request);
    // The response, without its correlation, once it is here.
    struct Response {
        std::shared_ptr<PooledRoom> room;
        std::string_view body;
    };
    Response take();  // room is null: not yet

    pollfd awaited() const;

private:
    using Clock = std::chrono::steady_clock;
    enum class State : uint8_t { connecting, greeting, idle, asked, answered, failed };

    void fail(DirectFallback trouble, const std::string& why);
    void fail_by_errno();
    void resolve();
    void connect_next();
    void finish_connecting();
    void write();
    bool read();  // true: a response is whole
    bool read_head();
    bool receive(char* to, size_t wanted, size_t& have);  // true: all of it is here
    void greeted();

    KafkaHost host_;
    const FetchConnectionSettings& settings_;
    std::shared_ptr<RoomPool> pool_;
    std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses_;
    const addrinfo* address_ = nullptr;  // the next one to try
    int socket_ = -1;
    std::unique_ptr<TlsStream> tls_;
    State state_ = State::connecting;
    Clock::time_point since_ = Clock::now();  // in this state, or since something last came
    std::string out_;
    size_t sent_ = 0;
    int32_t correlation_ = 0;
    char head_[8];  // length and correlation of a response
    size_t head_size_ = 0;
    std::shared_ptr<PooledRoom> response_;
    size_t wanted_ = 0;  // bytes of the response
    DirectFallback trouble_ = DirectFallback::connection;
    std::string why_;
};

}  // namespace foreshock
