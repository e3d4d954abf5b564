#include "rules/secrets.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "rules/config.h"
#include "tests/support/catch.h"

using namespace foreshock;

TEST_CASE("the environment is filled in") {
    setenv("FORESHOCK_TEST_NAME", "value", 1);
    unsetenv("FORESHOCK_TEST_NOT_SET");
    CHECK(expand_environment("a ${FORESHOCK_TEST_NAME} b").value() == "a value b");
    CHECK(expand_environment("${FORESHOCK_TEST_NOT_SET:-other}").value() == "other");
    CHECK(expand_environment("$${FORESHOCK_TEST_NAME} $5 {x}").value() == "${FORESHOCK_TEST_NAME} $5 {x}");
    CHECK(expand_environment("${FORESHOCK_TEST_NOT_SET}").problems().front().message == "the environment variable FORESHOCK_TEST_NOT_SET is not set");
    CHECK_FALSE(expand_environment("${UNFINISHED").ok());
    CHECK_FALSE(expand_environment("${}").ok());
}

TEST_CASE("secrets never show what they hold") {
    setenv("FORESHOCK_TEST_SECRET", "hunter2", 1);
    const std::string folder = (std::filesystem::temp_directory_path() / "foreshock-secrets-test").string();
    std::filesystem::create_directories(folder);
    std::ofstream(folder + "/password") << "hunter2\n";

    const auto shown = [&](const char* key, const char* text) {
        const auto s = resolve_secret(key, text, folder);
        REQUIRE(s.ok());
        CHECK(s.value().reveal().find("hunter2") != std::string::npos);
        return s.value().shown();
    };
    CHECK(shown("sasl.password", "${FORESHOCK_TEST_SECRET}") == "${FORESHOCK_TEST_SECRET}");
    CHECK(shown("sasl.password", "file:password") == "file:password");
    CHECK(shown("sasl.password", "hunter2") == "***");
    CHECK(shown("Authorization", "Bearer hunter2") == "***");
    CHECK(shown("X-Api-Key", "hunter2") == "***");
    CHECK(shown("url", "https://user:hunter2@example.org") == "https://***@example.org");
    CHECK(shown("url", "https://example.org/services/hunter2?x=1") == "https://example.org/***");
    CHECK(shown("url", "https://example.org/${FORESHOCK_TEST_SECRET}") == "https://example.org/***");
    CHECK(resolve_secret("sasl.mechanism", "PLAIN", folder).value().shown() == "PLAIN");
    CHECK(resolve_secret("ssl.ca.location", "/etc/ca.pem", folder).value().shown() == "/etc/ca.pem");
    CHECK(resolve_secret("sasl.password", "file:password", folder).value().reveal() == "hunter2");
    CHECK_FALSE(resolve_secret("sasl.password", "file:nothing", folder).ok());
    std::filesystem::remove_all(folder);
}

TEST_CASE("neither the dump nor a problem gives a secret away") {
    setenv("FORESHOCK_TEST_SECRET", "hunter2", 1);
    const char* text = R"(
sources:
  - kafka: {brokers: b, topics: t, properties: {sasl.password: hunter2, sasl.username: me, ssl.key.password: '${FORESHOCK_TEST_SECRET}'}}
outputs:
  - webhook: {url: 'https://hooks.example.org/hunter2', headers: {Authorization: hunter2}}
  - alertmanager: {urls: ['http://u:hunter2@am:9093']}
)";
    const auto config = load_config_text(text, "c.yaml");
    REQUIRE(config.ok());
    const std::string dump = dump_config(config.value());
    CHECK(dump.find("hunter2") == std::string::npos);
    CHECK(dump.find("${FORESHOCK_TEST_SECRET}") != std::string::npos);
    CHECK(dump.find("\"sasl.username\": \"me\"") != std::string::npos);

    const auto wrong = load_config_text("outputs: [{webhook: {url: hunter2, headers: hunter2}}]", "c.yaml");
    REQUIRE_FALSE(wrong.ok());
    for (const Diagnostic& d : wrong.problems()) CHECK(d.text().find("hunter2") == std::string::npos);
}

TEST_CASE("relative paths start at the folder of the configuration") {
    CHECK(path_below("conf", "model.yaml") == "conf/model.yaml");
    CHECK(path_below("conf", "../model.yaml") == "model.yaml");
    CHECK(path_below("conf", "/etc/model.yaml") == "/etc/model.yaml");
    CHECK(path_below("conf", "-") == "-");
    CHECK(path_below("", "model.yaml") == "model.yaml");
}
