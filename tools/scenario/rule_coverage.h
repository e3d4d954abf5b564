// Which of the user's rules are tested: a rule is covered when it opened a warning in a scenario that held, and it is seen quiet
// where a scenario uses it and it says nothing.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/plan/rule.h"
#include "tools/scenario/scenario.h"
#include "tools/scenario/transcript.h"

namespace foreshock {

class RuleCoverage {
public:
    // Rules that should be tested, wherever they are used.
    void expect(const RulePlan& plan);
    void add(const ScenarioFile& scenario, const Transcript& said, bool held);

    bool empty() const { return rules_.empty(); }
    double ratio() const;  // 0..1 of the rules; 1 when there is none
    std::string text() const;
    std::string json() const;

private:
    struct Tested {
        bool shadow = false;
        std::vector<std::string> fired_in, quiet_in, failed_in;  // scenario files
    };
    std::map<std::string, Tested> rules_;  // by name
};

}  // namespace foreshock
