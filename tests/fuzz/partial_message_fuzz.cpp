// Any bytes as a message of partial sums: refused with a reason, or understood so that it says the same again. What a digest would
// refuse is given the right one, so that what lies behind it is read as well.
#include <cstdlib>

#include "engine/base/archive.h"
#include "engine/base/fnv1a.h"
#include "engine/run/partial_message.h"
#include "engine/run/shared_names.h"

using namespace foreshock;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void read(std::string_view bytes) {
    SharedNames names{Bounds{}};
    uint64_t refused = 0;
    auto message = decode_partial(bytes, names, refused);
    if (!message) return require(!message.problems().empty() && !message.problems()[0].message.empty());
    if (refused > 0) return;  // what was left out is not said again
    const std::string again = encode(message.value(), names);
    auto heard = decode_partial(again, names, refused);
    require(heard.ok() && encode(heard.value(), names) == again);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string body(reinterpret_cast<const char*>(data), size);
    read(body);
    uint32_t format = kPartialFormat;
    uint64_t digest = Fnv1a{}.add(body).value();
    std::string text = body;
    Archive a;
    a(format, digest, text);
    read(a.take());
    return 0;
}
