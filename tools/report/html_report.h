// Watches a run and writes what an analyst hands on: one self-contained HTML page with demand, capacity and warnings
// plotted.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/run/observer.h"
#include "tools/report/report_data.h"

namespace foreshock {

// Memory and file stay bounded however long the run is (tools/report/track.h). The deciding thread; `write` after the
// run.
class HtmlReport : public Observer {
public:
    explicit HtmlReport(std::string app) : app_(std::move(app)) {}

    void decided(const DecidedSlot& slot) override { data_.decided(slot); }
    // Replaces the file. Problem: it cannot be written.
    Status write(const std::string& path) const;
    std::string html() const;

private:
    std::string app_;
    ReportData data_;
};

}  // namespace foreshock
