#include <lz4frame.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <thread>

#include "connectors/kafka/wire.h"
#include "tools/bench/limit.h"

namespace bench {
namespace {

using foreshock::from_big_endian;
using foreshock::WireReader;
using foreshock::WireWriter;

constexpr int32_t kPartitionBytes = 1 << 20, kResponseBytes = 64 << 20;
constexpr size_t kMostPlain = 32 << 20;  // of a batch
constexpr size_t kBatchHead = 61, kLengthAt = 8, kAttributesAt = 21, kLastOffsetAt = 23, kCountAt = 57, kBeforeLength = 12;

int64_t varint(const char*& at) {
    uint64_t x = 0;
    for (unsigned shift = 0;; shift += 7) {
        const auto byte = static_cast<uint8_t>(*at++);
        x |= static_cast<uint64_t>(byte & 0x7f) << shift;
        if (byte < 0x80) return static_cast<int64_t>(x >> 1) ^ -static_cast<int64_t>(x & 1);
    }
}

// Batches of records out of a response, one thread's.
class Batches {
public:
    explicit Batches(Sums& sums) : sums_(sums), plain_(kMostPlain + simdjson::SIMDJSON_PADDING) {
        LZ4F_createDecompressionContext(&lz4_, LZ4F_VERSION);
    }
    void add(const char* batch, size_t size) {
        const std::string_view packed{batch + kBatchHead, size - kBatchHead};
        const auto codec = from_big_endian<int16_t>(batch + kAttributesAt) & 7;
        records(codec == 0 ? packed.data() : plain(codec, packed), from_big_endian<int32_t>(batch + kCountAt));
    }

private:
    const char* plain(int codec, std::string_view packed) {
        size_t size = kMostPlain, read = packed.size();
        bool done = false;
        if (codec == 1) {
            z_stream z{};
            inflateInit2(&z, 16 + MAX_WBITS);
            z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
            z.avail_in = static_cast<uInt>(packed.size());
            z.next_out = reinterpret_cast<Bytef*>(plain_.data());
            z.avail_out = static_cast<uInt>(size);
            done = inflate(&z, Z_FINISH) == Z_STREAM_END;
            inflateEnd(&z);
        } else if (codec == 3) {
            LZ4F_resetDecompressionContext(lz4_);
            done = LZ4F_decompress(lz4_, plain_.data(), &size, packed.data(), &read, nullptr) == 0;
        } else if (codec == 4) {
            done = !ZSTD_isError(ZSTD_decompressDCtx(zstd_, plain_.data(), size, packed.data(), packed.size()));
        }
        if (!done) fail("a batch that cannot be decompressed");
        return plain_.data();
    }
    void records(const char* at, int32_t count) {
        for (; count > 0; --count) {
            const int64_t size = varint(at);
            const char* const end = at + size;
            ++at;                    // attributes
            varint(at), varint(at);  // time, offset
            if (const int64_t key = varint(at); key > 0) at += key;
            const int64_t value = varint(at);
            if (!sums_.add({at, static_cast<size_t>(value)}, true)) fail("a record is no event");
            at = end;
        }
    }

    Sums& sums_;
    std::vector<char> plain_;
    LZ4F_dctx* lz4_ = nullptr;
    ZSTD_DCtx* zstd_ = ZSTD_createDCtx();
};

// One connection with one request under way: the answer comes in while the one before is read.
class Fetcher {
public:
    Fetcher(const std::string& broker, std::vector<Share::Partition> partitions, Sums& sums) : partitions_(std::move(partitions)), batches_(sums) {
        const size_t colon = broker.rfind(':');
        addrinfo hints{}, *found = nullptr;
        hints.ai_socktype = SOCK_STREAM;
        if (getaddrinfo(broker.substr(0, colon).c_str(), broker.substr(colon + 1).c_str(), &hints, &found) != 0) fail("no such broker");
        socket_ = socket(found->ai_family, SOCK_STREAM, 0);
        const int yes = 1;
        setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        if (connect(socket_, found->ai_addr, found->ai_addrlen) != 0) fail("no connection");
        freeaddrinfo(found);
    }
    void run() {
        for (ask(); receive();) {
            index();
            ask();
            for (const auto& [at, size] : found_) batches_.add(at, size);
        }
    }

private:
    // Those that are not done, another one in front each time: the broker fills its answer in that order.
    void ask() {
        std::vector<Share::Partition*> wanted;
        for (size_t i = 0; i < partitions_.size(); ++i) {
            Share::Partition& p = partitions_[(i + turn_) % partitions_.size()];
            if (p.from < p.to) wanted.push_back(&p);
        }
        ++turn_;
        asked_ = !wanted.empty();
        if (!asked_) return;
        WireWriter out;
        for (const int16_t x : {1, 4}) out.number(x);  // Fetch, version 4
        out.number(int32_t{0});
        out.text("limit");
        for (const int32_t x : {-1, 100, 1, kResponseBytes}) out.number(x);  // no replica; wait at most, for at least, at most
        out.number(int8_t{0});
        out.number(static_cast<int32_t>(wanted.size()));
        for (const Share::Partition* p : wanted) {
            out.text(p->topic);
            out.number(int32_t{1});
            out.number(p->id);
            out.number(p->from);
            out.number(kPartitionBytes);
        }
        const std::string body = out.take();
        WireWriter framed;
        framed.number(static_cast<int32_t>(body.size()));
        const std::string all = framed.take() + body;
        if (send(socket_, all.data(), all.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(all.size())) fail("sending");
    }
    bool receive() {
        if (!asked_) return false;
        char head[4];
        receive(head, sizeof head);
        size_ = static_cast<size_t>(from_big_endian<int32_t>(head));
        if (response_.size() < size_ + simdjson::SIMDJSON_PADDING) response_.resize(size_ + simdjson::SIMDJSON_PADDING);
        receive(response_.data(), size_);
        return true;
    }
    void receive(char* to, size_t wanted) {
        while (wanted > 0) {
            const ssize_t n = recv(socket_, to, wanted, 0);
            if (n <= 0) fail("the connection broke off");
            to += n;
            wanted -= static_cast<size_t>(n);
        }
    }
    // Whole batches of the response, so that the next request can go out before they are read.
    void index() {
        found_.clear();
        WireReader in({response_.data(), size_});
        in.number<int64_t>();  // correlation, throttling
        for (int32_t topics = in.number<int32_t>(); topics > 0; --topics) {
            const std::string_view topic = in.text();
            for (int32_t n = in.number<int32_t>(); n > 0; --n) {
                const auto id = in.number<int32_t>();
                if (in.number<int16_t>() != 0) fail("the broker refuses");
                in.bytes(2 * sizeof(int64_t));
                for (int32_t aborted = in.number<int32_t>(); aborted > 0; --aborted) in.bytes(2 * sizeof(int64_t));
                const auto p = std::ranges::find_if(partitions_, [&](const auto& x) { return x.id == id && x.topic == topic; });
                std::string_view records = in.bytes(in.number<int32_t>());
                while (records.size() > kBatchHead) {
                    const size_t size = kBeforeLength + static_cast<size_t>(from_big_endian<int32_t>(records.data() + kLengthAt));
                    if (size > records.size()) break;
                    found_.emplace_back(records.data(), size);
                    p->from = from_big_endian<int64_t>(records.data()) + from_big_endian<int32_t>(records.data() + kLastOffsetAt) + 1;
                    records.remove_prefix(size);
                }
            }
        }
        if (!in.ok()) fail("a response that is none");
    }

    std::vector<Share::Partition> partitions_;
    Batches batches_;
    int socket_ = -1;
    size_t turn_ = 0;
    bool asked_ = false;
    std::vector<char> response_;
    size_t size_ = 0;
    std::vector<std::pair<const char*, size_t>> found_;
};

}  // namespace

void fetch(const std::string& broker, const std::vector<Share>& shares) {
    Running running;
    std::vector<std::thread> threads;
    for (const Share& s : shares) threads.emplace_back([&, &mine = running.add()] { Fetcher(broker, s.partitions, mine).run(); });
    for (std::thread& t : threads) t.join();
    running.print();
}

}  // namespace bench
