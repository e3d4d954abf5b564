#include "connectors/http/http_server.h"

#include <httplib.h>

#include <atomic>
#include <charconv>
#include <nlohmann/json.hpp>
#include <thread>

namespace foreshock {
namespace {

constexpr size_t kThreads = 4;
constexpr size_t kMaxRequestBytes = 64 << 10;

std::string front_page(const std::string& version) {
    return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Foreshock</title>"
           "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">"
           "<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>"
           "<h1>Foreshock " +
           version +
           "</h1><p>Warns of a breach before it happens.</p><ul>"
           "<li><a href=\"/metrics\">/metrics</a>: counters and gauges in Prometheus text format"
           "<li><a href=\"/api/v1/warnings\">/api/v1/warnings</a>: what is open, what to see to first, as JSON"
           "<li><a href=\"/api/v1/state\">/api/v1/state</a>: how every service, view and promise stands, as JSON"
           "<li>/api/v1/whatif?service=NAME&amp;demand=3: which resource breaks first at that demand, when, and what keeps it"
           "<li><a href=\"/readyz\">/readyz</a>: whether sources and receivers are reached"
           "<li>POST /api/v1/reload: takes new rules from the configuration's files"
           "<li><a href=\"/healthz\">/healthz</a>: whether the process answers</ul>\n";
}

// The library's own choice lets two processes share a port without a word.
void only_one_listener(socket_t socket) {
    const int yes = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

void answer_readiness(const HttpAnswers& answers, httplib::Response& response) {
    const Readiness readiness = answers.readiness ? answers.readiness() : Readiness{};
    const nlohmann::ordered_json body{{"ready", readiness.ready()}, {"reasons", readiness.reasons}};
    response.status = readiness.ready() ? 200 : 503;
    response.set_content(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
                         "application/json");
}

bool from_this_machine(const httplib::Request& request) {
    return request.remote_addr == "127.0.0.1" || request.remote_addr == "::1" || request.remote_addr == "::ffff:127.0.0.1";
}

void answer_reload(const HttpAnswers& answers, const httplib::Request& request, httplib::Response& response) {
    HttpAnswer answer{404, R"({"error":"nothing to reload"})"};
    if (!from_this_machine(request)) answer = {403, R"({"error":"only from the machine itself"})"};
    else if (answers.reload) answer = answers.reload();
    response.status = answer.status;
    response.set_content(answer.json + "\n", "application/json");
}

}  // namespace

struct HttpServer::Impl {
    HttpServerOptions options;
    HttpAnswers answers;
    httplib::Server server;
    std::thread thread;
    std::atomic<bool> ended{false};

    void set_up() {
        server.set_socket_options(only_one_listener);
        server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
        server.set_payload_max_length(kMaxRequestBytes);
        server.set_read_timeout(std::chrono::seconds{5});
        server.set_write_timeout(std::chrono::seconds{5});
        server.set_default_headers({{"X-Content-Type-Options", "nosniff"}, {"Cache-Control", "no-store"}});
        server.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
            response.set_content(answers.metrics ? answers.metrics() : std::string{},
                                 "text/plain; version=0.0.4; charset=utf-8");
        });
        server.Get("/api/v1/state", [this](const httplib::Request&, httplib::Response& response) {
            response.set_content(answers.state ? answers.state() : std::string{"{}\n"}, "application/json");
        });
        const auto warnings = [this](const httplib::Request& request, httplib::Response& response) {
            const std::string id = request.matches.size() > 1 ? request.matches[1].str() : "";
            std::string body = answers.warnings ? answers.warnings(id) : "";
            if (body.empty()) response.status = 404;
            response.set_content(body.empty() ? "{\"error\":\"no such warning is open\"}\n" : std::move(body), "application/json");
        };
        server.Get("/api/v1/warnings", warnings);
        server.Get("/api/v1/warnings/([A-Za-z0-9-]+)", warnings);
        server.Get("/api/v1/whatif", [this](const httplib::Request& request, httplib::Response& response) {
            const HttpQuery query(request.params.begin(), request.params.end());
            const HttpAnswer answer = answers.what_if ? answers.what_if(query) : HttpAnswer{404, R"({"error":"nothing is learned here"})" "\n"};
            response.status = answer.status;
            response.set_content(answer.json, "application/json");
        });
        server.Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
            response.set_content("ok\n", "text/plain; charset=utf-8");
        });
        server.Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
            answer_readiness(answers, response);
        });
        // With a reader of its own, because `curl -X POST` says no length and the library would wait for a body.
        server.Post("/api/v1/reload", [this](const httplib::Request& request, httplib::Response& response, const httplib::ContentReader&) {
            response.set_header("Connection", "close");
            answer_reload(answers, request, response);
        });
        server.Get("/", [this](const httplib::Request&, httplib::Response& response) {
            response.set_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
            response.set_content(front_page(options.version), "text/html; charset=utf-8");
        });
    }
};

Result<HttpServerOptions> parse_listen(const std::string& text) {
    const Diagnostic problem{"", 0, 0, "'" + text + "' is no address to listen on", "write 127.0.0.1:8080"};
    const size_t colon = text.rfind(':');
    if (colon == std::string::npos) return problem;
    HttpServerOptions options;
    const char *first = text.data() + colon + 1, *last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, options.port);
    if (error != std::errc{} || end != last) return problem;
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (!host.empty()) options.host = std::move(host);
    return options;
}

HttpServer::HttpServer(HttpServerOptions options, HttpAnswers answers) : impl_(std::make_unique<Impl>()) {
    impl_->options = std::move(options);
    impl_->answers = std::move(answers);
    impl_->set_up();
}

HttpServer::~HttpServer() { stop(); }

Result<uint16_t> HttpServer::start() {
    const auto& [host, wanted, version] = impl_->options;
    const int port = wanted == 0                                ? impl_->server.bind_to_any_port(host)
                     : impl_->server.bind_to_port(host, wanted) ? int{wanted}
                                                                : -1;
    if (port <= 0) {
        return Diagnostic{"", 0, 0, "cannot listen on " + host + ":" + std::to_string(wanted),
                          "is the port in use? port 0 takes any free one"};
    }
    impl_->thread = std::thread([this] {
        impl_->server.listen_after_bind();
        impl_->ended = true;
    });
    // Connections queue up since the bind; `stop` has an effect only from here on.
    while (!impl_->server.is_running() && !impl_->ended) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    return static_cast<uint16_t>(port);
}

void HttpServer::stop() {
    impl_->server.stop();
    if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace foreshock
