// Outboxes on their way to a real broker: each record once, whoever is restarted.
#include "connectors/kafka/kafka_sender.h"

#include <thread>

#include "tests/support/catch.h"
#include "tests/support/kafka.h"
#include "tests/unit/connectors/kafka/read_committed.h"

using namespace foreshock;
using namespace foreshock::test;

namespace {

constexpr auto kLong = 60s;

struct Letters : DeadLetterOutput {
    void write(std::string_view, const BadRecord&) override {}
    void write(const UndeliveredWarning& w) override { reasons.emplace_back(std::string(w.reason) + " " + std::to_string(w.event.size())); }
    std::vector<std::string> reasons;
};

std::unique_ptr<KafkaSender> open(const Broker& broker, const std::string& topic, Letters* letters = nullptr,
                                  std::map<std::string, std::string> properties = {}) {
    KafkaSenderOptions o;
    o.cluster = {broker.address(), std::move(properties), "test", {}};
    o.topic = topic;
    o.transactional_id = topic;
    o.dead_letters = letters;
    auto made = KafkaSender::open(std::move(o));
    REQUIRE(made.ok());
    return std::move(made.value());
}

// As a checkpoint would: what is saved, then stored.
std::string checkpoint(KafkaSender& sender, bool stored = true) {
    return sender.with([&](KafkaOutbox& o) {
        Archive a;
        o.archive(a);
        if (stored) o.stored();
        return a.take();
    });
}

void restore(KafkaSender& sender, const std::string& bytes) {
    sender.with([&](KafkaOutbox& o) {
        Archive a(bytes);
        o.archive(a);
    });
    sender.start();
}

void say(KafkaSender& sender, int from, int until) {
    sender.with([&](KafkaOutbox& o) {
        for (int i = from; i < until; ++i) o.add("k", std::to_string(i));
    });
}

// What a reader of committed records finds.
std::vector<std::string> read(const Broker& broker, const std::string& topic) {
    return read_committed(broker.address(), topic, Broker::fresh("reader"));
}

std::vector<std::string> numbers(int until) {
    std::vector<std::string> out;
    for (int i = 0; i < until; ++i) out.push_back(std::to_string(i));
    return out;
}

bool within(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + kLong;
    while (!condition() && std::chrono::steady_clock::now() < deadline) std::this_thread::sleep_for(5ms);
    return condition();
}

struct Ground {
    Broker broker = Broker::shared();
    std::string topic = Broker::fresh("sender");
    Ground() { broker.topic(topic, 1); }
};

}  // namespace

TEST_CASE("what a checkpoint holds is sent once, by whichever life of the process") {
    const Ground g;
    std::string early;
    {
        const auto sender = open(g.broker, g.topic);
        sender->start();
        say(*sender, 0, 3);
        early = checkpoint(*sender);
        REQUIRE(sender->flush(kLong));
        CHECK(sender->ready());
        CHECK(read(g.broker, g.topic) == numbers(3));
        CHECK(sender->counts().delivered == 3);
        say(*sender, 3, 5);  // no checkpoint: dies with this life
        CHECK_FALSE(sender->flush(0ms));
    }
    std::string late;
    {
        const auto sender = open(g.broker, g.topic);  // restored from before the transaction was committed
        restore(*sender, early);
        CHECK(sender->counts().waiting == 3);
        REQUIRE(sender->flush(kLong));
        say(*sender, 3, 6);
        late = checkpoint(*sender);
        REQUIRE(sender->flush(kLong));
        CHECK(read(g.broker, g.topic) == numbers(6));
    }
    const auto sender = open(g.broker, g.topic);  // from a state that is further behind than the topic
    restore(*sender, early);
    say(*sender, 3, 8);
    (void)checkpoint(*sender);
    REQUIRE(sender->flush(kLong));
    CHECK(read(g.broker, g.topic) == numbers(8));
    CHECK(sender->counts().delivered == 2);
}

TEST_CASE("a new state under the name of an old one loses nothing to its numbers") {
    const Ground g;
    for (int life = 0; life < 2; ++life) {
        const auto sender = open(g.broker, g.topic);
        sender->start();
        say(*sender, 0, 2);
        (void)checkpoint(*sender);
        REQUIRE(sender->flush(kLong));
    }
    CHECK(read(g.broker, g.topic) == std::vector<std::string>{"0", "1", "0", "1"});
}

TEST_CASE("of two senders of one id the later works, and the earlier says why it does not") {
    const Ground g;
    const auto first = open(g.broker, g.topic);
    first->start();
    say(*first, 0, 1);
    const std::string state = checkpoint(*first);
    REQUIRE(first->flush(kLong));
    const auto second = open(g.broker, g.topic);  // the same state, copied
    restore(*second, state);
    REQUIRE(second->flush(kLong));
    REQUIRE(within([&] { return second->ready(); }));
    say(*first, 1, 2);
    (void)checkpoint(*first);
    REQUIRE(within([&] { return !first->failure().empty(); }));
    CHECK(first->failure() == "kafka topic " + g.topic + ": another instance of this app has taken over (transactional id " + g.topic + ")");
    CHECK_FALSE(first->ready());
    say(*second, 1, 3);
    (void)checkpoint(*second);
    REQUIRE(second->flush(kLong));
    CHECK(read(g.broker, g.topic) == numbers(3));
    CHECK(second->failure().empty());
}

TEST_CASE("a record that the broker refuses goes to the dead letters, and holds up no other") {
    const Ground g;
    Letters letters;
    const auto sender = open(g.broker, g.topic, &letters, {{"message.max.bytes", "3000000"}, {"compression.type", "none"}});
    sender->start();
    say(*sender, 0, 2);
    sender->with([](KafkaOutbox& o) { o.add("k", std::string(2'000'000, 'x')); });
    say(*sender, 2, 4);
    (void)checkpoint(*sender);
    REQUIRE(sender->flush(kLong));
    CHECK(read(g.broker, g.topic) == numbers(4));
    CHECK(letters.reasons == std::vector<std::string>{"refused 2000000"});
    CHECK(sender->counts().rejected == 1);
    CHECK(sender->counts().delivered == 4);
}

TEST_CASE("a topic that takes less than a batch takes all records that it can take one by one") {
    const Ground g;
    g.broker.admin("limit " + g.topic + ":3000");
    Letters letters;
    const auto sender = open(g.broker, g.topic, &letters, {{"compression.type", "none"}});
    sender->start();
    std::vector<std::string> taken;
    sender->with([&](KafkaOutbox& o) {
        for (int i = 0; i < 40; ++i) {
            const bool large = i % 20 == 10;
            std::string value = std::to_string(i) + std::string(large ? 4000 + i : 2000, '.');
            if (!large) taken.push_back(value);
            o.add("k", std::move(value));
        }
    });
    (void)checkpoint(*sender);
    REQUIRE(sender->flush(kLong));
    CHECK(read(g.broker, g.topic) == taken);
    CHECK(letters.reasons == std::vector<std::string>{"refused 4012", "refused 4032"});
    CHECK(sender->failure().empty());
}

TEST_CASE("while the broker is away records wait, and arrive once when it is back") {
    Broker broker("sender");
    broker.topic("t", 1);
    const auto sender = open(broker, "t", nullptr, {{"transaction.timeout.ms", "3000"}});
    sender->start();
    say(*sender, 0, 2);
    (void)checkpoint(*sender);
    REQUIRE(sender->flush(kLong));
    broker.stop();
    say(*sender, 2, 5);
    (void)checkpoint(*sender);
    // Longer than a transaction may take: the cluster gives it up, and the sender is not mistaken for a rival of itself.
    CHECK_FALSE(sender->flush(5s));
    CHECK_FALSE(sender->ready());
    CHECK(sender->counts().waiting == 3);
    broker.start();
    REQUIRE(sender->flush(kLong));
    CHECK(sender->failure().empty());
    CHECK(read(broker, "t") == numbers(5));
}
