// Values that may hold secrets: `${NAME}` from the environment, `file:PATH` from a file. What is read stays out of logs,
// dumps, state and messages.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace foreshock {

// A text that never prints itself: `reveal` is for the library that needs it, `shown` for everything else.
class SecretText {
public:
    SecretText() = default;
    SecretText(std::string value, std::string shown) : value_(std::move(value)), shown_(std::move(shown)) {}

    const std::string& reveal() const { return value_; }
    // As written in the configuration where that is a reference ("${DB_PASSWORD}", "file:/run/secrets/x"); else "***" or,
    // where the text is no secret by its name and form, the text.
    const std::string& shown() const { return shown_; }
    bool empty() const { return value_.empty(); }

private:
    std::string value_, shown_;
};

// Replaces ${NAME} and ${NAME:-default} by the environment; $${ gives a plain ${.
// Problems (without a place): the variable is not set, the brace is not closed.
Result<std::string> expand_environment(std::string_view text);

// A value of a key that may hold a secret: `file:PATH` (relative to `folder`) is read and its last line end cut off, the
// environment is filled in. `key` decides what `shown` hides: passwords, tokens, keys; of URLs all behind the host.
Result<SecretText> resolve_secret(std::string_view key, std::string_view text, const std::string& folder);

// A path as given, or below `folder` when it is relative; "-" stays.
std::string path_below(const std::string& folder, const std::string& path);

// All bytes of a file of at most 64 MiB; the problem says why not.
Result<std::string> read_file(const std::string& path);

}  // namespace foreshock
