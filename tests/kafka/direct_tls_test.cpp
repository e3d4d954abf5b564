// Whom direct fetching over TLS trusts. Librdkafka would refuse before, so this goes without it.
#include "connectors/kafka/direct_fetch.h"
#include "tests/support/catch.h"
#include "tests/support/kafka.h"

using namespace foreshock;
using namespace foreshock::test;
using namespace std::chrono_literals;

namespace {

using Properties = std::map<std::string, std::string>;

struct Ground {
    Broker broker = Broker::shared();
    std::string topic = Broker::fresh("tls");
    Properties trusting = broker.tls_properties();
    Ground() { broker.topic(topic, 1); }

    // Empty: connected and answered; else why not.
    std::string outcome(const Properties& properties, const std::string& host = "127.0.0.1", bool checks_host = true) const {
        auto tls = TlsContext::make(properties, true, checks_host);
        if (!tls) return tls.problems()[0].message;
        DirectFetch fetch({.connection = {.client_id = "test", .tls = tls.value()}, .limits = {.wait_ms = 10}});
        const std::string address = broker.tls_address();
        fetch.take({0, topic, 0, 0, 1}, {host, std::stoi(address.substr(address.rfind(':') + 1))});
        for (;;) {
            fetch.advance();
            for (const auto& g : fetch.given_up()) {
                CHECK(g.reason == DirectFallback::security);
                return g.what;
            }
            RecordBatch batch;
            DirectFetch::Read read;
            if (fetch.read(batch, read) && read.at_end) return {};
            fetch.wait(10ms, -1);
        }
    }
};

}  // namespace

TEST_CASE("a broker whose certificate is trusted") {
    CHECK(Ground().outcome(Ground().trusting).empty());
}

TEST_CASE("a broker whose certificate nobody vouches for") {
    const Ground g;
    Properties p = g.trusting;
    p["ssl.ca.location"] = g.broker.tls_file("other_ca.crt");
    CHECK(g.outcome(p).find("certificate: unable to get local issuer") != std::string::npos);
}

TEST_CASE("a broker whose certificate is for another host") {
    const Ground g;
    CHECK(g.outcome(g.trusting, "localhost").find("certificate: hostname mismatch") != std::string::npos);
    CHECK(g.outcome(g.trusting, "localhost", false).empty());
}

TEST_CASE("a client that has to show a certificate and has none") {
    const Ground g;
    CHECK(g.outcome({{"ssl.ca.location", g.broker.tls_file("ca.crt")}}).find("TLS: ") != std::string::npos);
}

TEST_CASE("files that are not there, and properties for librdkafka alone") {
    const Ground g;
    CHECK(g.outcome({{"ssl.ca.location", "/nowhere.pem"}}).find("ssl.ca.location: ") == 0);
    CHECK(g.outcome({{"ssl.key.location", "/nowhere.pem"}}).find("ssl.key.location: ") == 0);
    CHECK(g.outcome({{"ssl.crl.location", "/some.crl"}}).find("ssl.crl.location is for librdkafka alone") == 0);
}
