// What any program could reach on this machine: events from Kafka or from files, parsed and summed, and nothing else. Prints one JSON object.
//
//     limit kafka BROKERS THREADS TOPIC...     through librdkafka
//     limit fetch BROKER THREADS TOPIC...      in Kafka's own protocol
//     limit file THREADS FILE...               JSON lines
//     limit packed FILE...                     JSON lines, gzip or zstd
#include "tools/bench/limit.h"

#include <cstdio>
#include <cstdlib>

namespace bench {

void fail(const std::string& why) {
    std::fprintf(stderr, "limit: %s\n", why.c_str());
    std::exit(3);
}

void Running::print() const {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    Sums all;
    for (const auto& s : sums) all.merge(*s);
    std::printf("{\"events\":%llu,\"transactions\":%llu,\"errors\":%llu,\"value_micro\":%lld,\"service_slots\":%llu,\"seconds\":%.3f,\"events_per_second\":%.0f}\n",
                static_cast<unsigned long long>(all.events), static_cast<unsigned long long>(all.transactions), static_cast<unsigned long long>(all.errors),
                static_cast<long long>(all.value_micro), static_cast<unsigned long long>(all.service_slots()), seconds, static_cast<double>(all.events) / seconds);
    std::fflush(stdout);
}

}  // namespace bench

int main(int count, char** words) {
    const std::string mode = count > 1 ? words[1] : "";
    if ((mode == "kafka" || mode == "fetch") && count > 4) {
        std::vector<bench::Share> shares = bench::share_out(words[2], std::strtoul(words[3], nullptr, 10), words + 4, count - 4);
        mode == "kafka" ? bench::consume(shares) : bench::fetch(words[2], shares);
        std::_Exit(0);  // closing the clients takes longer than the measurement
    }
    if (mode == "file" && count > 3) return bench::read(std::strtoul(words[2], nullptr, 10), words + 3, count - 3), 0;
    if (mode == "packed" && count > 2) return bench::unpack(words + 2, count - 2), 0;
    std::fputs("limit kafka BROKERS THREADS TOPIC... | limit fetch BROKER THREADS TOPIC... | limit file THREADS FILE... | limit packed FILE...\n", stderr);
    return 2;
}
