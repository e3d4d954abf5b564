// Writes each spike, drop and pressure that opens or closes as one line of JSON.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/run/observer.h"

namespace foreshock {

// {"time","signal":"spike|drop|pressure","state":"opened|closed","measure","service","resource","metric","since","value",
// "baseline","ratio"}: `measure` and `service` of spikes and drops, `resource` and `metric` of pressures; unknown
// numbers are left out. Rates are per second, pressures in utilization 0..1. The deciding thread only.
class SignalsFile : public Observer {
public:
    // Replaces the file. Problem: it cannot be written.
    static Result<std::unique_ptr<SignalsFile>> open(const std::string& path);

    void decided(const DecidedSlot& slot) override;

private:
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    explicit SignalsFile(std::FILE* file) : file_(file) {}
    std::unique_ptr<std::FILE, Close> file_;
};

// One line, without a newline.
std::string to_json_line(const SignalChange& change, const Inventory& inventory);

}  // namespace foreshock
