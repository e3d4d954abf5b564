#include "tools/generate/scenario/random.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace foreshock {

uint64_t mix_bits(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

RandomStream::RandomStream(uint64_t seed) : state_{} {
    for (uint64_t& word : state_) word = mix_bits(seed += 0x9e3779b97f4a7c15U);
}

RandomStream RandomStream::stream(uint64_t seed, uint64_t label, uint64_t index) {
    return RandomStream(mix_bits(mix_bits(seed + 0x9e3779b97f4a7c15U * (label + 1)) + index));
}

uint64_t RandomStream::next() {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

double RandomStream::uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

double RandomStream::uniform(double low, double high) { return low + (high - low) * uniform(); }

double RandomStream::log_uniform(double low, double high) { return low * std::exp(std::log(high / low) * uniform()); }

int64_t RandomStream::integer(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(uniform() * static_cast<double>(high - low + 1));
}

bool RandomStream::chance(double probability) { return uniform() < probability; }

double RandomStream::normal() {
    static constexpr std::array a{-3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                                  1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00};
    static constexpr std::array b{-5.447609879822406e+01, 1.615858368580409e+02, -1.556989798598866e+02,
                                  6.680131188771972e+01, -1.328068155288572e+01};
    static constexpr std::array c{-7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                                  -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00};
    static constexpr std::array d{7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00,
                                  3.754408661907416e+00};
    const double p = std::max(uniform(), 0x1p-54);
    const double tail = std::min(p, 1 - p);
    if (tail < 0.02425) {
        const double q = std::sqrt(-2 * std::log(tail));
        const double x = (((((c[0] * q + c[1]) * q + c[2]) * q + c[3]) * q + c[4]) * q + c[5]) /
                         ((((d[0] * q + d[1]) * q + d[2]) * q + d[3]) * q + 1);
        return p < 0.5 ? x : -x;
    }
    const double q = p - 0.5, r = q * q;
    return (((((a[0] * r + a[1]) * r + a[2]) * r + a[3]) * r + a[4]) * r + a[5]) * q /
           (((((b[0] * r + b[1]) * r + b[2]) * r + b[3]) * r + b[4]) * r + 1);
}

double RandomStream::exponential(double mean) { return -mean * std::log(1 - uniform()); }

double RandomStream::log_normal(double median, double sigma) { return median * std::exp(sigma * normal()); }

double RandomStream::poisson(double mean) {
    if (mean >= 40) return std::max(0.0, std::round(mean + std::sqrt(mean) * normal()));
    double u = uniform(), term = std::exp(-mean), below = 0;
    double n = 0;
    while ((below += term) < u && n < 400) term *= mean / ++n;
    return n;
}

size_t RandomStream::weighted(std::span<const double> weights) {
    double sum = 0;
    for (const double w : weights) sum += w;
    double left = uniform() * sum;
    for (size_t i = 0; i < weights.size(); ++i)
        if ((left -= weights[i]) < 0) return i;
    return weights.size() - 1;
}

}  // namespace foreshock
