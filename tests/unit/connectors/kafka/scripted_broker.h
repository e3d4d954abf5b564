// A broker that answers what a test tells it to. For what no real one does.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "connectors/kafka/fetch_connection.h"
#include "connectors/kafka/wire.h"

namespace foreshock::test {

// A response with its length and correlation in front.
inline std::string framed(int32_t correlation, const std::string& body) {
    WireWriter head;
    head.number(static_cast<int32_t>(body.size() + sizeof correlation));
    head.number(correlation);
    return head.take() + body;
}

// The answer to ApiVersions of a broker that offers Fetch up to version `most`.
inline std::string greeting(int16_t most = 17) {
    WireWriter out;
    out.number(int16_t{0});
    out.number(int32_t{1});
    for (const int16_t x : {int16_t{1}, int16_t{4}, most}) out.number(x);
    return framed(0, out.take());
}

// Takes one connection; for each request it sends the next of its answers as it stands, and closes after the last one.
class ScriptedBroker {
public:
    explicit ScriptedBroker(std::vector<std::string> answers, bool closes = true) : answers_(std::move(answers)), closes_(closes) {
        listening_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listening_, 1) != 0) std::abort();
        getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~ScriptedBroker() {
        end();
        close(listening_);
    }
    KafkaHost host() const { return {"127.0.0.1", port_}; }
    // Requests without their length, in order. It takes no more from now on.
    const std::vector<std::string>& asked() {
        end();
        return asked_;
    }

private:
    void end() {
        shutdown(listening_, SHUT_RDWR);
        if (thread_.joinable()) thread_.join();
    }
    void serve() {
        const int peer = accept(listening_, nullptr, nullptr);
        if (peer < 0) return;
        for (const std::string& answer : answers_) {
            if (!take_request(peer)) break;
            if (send(peer, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) break;
        }
        if (!closes_) take_request(peer);  // until the other side has gone
        if (!closes_) take_request(peer);
        close(peer);
    }
    bool take_request(int peer) {
        char head[4];
        if (recv(peer, head, sizeof head, MSG_WAITALL) != sizeof head) return false;
        std::string body(static_cast<size_t>(from_big_endian<int32_t>(head)), '\0');
        if (recv(peer, body.data(), body.size(), MSG_WAITALL) != static_cast<ssize_t>(body.size())) return false;
        asked_.push_back(std::move(body));
        return true;
    }

    std::vector<std::string> answers_, asked_;
    bool closes_;
    int listening_ = -1, port_ = 0;
    std::thread thread_;
};

}  // namespace foreshock::test
