#include "tools/kill_points.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/base/kill_point.h"

namespace foreshock {

namespace {

std::string g_name;
std::atomic<long> g_left{0};

void passed(const char* name) {
    if (name == std::string_view(g_name) && --g_left == 0) std::raise(SIGKILL);
}

}  // namespace

void set_up_kill_points() {
    const char* wanted = std::getenv("FORESHOCK_KILL_AT");
    if (wanted == nullptr) return;
    const std::string_view text = wanted;
    const size_t colon = text.rfind(':');
    g_name = text.substr(0, colon);
    g_left = colon == text.npos ? 1 : std::atol(wanted + colon + 1);
    kill_point_hook = passed;
}

}  // namespace foreshock
