#include "connectors/kafka/fetch_connection.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "connectors/kafka/fetch_protocol.h"
#include "connectors/kafka/wire.h"
#include "engine/base/check.h"

namespace foreshock {
namespace {

std::string text_of_error(int error) { return std::generic_category().message(error); }

bool would_wait(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

FetchConnection::FetchConnection(KafkaHost host, const FetchConnectionSettings& settings, std::shared_ptr<RoomPool> pool)
    : host_(std::move(host)), settings_(settings), pool_(std::move(pool)), addresses_(nullptr, freeaddrinfo) {
    resolve();
}

FetchConnection::~FetchConnection() {
    if (socket_ >= 0) close(socket_);
}

void FetchConnection::fail(DirectFallback trouble, const std::string& why) {
    if (socket_ >= 0) close(std::exchange(socket_, -1));
    state_ = State::failed;
    trouble_ = trouble;
    why_ = host_.text() + ": " + why;
}

void FetchConnection::fail_by_errno() {
    if (errno == EPROTO && tls_) return fail(DirectFallback::security, tls_->why());
    fail(DirectFallback::connection, text_of_error(errno));
}

void FetchConnection::resolve() {
    addrinfo hints{}, *found = nullptr;
    hints.ai_socktype = SOCK_STREAM;
    const int error = getaddrinfo(host_.name.c_str(), std::to_string(host_.port).c_str(), &hints, &found);
    if (error != 0) return fail(DirectFallback::connection, gai_strerror(error));
    addresses_.reset(found);
    address_ = found;
    connect_next();
}

// Begins with the next address that the name stands for.
void FetchConnection::connect_next() {
    int error = ECONNREFUSED;
    for (; address_ != nullptr; address_ = address_->ai_next) {
        if (socket_ >= 0) close(socket_);
        socket_ = socket(address_->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        const int yes = 1;
        if (socket_ >= 0) setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (socket_ >= 0 && (connect(socket_, address_->ai_addr, address_->ai_addrlen) == 0 || errno == EINPROGRESS)) {
            address_ = address_->ai_next;
            since_ = Clock::now();
            return;
        }
        error = errno;
    }
    fail(DirectFallback::connection, text_of_error(error));
}

void FetchConnection::finish_connecting() {
    pollfd p{socket_, POLLOUT, 0};
    if (poll(&p, 1, 0) <= 0) return;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(socket_, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0 && address_ != nullptr) return connect_next();
    if (error != 0) return fail(DirectFallback::connection, text_of_error(error));
    if (settings_.tls) tls_ = std::make_unique<TlsStream>(settings_.tls, socket_, host_.name);
    state_ = State::greeting;
    out_ = api_versions_request(correlation_, settings_.client_id);
}

void FetchConnection::advance() {
    if (state_ == State::connecting) finish_connecting();
    if (state_ == State::greeting || state_ == State::asked) {
        write();
        if (!failed() && read()) {
            ++correlation_;
            if (state_ == State::greeting) greeted();
            else state_ = State::answered;
        }
        if (!failed()) write();  // what had to wait until TLS was agreed on
    }
    const bool setting_up = state_ == State::connecting || state_ == State::greeting;
    const bool waiting = setting_up || state_ == State::asked;
    if (waiting && Clock::now() - since_ > (setting_up ? settings_.set_up : settings_.patience)) fail(DirectFallback::connection, "no answer");
}

void FetchConnection::greeted() {
    const Response greeting{response_, {response_->room.data(), response_->room.size()}};
    const auto offered = offers_fetch(greeting.body);
    if (!offered || !*offered) return fail(DirectFallback::api_version, "does not offer Fetch 11");
    response_.reset();
    state_ = State::idle;
}

void FetchConnection::ask(std::string request) {
    check(idle(), "one request at a time");
    out_ = std::move(request);
    sent_ = 0;
    state_ = State::asked;
    since_ = Clock::now();
    write();
}

FetchConnection::Response FetchConnection::take() {
    if (state_ != State::answered) return {};
    state_ = State::idle;
    Response out{std::move(response_), {}};
    out.body = {out.room->room.data(), out.room->room.size()};
    return out;
}

void FetchConnection::write() {
    while (sent_ < out_.size()) {
        const char* const from = out_.data() + sent_;
        const size_t size = out_.size() - sent_;
        const ssize_t n = tls_ ? tls_->send(from, size) : send(socket_, from, size, MSG_NOSIGNAL);
        if (n < 0 && would_wait(errno)) return;
        if (n < 0) return fail_by_errno();
        sent_ += static_cast<size_t>(n);
    }
    out_.clear();
    sent_ = 0;
}

// Never more than this response: what follows stays with the kernel.
bool FetchConnection::read() {
    if (head_size_ < sizeof head_ && !read_head()) return false;
    ByteRoom& room = response_->room;
    size_t have = room.size();
    const bool whole = receive(room.data(), wanted_, have);
    if (failed()) return false;
    room.set_size(have);
    if (whole) head_size_ = 0;
    return whole;
}

bool FetchConnection::read_head() {
    if (!receive(head_, sizeof head_, head_size_)) return false;
    const int64_t size = int64_t{from_big_endian<int32_t>(head_)} - static_cast<int64_t>(sizeof(int32_t));
    const auto correlation = from_big_endian<int32_t>(head_ + sizeof(int32_t));
    if (size < 0 || static_cast<uint64_t>(size) > settings_.most_response_bytes) {
        fail(DirectFallback::data, "a response of " + std::to_string(size) + " bytes");
    } else if (correlation != correlation_) {
        fail(DirectFallback::data, "a response to no request");
    } else {
        wanted_ = static_cast<size_t>(size);
        response_ = pool_->lend(wanted_);
    }
    return !failed();
}

bool FetchConnection::receive(char* to, size_t wanted, size_t& have) {
    while (have < wanted) {
        const ssize_t n = tls_ ? tls_->receive(to + have, wanted - have) : recv(socket_, to + have, wanted - have, 0);
        if (n < 0 && would_wait(errno)) return false;
        if (n < 0) fail_by_errno();
        if (n == 0) fail(DirectFallback::connection, "closed by the broker");
        if (n <= 0) return false;
        have += static_cast<size_t>(n);
        since_ = Clock::now();
    }
    return true;
}

pollfd FetchConnection::awaited() const {
    const bool writes = state_ == State::connecting || (tls_ ? tls_->wants_write() : !out_.empty());
    const bool reads = state_ == State::greeting || state_ == State::asked;
    return {failed() ? -1 : socket_, static_cast<short>((writes ? POLLOUT : 0) | (reads ? POLLIN : 0)), 0};
}

}  // namespace foreshock
