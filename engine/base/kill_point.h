// Named places at which a test may end the process, as SIGKILL or a power cut would. Without a test: one comparison.
#pragma once

namespace foreshock {

// Set before threads start, then read-only; null: no test.
inline void (*kill_point_hook)(const char* name) = nullptr;

inline void kill_point(const char* name) {
    if (kill_point_hook != nullptr) [[unlikely]] kill_point_hook(name);
}

}  // namespace foreshock
