// Random numbers that are the same on every machine: xoshiro256** seeded by splitmix64 (Blackman and Vigna, "Scrambled
// linear pseudorandom number generators", 2021), with our own distributions. Every draw takes exactly one number from
// the stream, so that two runs which differ in their parameters stay in step (common random numbers). One worker only.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace foreshock {

class RandomStream {
  public:
    explicit RandomStream(uint64_t seed);
    // A stream of its own for each pair of labels under one seed.
    static RandomStream stream(uint64_t seed, uint64_t label, uint64_t index = 0);

    uint64_t next();
    double uniform();  // [0, 1)
    double uniform(double low, double high);
    double log_uniform(double low, double high);  // both above 0
    int64_t integer(int64_t low, int64_t high);   // both ends included
    bool chance(double probability);
    double normal();  // mean 0, deviation 1; inverse distribution function after P. J. Acklam
    double exponential(double mean);
    double log_normal(double median, double sigma);
    double poisson(double mean);  // whole; by inversion, from 40 on by the normal distribution

    template <typename T, size_t N>
    const T& pick(const std::array<T, N>& from) {
        return from[static_cast<size_t>(integer(0, static_cast<int64_t>(N) - 1))];
    }
    // Index drawn by weights, at least one of them above 0.
    size_t weighted(std::span<const double> weights);

  private:
    std::array<uint64_t, 4> state_;
};

uint64_t mix_bits(uint64_t x);  // the finalizer of splitmix64

}  // namespace foreshock
