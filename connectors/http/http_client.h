// One HTTP server by its URL: posts or gets, and tells plainly what came of it. Hides the HTTP library.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"

namespace foreshock {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string content_type;
    std::string body;
    HttpHeaders headers;
};

struct HttpReply {
    int status = 0;     // 0: no answer came
    std::string error;  // why no answer came ("Connection refused"), or the start of an answer that refuses
    std::optional<std::chrono::seconds> retry_after;

    bool arrived() const { return status >= 200 && status < 300; }
    // A later attempt may fare better: no answer, 408, 429, 5xx.
    bool worth_repeating() const { return status == 0 || status == 408 || status == 429 || status >= 500; }
};

struct HttpClientOptions {
    std::chrono::milliseconds connect_timeout{3'000};
    std::chrono::milliseconds answer_timeout{10'000};
    std::string ca_file;     // PEM; empty: the system's authorities
    std::string extra_path;  // appended to the path of the URL ("/api/v2/alerts")
};

// One worker only, but for `interrupt` (any thread). Connections are kept alive between posts. Redirects are not
// followed: the configured receiver is the one that gets the data.
class HttpClient {
public:
    // `url`: http:// or https://, optionally with user:password@, port, path and query. Problem: anything else.
    static Result<HttpClient> open(const std::string& url, const HttpClientOptions& options);
    HttpClient(HttpClient&&) noexcept;
    ~HttpClient();

    HttpReply post(const HttpRequest& request);
    // `body`: of an answer that arrived.
    HttpReply get(std::string& body);
    // Makes a post under way end soon.
    void interrupt();
    // "https://host:port": without path, query and credentials, which may be secrets. For logs.
    const std::string& shown() const;

private:
    struct Impl;
    explicit HttpClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Value of the header Retry-After, in seconds; dates and nonsense: nothing.
std::optional<std::chrono::seconds> parse_retry_after(const std::string& value);

}  // namespace foreshock
