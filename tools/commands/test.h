// The command `test`: scenarios in, exit code out.
#pragma once

#include <string>
#include <vector>

namespace foreshock {

struct TestOptions {
    std::vector<std::string> files;  // scenarios, or folders with scenarios in them
    bool update = false;      // rewrite expectations that do not hold
    bool all_modes = false;   // also with many workers, small batches, shuffled, with RocksDB, stopped and killed on the way
    bool trace = false;       // print every promise's forecast in every slot, on standard error
    std::string filter;       // only scenarios whose file or name has this text in it
    std::string coverage;       // configuration whose rules should all be tested
    std::string coverage_json;  // file for the coverage of rules
    double least_coverage = 0;  // 0..1 of the rules; below it the tests do not hold
    std::string junit;        // write JUnit's XML to this file
};

// Prints a line a scenario, and the differences of those that do not hold. Exit codes: kFine all hold, kDidNotHold one does
// not, kWrongUsage a file cannot be read (every problem is printed with its place).
int test_command(const TestOptions& options);

}  // namespace foreshock
