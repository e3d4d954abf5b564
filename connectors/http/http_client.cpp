#include "connectors/http/http_client.h"

#include <httplib.h>

#include <charconv>

namespace foreshock {
namespace {

struct Url {
    std::string scheme_host_port, user, password, path;
};

std::string percent_decoded(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        unsigned char code = 0;
        if (text[0] == '%' && text.size() >= 3 &&
            std::from_chars(&text[1], &text[1] + 2, code, 16).ptr == &text[1] + 2) {
            out += static_cast<char>(code);
            text.remove_prefix(3);
        } else {
            out += text[0];
            text.remove_prefix(1);
        }
    }
    return out;
}

std::optional<Url> parse_url(std::string_view text) {
    const size_t scheme = text.find("://");
    if (scheme == std::string_view::npos) return {};
    if (const auto name = text.substr(0, scheme); name != "http" && name != "https") return {};
    const size_t path = std::min(text.find_first_of("/?", scheme + 3), text.size());
    std::string_view place = text.substr(scheme + 3, path - scheme - 3);
    Url url;
    if (const size_t at = place.rfind('@'); at != std::string_view::npos) {
        const std::string_view credentials = place.substr(0, at);
        const size_t colon = std::min(credentials.find(':'), credentials.size());
        url.user = percent_decoded(credentials.substr(0, colon));
        if (colon < credentials.size()) {
            url.password = percent_decoded(credentials.substr(colon + 1));
        }
        place.remove_prefix(at + 1);
    }
    if (place.empty() || place.front() == ':' || place.find_first_of(" \t\r\n") != std::string_view::npos) return {};
    url.scheme_host_port = std::string(text.substr(0, scheme + 3)) + std::string(place);
    url.path = std::string(text.substr(path));
    return url;
}

HttpReply reply_of(const httplib::Result& result) {
    if (!result) return {0, httplib::to_string(result.error()), {}};
    HttpReply reply{result->status, {}, parse_retry_after(result->get_header_value("Retry-After"))};
    if (!reply.arrived()) reply.error = result->body.substr(0, 200);
    return reply;
}

}  // namespace

struct HttpClient::Impl {
    httplib::Client client;
    std::string shown, path;
    explicit Impl(const std::string& place) : client(place), shown(place) {}
};

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpClient> HttpClient::open(const std::string& text, const HttpClientOptions& options) {
    const auto url = parse_url(text);
    if (!url) return Diagnostic{"", 0, 0, "no URL of a receiver", "write http://host:port/path or https://host/path"};
    auto impl = std::make_unique<Impl>(url->scheme_host_port);
    if (!impl->client.is_valid()) {
        return Diagnostic{"", 0, 0, "no URL of a receiver: " + impl->shown, "write http://host:port/path"};
    }
    impl->path = url->path;
    if (!options.extra_path.empty()) {
        while (impl->path.ends_with('/')) impl->path.pop_back();
        impl->path += options.extra_path;
    }
    if (!impl->path.starts_with('/')) impl->path.insert(0, "/");
    impl->client.set_connection_timeout(options.connect_timeout);
    impl->client.set_read_timeout(options.answer_timeout);
    impl->client.set_write_timeout(options.answer_timeout);
    impl->client.set_keep_alive(true);
    impl->client.set_follow_location(false);
    if (!url->user.empty()) impl->client.set_basic_auth(url->user.c_str(), url->password.c_str());
    if (!options.ca_file.empty()) impl->client.set_ca_cert_path(options.ca_file.c_str());
    return HttpClient(std::move(impl));
}

HttpReply HttpClient::post(const HttpRequest& request) {
    httplib::Headers headers;
    for (const auto& [name, value] : request.headers) headers.emplace(name, value);
    return reply_of(impl_->client.Post(impl_->path.c_str(), headers, request.body, request.content_type.c_str()));
}

HttpReply HttpClient::get(std::string& body) {
    const auto result = impl_->client.Get(impl_->path.c_str());
    const HttpReply reply = reply_of(result);
    if (reply.arrived()) body = result->body;
    return reply;
}

void HttpClient::interrupt() { impl_->client.stop(); }

const std::string& HttpClient::shown() const { return impl_->shown; }

std::optional<std::chrono::seconds> parse_retry_after(const std::string& value) {
    int seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error != std::errc{} || end != value.data() + value.size() || seconds < 0) return {};
    return std::chrono::seconds{seconds};
}

}  // namespace foreshock
