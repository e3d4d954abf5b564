#include "connectors/kafka/kafka_outbox.h"

#include "tests/support/catch.h"

using namespace foreshock;

namespace {

std::string saved(KafkaOutbox& outbox) {
    Archive a;
    outbox.archive(a);
    return a.take();
}

KafkaOutbox restored(const std::string& bytes) {
    KafkaOutbox outbox;
    Archive a(bytes);
    outbox.archive(a);
    REQUIRE(a.ok());
    REQUIRE(a.at_end());
    return outbox;
}

std::string sendable(const KafkaOutbox& outbox, size_t most = 100) {
    std::string out;
    for (const auto* r : outbox.sendable(most)) out += r->key;
    return out;
}

void add(KafkaOutbox& outbox, const std::string& keys) {
    for (const char key : keys) outbox.add(std::string(1, key), "value");
}

}  // namespace

TEST_CASE("a record may be sent when a stored checkpoint holds it, not before") {
    KafkaOutbox outbox;
    CHECK(outbox.any_unstored());  // the name of the new state
    (void)saved(outbox);
    CHECK_FALSE(outbox.any_unstored());
    add(outbox, "ab");
    CHECK(outbox.any_unstored());
    outbox.stored();  // the checkpoint before
    CHECK(sendable(outbox).empty());
    (void)saved(outbox);
    CHECK_FALSE(outbox.any_unstored());
    CHECK_FALSE(outbox.any_sendable());
    add(outbox, "c");
    outbox.stored();
    CHECK(sendable(outbox) == "ab");
    CHECK(sendable(outbox, 1) == "a");
    CHECK(outbox.any_unstored());
    outbox.arrived(1);
    CHECK(sendable(outbox) == "b");
    CHECK(outbox.first() == 1);
    CHECK(outbox.bytes() == 2 * 6);
}

TEST_CASE("what is restored may be sent, but for what has arrived") {
    KafkaOutbox outbox;
    (void)saved(outbox);
    add(outbox, "abc");
    const std::string bytes = saved(outbox);
    outbox.stored();
    outbox.arrived(2);
    KafkaOutbox again = restored(bytes);
    CHECK(again.state_name() == outbox.state_name());
    CHECK(sendable(again) == "abc");
    CHECK(again.bytes() == 3 * 6);
    again.arrived(2);
    CHECK(sendable(again) == "c");
    CHECK_FALSE(again.any_unstored());
}

TEST_CASE("a state that was left behind does not say again what has arrived since") {
    KafkaOutbox outbox;
    (void)saved(outbox);
    add(outbox, "a");
    const std::string old = saved(outbox);
    KafkaOutbox again = restored(old);
    again.arrived(3);  // a, b and c
    CHECK(again.size() == 0);
    add(again, "bcd");
    CHECK(again.first() == 3);
    (void)saved(again);
    again.stored();
    CHECK(sendable(again) == "d");
}

TEST_CASE("two new states have different names") { CHECK(KafkaOutbox().state_name() != KafkaOutbox().state_name()); }
