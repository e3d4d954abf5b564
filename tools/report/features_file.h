// Writes what the learned decision sees of every promise: rows of CSV to train on and to look into.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "engine/base/result.h"
#include "engine/run/observer.h"

namespace foreshock {

// Columns: time (seconds since the epoch, the moment of deciding), service, slo, violated, urgent (the resource
// that the readings called "first" are of), gauge (the resource that the forecast names), then the features by name (unknown: empty).
// Of the promises on latency and errors of one service, whose features are the same, one row stands for all. One row for each promise
// and `every` of event time, from `from` on. The deciding thread only.
class FeaturesFile : public Observer {
public:
    // Replaces the file. Problem: it cannot be written.
    static Result<std::unique_ptr<FeaturesFile>> open(const std::string& path, EventTime from, Micros every);

    void decided(const DecidedSlot& slot) override;

private:
    struct Close {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    FeaturesFile(std::FILE* file, EventTime from, Micros every) : file_(file), every_(every), next_(from) {}
    std::unique_ptr<std::FILE, Close> file_;
    Micros every_;
    EventTime next_;
};

}  // namespace foreshock
