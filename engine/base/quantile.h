// Quantile of few numbers. Any thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace foreshock {

// Empty, and this thread's until it asks again.
inline std::vector<float>& quantile_scratch() {
    static thread_local std::vector<float> buffer;
    buffer.clear();
    return buffer;
}

// Quantile q (0..1), linear between neighbours; NaN when there is none. Leaves them in another order.
inline double quantile_of(std::vector<float>& x, double q) {
    if (x.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double place = q * static_cast<double>(x.size() - 1);
    const auto below = static_cast<size_t>(place);
    const auto nth = x.begin() + static_cast<std::ptrdiff_t>(below);
    std::nth_element(x.begin(), nth, x.end());
    const double low = static_cast<double>(*nth);
    if (below + 1 >= x.size()) return low;
    const double high = static_cast<double>(*std::min_element(nth + 1, x.end()));
    return low + (high - low) * (place - static_cast<double>(below));
}

}  // namespace foreshock
