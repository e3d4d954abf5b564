#include "tools/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <string>

namespace foreshock {

namespace {

bool g_json = false;

std::string json_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
            out += c;
        }
    }
    return out;
}

spdlog::logger& logger() {
    static const std::shared_ptr<spdlog::logger> kLogger = spdlog::stderr_color_mt("foreshock");
    return *kLogger;
}

void write(spdlog::level::level_enum level, std::string_view text) {
    if (!g_json) return logger().log(level, "{}", text);
    if (logger().should_log(level)) logger().log(level, "{}", json_text(text));
}

}  // namespace

void set_up_log(LogThreshold level, bool json) {
    constexpr spdlog::level::level_enum kLevels[]{spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err};
    g_json = json;
    logger().set_level(kLevels[static_cast<size_t>(level)]);
    logger().set_pattern(json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","message":"%v"})" : "%Y-%m-%d %H:%M:%S.%e %^%l%$ %v");
    logger().flush_on(spdlog::level::info);
}

void log(LogLevel level, std::string_view text) {
    constexpr spdlog::level::level_enum kLevels[]{spdlog::level::info, spdlog::level::warn, spdlog::level::err};
    write(kLevels[static_cast<size_t>(level)], text);
}

void log_debug(std::string_view text) { write(spdlog::level::debug, text); }

LogCallback log_callback() {
    return [](LogLevel level, std::string_view text) { log(level, text); };
}

}  // namespace foreshock
