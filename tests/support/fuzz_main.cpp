// Stands in for libFuzzer in ordinary builds: feeds every file of the given folders, and seeded mutations of it.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes mutate(Bytes bytes, std::mt19937& random) {
    const auto below = [&random](std::size_t bound) { return random() % bound; };
    for (auto edits = 1 + below(4); edits > 0 && !bytes.empty(); --edits) {
        const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(below(bytes.size()));
        switch (below(4)) {
            case 0: *at = static_cast<std::uint8_t>(random()); break;
            case 1: *at ^= static_cast<std::uint8_t>(1u << below(8)); break;
            case 2: bytes.erase(at); break;
            default: bytes.resize(below(bytes.size()) + 1); break;
        }
    }
    return bytes;
}

void feed(const Bytes& bytes) { LLVMFuzzerTestOneInput(bytes.data(), bytes.size()); }

}  // namespace

int main(int argc, char** argv) {
    constexpr int kMutations = 200;
    std::set<std::filesystem::path> files;
    for (int i = 1; i < argc; ++i) {
        if (!std::filesystem::is_directory(argv[i])) continue;
        for (const auto& entry : std::filesystem::directory_iterator(argv[i])) files.insert(entry.path());
    }
    std::mt19937 random(1);
    feed({});
    for (const auto& file : files) {
        std::ifstream stream(file, std::ios::binary);
        const Bytes bytes{std::istreambuf_iterator<char>(stream), {}};
        feed(bytes);
        for (int i = 0; i < kMutations; ++i) feed(mutate(bytes, random));
    }
    std::printf("%zu files, %d mutations of each\n", files.size(), kMutations);
    return 0;
}
