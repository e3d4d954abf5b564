#include "rules/secrets.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace foreshock {
namespace {

constexpr size_t kLargestSecret = 1 << 20, kLargestFile = 64 << 20;

Diagnostic problem(std::string message, std::string hint) {
    Diagnostic d;
    d.message = std::move(message);
    d.hint = std::move(hint);
    return d;
}

bool sounds_secret(std::string_view key) {
    std::string lower(key);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::array<std::string_view, 8> kWords{"password", "secret", "token", "auth", "pem", "jaas", "key", "cookie"};
    constexpr std::array<std::string_view, 2> kPlaces{"location", "url"};  // where the secret is, not what it is
    if (std::ranges::any_of(kPlaces, [&](std::string_view w) { return lower.ends_with(w); })) return false;
    return std::ranges::any_of(kWords, [&](std::string_view w) { return lower.find(w) != lower.npos; });
}

// The URL up to its host: user names, paths and queries may hold tokens.
std::string host_of_url(const std::string& url) {
    const size_t scheme = url.find("://");
    if (scheme == url.npos) return url;
    const size_t end = std::min(url.find_first_of("/?#", scheme + 3), url.size());
    const std::string authority = url.substr(scheme + 3, end - scheme - 3);
    const size_t user = authority.rfind('@');
    std::string out = url.substr(0, scheme + 3);
    out += user == authority.npos ? authority : "***" + authority.substr(user);
    if (end + 1 < url.size()) out += "/***";
    return out;
}

std::string shown_form(std::string_view key, const std::string& written, bool reference) {
    if (reference) return written.find("://") == written.npos ? written : host_of_url(written);
    if (sounds_secret(key)) return "***";
    return host_of_url(written);
}

}  // namespace

Result<std::string> expand_environment(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const size_t at = text.find("${");
        if (at == text.npos) break;
        if (at > 0 && text[at - 1] == '$') {
            out += std::string(text.substr(0, at - 1)) + "${";
            text.remove_prefix(at + 2);
            continue;
        }
        const size_t end = text.find('}', at);
        if (end == text.npos) return problem("'${' without '}'", "write ${NAME}; for the characters themselves $${");
        const std::string_view inside = text.substr(at + 2, end - at - 2);
        const size_t colon = inside.find(":-");
        const std::string name(inside.substr(0, colon));
        const char* value = name.empty() ? nullptr : std::getenv(name.c_str());
        if (value == nullptr && colon == inside.npos) {
            return problem("the environment variable " + name + " is not set", "set it, or write ${" + name + ":-default}");
        }
        out += text.substr(0, at);
        out += value != nullptr ? std::string_view(value) : inside.substr(colon + 2);
        text.remove_prefix(end + 1);
    }
    return out + std::string(text);
}

Result<SecretText> resolve_secret(std::string_view key, std::string_view text, const std::string& folder) {
    const std::string written(text);
    const auto expanded = expand_environment(text);
    if (!expanded) return expanded.problems();
    if (!written.starts_with("file:") || written.starts_with("file://")) {
        return SecretText(expanded.value(), shown_form(key, written, written.find("${") != written.npos));
    }
    auto bytes = read_file(path_below(folder, expanded.value().substr(5)));
    if (!bytes) return bytes.problems();
    std::string value = std::move(bytes.value());
    if (value.size() > kLargestSecret) return problem("a secret of more than 1 MiB", "is this the right file?");
    while (value.ends_with('\n') || value.ends_with('\r')) value.pop_back();
    return SecretText(std::move(value), written);
}

std::string path_below(const std::string& folder, const std::string& path) {
    if (path.empty() || path == "-" || folder.empty()) return path;
    const std::filesystem::path p(path);
    return p.is_absolute() ? path : (std::filesystem::path(folder) / p).lexically_normal().string();
}

Result<std::string> read_file(const std::string& path) {
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return problem("cannot read " + path + ": it is a folder", "name a file");
    std::ifstream in(path, std::ios::binary);
    if (!in) return problem("cannot read " + path + ": " + std::strerror(errno), "check the path and its permissions");
    std::string bytes, block(64 << 10, '\0');
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
        bytes.append(block, 0, static_cast<size_t>(in.gcount()));
        if (bytes.size() > kLargestFile) return problem("cannot read " + path + ": larger than 64 MiB", "is this the right file?");
    }
    if (in.bad()) return problem("cannot read " + path + ": " + std::strerror(errno), {});
    return bytes;
}

}  // namespace foreshock
