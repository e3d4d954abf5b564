// Writes Prometheus' text exposition format 0.0.4: families with help and type, samples with labels, values escaped
// right.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace foreshock {

// One worker only. Each family is written once, its samples right behind it.
class PrometheusText {
public:
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
    enum class Type : uint8_t { counter, gauge };

    // Begins a family. `name`: [a-z_:][a-z0-9_:]*, counters end in _total.
    void family(std::string_view name, Type type, std::string_view help);
    // A sample of the family begun last. NaN is left out: unknown is no number.
    void sample(double value, Labels labels = {});
    // A family of one sample without labels.
    void single(std::string_view name, Type type, std::string_view help, double value);

    std::string take() { return std::move(text_); }

private:
    std::string text_;
    std::string name_;
};

}  // namespace foreshock
