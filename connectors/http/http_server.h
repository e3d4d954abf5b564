// What an operator's tools ask the running program: /metrics, /healthz, /readyz, /api/v1/state, /api/v1/whatif, a small page at /
// that names them; and POST /api/v1/reload.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace foreshock {

// Not ready when any reason is given ("kafka localhost:9092: not reached").
struct Readiness {
    std::vector<std::string> reasons;
    bool ready() const { return reasons.empty(); }
};

struct HttpServerOptions {
    std::string host = "127.0.0.1";  // closed by default: only this machine
    uint16_t port = 0;               // 0: any free one
    std::string version;             // shown at /
};

// Splits "127.0.0.1:8080", "[::1]:8080" or ":8080" (then the host stays 127.0.0.1). Problem: no such text.
Result<HttpServerOptions> parse_listen(const std::string& text);

// What a request to act is answered with.
struct HttpAnswer {
    int status = 200;
    std::string json;
};

// Parameters of a request by name; of several of one name the first.
using HttpQuery = std::map<std::string, std::string>;

// Called from the server's threads, several at once, and must not block for long.
struct HttpAnswers {
    std::function<std::string()> metrics;  // Prometheus text format
    std::function<Readiness()> readiness;
    std::function<std::string()> state = {};  // JSON
    std::function<HttpAnswer()> reload = {};  // POST /api/v1/reload, from this machine only; empty: there is nothing to reload
    // Open warnings as JSON: all, or the one with the id; empty: there is no such one.
    std::function<std::string(const std::string& id)> warnings = {};
    std::function<HttpAnswer(const HttpQuery&)> what_if = {};  // GET /api/v1/whatif; empty: 404
};

// Set up before start, then read-only; `stop` from the thread that started it.
class HttpServer {
public:
    HttpServer(HttpServerOptions options, HttpAnswers answers);
    ~HttpServer();  // stops

    // Listens when it returns, and gives the port. Problem: the address is in use or not of this machine.
    Result<uint16_t> start();
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace foreshock
