// What the program tells the shell.
#pragma once

namespace foreshock {

inline constexpr int kFine = 0;
inline constexpr int kDidNotHold = 1;     // a check or a test
inline constexpr int kWrongUsage = 2;     // arguments or configuration
inline constexpr int kOutsideFailed = 3;  // broker, disk, receiver

}  // namespace foreshock
