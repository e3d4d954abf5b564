#include "tests/support/kafka.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace foreshock::test {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set: run this test by ctest");
    return value;
}

std::string address_in(const std::string& directory, const char* which = "/port") {
    std::ifstream file(directory + which);
    std::string port;
    if (!(file >> port)) throw std::runtime_error("no broker in " + directory + ": tools/kafka start --dir " + directory);
    return "127.0.0.1:" + port;
}

}  // namespace

Broker Broker::shared() {
    Broker broker;
    broker.directory_ = environment("FORESHOCK_KAFKA_DIR");
    broker.address_ = address_in(broker.directory_);
    return broker;
}

Broker::Broker(std::string_view name)
    : directory_(environment("FORESHOCK_KAFKA_DIR") + "-" + std::string(name) + "-" + std::to_string(getpid())), owned_(true) {
    start();
    address_ = address_in(directory_);
}

std::string Broker::tls_address() const { return address_in(directory_, "/tls-port"); }

std::string Broker::tls_file(std::string_view name) const { return directory_ + "/tls/" + std::string(name); }

std::map<std::string, std::string> Broker::tls_properties() const {
    std::string password;
    std::ifstream(tls_file("client.password")) >> password;
    return {{"ssl.ca.location", tls_file("ca.crt")},
            {"ssl.certificate.location", tls_file("client.crt")},
            {"ssl.key.location", tls_file("client.key")},
            {"ssl.key.password", password}};
}

Broker::Broker(Broker&& other) noexcept
    : directory_(std::move(other.directory_)), address_(std::move(other.address_)), owned_(std::exchange(other.owned_, false)) {}

Broker::~Broker() {
    if (!owned_) return;
    try {
        run("stop");
        std::filesystem::remove_all(directory_);
    } catch (const std::exception&) {  // what is left lies in the build folder
    }
}

void Broker::topic(std::string_view name, int partitions) const {
    run("topics " + std::string(name) + ":" + std::to_string(partitions));
}

void Broker::admin(std::string_view words) const { run("admin " + std::string(words)); }

void Broker::stop() { run("stop --keep"); }

void Broker::start() { run("start"); }

std::string Broker::fresh(std::string_view prefix) {
    static std::atomic<int> counter{0};
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto run = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    return std::string(prefix) + "-" + std::to_string(run) + "-" + std::to_string(getpid()) + "-" + std::to_string(++counter);
}

void Broker::run(const std::string& words) const {
    const std::string command = environment("SOURCE_DIR") + "/tools/kafka " + words + " --dir '" + directory_ + "' >/dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command + " failed");
}

}  // namespace foreshock::test
