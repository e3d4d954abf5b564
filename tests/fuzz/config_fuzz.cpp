// Any text as a configuration: it is read, or every problem has a message; nothing crashes, hangs or names no place.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "rules/config.h"
#include "rules/reference.h"
#include "rules/sample_check.h"

using namespace foreshock;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (text.find("/dev/") != text.npos || text.find("/proc/") != text.npos) return 0;  // a path may name any file
    const auto config = load_config_text(text, "fuzz.yaml");
    if (!config.ok()) {
        require(!config.problems().empty());
        for (const Diagnostic& d : config.problems()) require(!d.message.empty() && !d.file.empty());
        return 0;
    }
    require(config.value().model.hash.size() == 16);
    const std::string dump = dump_config(config.value());
    if (text.find("${") == text.npos) require(load_config_text(dump, "fuzz.yaml").ok());
    const SampledName sample[]{{"web", "db-1", "cpu", "host-1"}, {"", "", "", ""}};
    (void)check_sample(config.value(), sample);
    return 0;
}
