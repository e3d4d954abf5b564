#include "connectors/http/http_server.h"

#include <httplib.h>

#include <nlohmann/json.hpp>

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

struct Running {
    std::atomic<bool> away{false};
    HttpServer server{{"127.0.0.1", 0, "1.2.3"},
                      {[] { return std::string("a 1\n"); },
                       [this] { return away ? Readiness{{"kafka: not reached"}} : Readiness{}; }}};
    uint16_t port = 0;
    Running() {
        const auto started = server.start();
        REQUIRE(started.ok());
        port = started.value();
    }
    httplib::Client client() const { return httplib::Client("127.0.0.1", port); }
};

}  // namespace

TEST_CASE("a reload is asked for by POST, and only where there is something to reload") {
    std::atomic<int> asked{0};
    HttpServer server{{"127.0.0.1", 0, "1"}, {{}, {}, {}, [&] { ++asked; return HttpAnswer{422, R"({"result":"refused"})"}; }}};
    const auto port = server.start();
    REQUIRE(port.ok());
    httplib::Client client("127.0.0.1", port.value());
    CHECK(client.Get("/api/v1/reload")->status == 404);
    const auto answer = client.Post("/api/v1/reload");
    REQUIRE(answer);
    CHECK(answer->status == 422);
    CHECK(answer->body == "{\"result\":\"refused\"}\n");
    CHECK(client.Post("/api/v1/reload", "with a body", "text/plain")->status == 422);
    CHECK(asked == 2);
    Running nothing;
    CHECK(nothing.client().Post("/api/v1/reload")->status == 404);
}

TEST_CASE("a question with parameters is answered by them, where anything can be asked") {
    HttpAnswers answers;
    answers.what_if = [](const HttpQuery& query) { return HttpAnswer{query.contains("demand") ? 200 : 400, query.contains("service") ? query.at("service") : ""}; };
    HttpServer server{{"127.0.0.1", 0, "1"}, answers};
    const auto port = server.start();
    REQUIRE(port.ok());
    httplib::Client client("127.0.0.1", port.value());
    const auto answer = client.Get("/api/v1/whatif?service=a%20shop&demand=3");
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "a shop");
    CHECK(answer->get_header_value("Content-Type") == "application/json");
    CHECK(client.Get("/api/v1/whatif")->status == 400);
    Running nothing;
    CHECK(nothing.client().Get("/api/v1/whatif?demand=3")->status == 404);
}

TEST_CASE("the server answers what operators ask") {
    Running running;
    auto client = running.client();
    const auto metrics = client.Get("/metrics");
    REQUIRE(metrics);
    CHECK(metrics->body == "a 1\n");
    CHECK(metrics->get_header_value("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    CHECK(client.Get("/healthz")->status == 200);
    const auto page = client.Get("/");
    CHECK(page->body.find("Foreshock 1.2.3") != std::string::npos);
    CHECK(page->body.find("/metrics") != std::string::npos);
    CHECK(client.Get("/elsewhere")->status == 404);
}

TEST_CASE("readiness gives its reasons") {
    Running running;
    auto client = running.client();
    CHECK(client.Get("/readyz")->status == 200);
    running.away = true;
    const auto answer = client.Get("/readyz");
    CHECK(answer->status == 503);
    CHECK(nlohmann::json::parse(answer->body) == nlohmann::json{{"ready", false}, {"reasons", {"kafka: not reached"}}});
}

TEST_CASE("a port in use is a problem, not a shared port") {
    Running running;
    HttpServer second({"127.0.0.1", running.port, ""}, {});
    CHECK_FALSE(second.start().ok());
}

TEST_CASE("addresses to listen on") {
    CHECK(parse_listen("127.0.0.1:8080").value().port == 8080);
    CHECK(parse_listen("0.0.0.0:0").value().host == "0.0.0.0");
    CHECK(parse_listen("[::1]:80").value().host == "::1");
    CHECK(parse_listen(":80").value().host == "127.0.0.1");
    for (const char* text : {"", "8080", "localhost", "host:", "host:x", "host:99999"})
        CHECK_FALSE(parse_listen(text).ok());
}

TEST_CASE("the state is JSON, and an empty object where nobody gives one") {
    HttpServer with{{"127.0.0.1", 0, "1"}, {.metrics = {}, .readiness = {}, .state = [] { return std::string("{\"services\":[]}\n"); }}};
    HttpServer without{{"127.0.0.1", 0, "1"}, {}};
    for (HttpServer* server : {&with, &without}) {
        const auto port = server->start();
        REQUIRE(port.ok());
        const auto answer = httplib::Client("127.0.0.1", port.value()).Get("/api/v1/state");
        REQUIRE(answer);
        CHECK(answer->get_header_value("Content-Type") == "application/json");
        CHECK(nlohmann::json::parse(answer->body).contains("services") == (server == &with));
    }
}
