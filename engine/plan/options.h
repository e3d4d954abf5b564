// What the operator sets for the engine, with the defaults of the product. Set up before start, then read-only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/time.h"

namespace foreshock {

struct SlotOptions {
    Micros length = std::chrono::seconds{10};
    Micros allowed_lateness = std::chrono::seconds{5};
    Micros idle_timeout = std::chrono::seconds{30};  // live mode only: processing time after which a silent partition stops holding back
    // An event further ahead of its partition than this moves the partition's clock only once a second one agrees.
    Micros clock_jump = std::chrono::seconds{30};
    uint32_t max_open = 64;  // a lane further ahead than this many slots waits for the others
    bool operator==(const SlotOptions&) const = default;
};

struct Bounds {
    uint32_t services = 10'000;
    uint32_t metric_instances = 100'000;
    uint32_t hosts = 100'000;
    uint32_t dimension_values = 10'000;
    uint32_t occurrences = 100'000;  // different events of types of the user's: name, service, resource and labels
    uint32_t open_warnings = 10'000;  // those of shadow rules apart
    uint32_t record_bytes = 1 << 20;
    bool operator==(const Bounds&) const = default;
};

// What `foreshock learn` found on a deployment's own history: the learned decision's odds and interval, corrected.
struct Calibration {
    double slope = 1, offset = 0;  // of the logarithm of the odds
    double interval = 1;           // widths of the 80 % interval
    bool operator==(const Calibration&) const = default;
};

struct WarnOptions {
    double raise_probability = 0.5;  // a warning opens when the probability of a breach stays at or above this
    double clear_probability = 0.35;  // and resolves when it stays below this
    Micros horizon = std::chrono::minutes{30};
    Calibration calibration;
    Micros repeat = std::chrono::minutes{1};  // an open warning is revised at most this often unless it changes
    bool operator==(const WarnOptions&) const = default;
};

struct EngineOptions {
    std::string app = "foreshock";
    SlotOptions slots;
    Bounds bounds;
    WarnOptions warn;
    std::vector<std::string> dimensions{"campaign", "channel"};
};

}  // namespace foreshock
