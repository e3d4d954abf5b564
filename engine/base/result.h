// Results of set-up work: a value, or every diagnostic at once. Events never go through this (see event/drop_reason.h).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/check.h"

namespace foreshock {

// One problem that a person must mend: where it is, what is wrong, what to write instead.
struct Diagnostic {
    std::string file;
    uint32_t line = 0;    // from 1; 0: no place inside the file
    uint32_t column = 0;  // from 1
    std::string message;
    std::string hint;

    std::string text() const;  // "file:line:column: message (hint)"
};
using Diagnostics = std::vector<Diagnostic>;

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::move(value)) {}
    Result(Diagnostic problem) : state_(Diagnostics{std::move(problem)}) {}
    Result(Diagnostics problems) : state_(std::move(problems)) {}

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }
    T& value() { check(ok(), "value of a failed result"); return std::get<0>(state_); }
    const T& value() const { check(ok(), "value of a failed result"); return std::get<0>(state_); }
    const Diagnostics& problems() const { check(!ok(), "problems of a good result"); return std::get<1>(state_); }

private:
    std::variant<T, Diagnostics> state_;
};

struct Done {};
using Status = Result<Done>;

}  // namespace foreshock
