// TLS over a socket that never waits, by OpenSSL.
#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <map>
#include <memory>
#include <string>

#include "engine/base/result.h"

namespace foreshock {

// What all connections of a client share. Set up before start, then read-only.
class TlsContext {
public:
    // From librdkafka's `ssl.*` properties. Problems: a file that cannot be read, or a property that only librdkafka follows.
    [[nodiscard]] static Result<std::shared_ptr<TlsContext>> make(const std::map<std::string, std::string>& properties, bool verifies,
                                                                  bool checks_host);

    SSL_CTX* get() const { return context_.get(); }
    bool checks_host() const { return checks_host_; }

private:
    struct Free {
        void operator()(SSL_CTX* c) const { SSL_CTX_free(c); }
    };
    std::unique_ptr<SSL_CTX, Free> context_;
    bool checks_host_ = true;
};

// One worker only. The socket belongs to somebody else.
class TlsStream {
public:
    TlsStream(std::shared_ptr<const TlsContext> context, int socket, const std::string& host);

    // As the calls of a socket that never waits: errno is EAGAIN until more can be done, EPROTO when TLS failed: see `why`.
    ssize_t send(const char* from, size_t size);
    ssize_t receive(char* to, size_t room);
    bool wants_write() const { return !out_.empty(); }
    const std::string& why() const { return why_; }

private:
    struct Free {
        void operator()(SSL* s) const { SSL_free(s); }
    };
    bool flush();
    ssize_t fill();
    ssize_t failed(int result);

    std::shared_ptr<const TlsContext> context_;
    int socket_;
    std::unique_ptr<SSL, Free> ssl_;
    std::string out_, in_, why_;  // what the socket did not take yet; room for what it gives; what went wrong
};

}  // namespace foreshock
