// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace sluice {

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error, off };

// One component's way to the log; cheap to copy, safe from any thread. A line is
// `time LEVEL component: message`. Made by LogHub.
class Log {
public:
    Log() = default; // says nothing
    explicit Log(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}

    template <class... Args>
    void debug(fmt::format_string<Args...> format, Args&&... args) const
    {
        write(LogLevel::debug, format, fmt::make_format_args(args...));
    }

    template <class... Args>
    void info(fmt::format_string<Args...> format, Args&&... args) const
    {
        write(LogLevel::info, format, fmt::make_format_args(args...));
    }

    template <class... Args>
    void warn(fmt::format_string<Args...> format, Args&&... args) const
    {
        write(LogLevel::warn, format, fmt::make_format_args(args...));
    }

    template <class... Args>
    void error(fmt::format_string<Args...> format, Args&&... args) const
    {
        write(LogLevel::error, format, fmt::make_format_args(args...));
    }

private:
    void write(LogLevel level, fmt::string_view format, fmt::format_args args) const;

    std::shared_ptr<spdlog::logger> logger_;
};

// Makes the loggers of the components; main owns one.
class LogHub {
public:
    // `filter` has the form of RUST_LOG: a default level and `component=level`, separated by
    // commas, for instance `info,store=debug`. Lines go to stderr. Errors (invalid): unknown
    // levels.
    static Result<LogHub> make(std::string_view filter);

    // Lines of this level and worse go to a function, without their time: "component: message".
    // Any thread calls it; it throws nothing.
    using Write = std::function<void(LogLevel level, std::string_view line)>;
    static LogHub calling(LogLevel least, Write write);

    Log component(std::string_view name) const;

private:
    struct Settings;
    std::shared_ptr<const Settings> settings_;
};

} // namespace sluice
