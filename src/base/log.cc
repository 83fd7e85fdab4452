// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include "base/enum_names.h"
#include "base/text.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <map>

namespace sluice {

namespace {

constexpr EnumNames<LogLevel, 6> level_names{
    {{LogLevel::trace, "trace"},
     {LogLevel::debug, "debug"},
     {LogLevel::info, "info"},
     {LogLevel::warn, "warn"},
     {LogLevel::error, "error"},
     {LogLevel::off, "off"}}};

spdlog::level::level_enum spdlog_level(LogLevel level)
{
    switch (level) {
    case LogLevel::trace:
        return spdlog::level::trace;
    case LogLevel::debug:
        return spdlog::level::debug;
    case LogLevel::info:
        return spdlog::level::info;
    case LogLevel::warn:
        return spdlog::level::warn;
    case LogLevel::error:
        return spdlog::level::err;
    case LogLevel::off:
        break;
    }
    return spdlog::level::off;
}

LogLevel log_level(spdlog::level::level_enum level)
{
    switch (level) {
    case spdlog::level::trace:
        return LogLevel::trace;
    case spdlog::level::debug:
        return LogLevel::debug;
    case spdlog::level::info:
        return LogLevel::info;
    case spdlog::level::warn:
        return LogLevel::warn;
    default:
        return LogLevel::error;
    }
}

class CallingSink final : public spdlog::sinks::sink {
public:
    explicit CallingSink(LogHub::Write write) : write_(std::move(write)) {}

    void log(const spdlog::details::log_msg& said) override
    {
        const std::string_view component(said.logger_name.data(), said.logger_name.size());
        const std::string_view message(said.payload.data(), said.payload.size());
        write_(log_level(said.level), fmt::format("{}: {}", component, message));
    }
    void flush() override {}
    void set_pattern(const std::string&) override {}
    void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

private:
    LogHub::Write write_;
};

Result<LogLevel> parse_level(std::string_view text)
{
    if (const auto level = level_names.find(to_lower(text)))
        return *level;
    return Error{
        Errc::invalid,
        fmt::format("log level '{}': trace, debug, info, warn, error or off is accepted", text)};
}

} // namespace

void Log::write(LogLevel level, fmt::string_view format, fmt::format_args args) const
{
    const auto severity = spdlog_level(level);
    if (logger_ && logger_->should_log(severity))
        logger_->log(severity, fmt::vformat(format, args));
}

struct LogHub::Settings {
    std::shared_ptr<spdlog::sinks::sink> sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    LogLevel fallback = LogLevel::warn;
    std::map<std::string, LogLevel, std::less<>> components;
};

Result<LogHub> LogHub::make(std::string_view filter)
{
    auto settings = std::make_shared<Settings>();
    for (const std::string& part : split(filter, ',')) {
        const std::string_view item = trim(part);
        if (item.empty())
            continue;
        const std::size_t equals = item.find('=');
        const bool is_default = equals == std::string_view::npos;
        const std::string_view level_text = is_default ? item : trim(item.substr(equals + 1));
        const Result<LogLevel> level = parse_level(level_text);
        if (!level)
            return level.error();
        const std::string_view component = is_default ? "" : trim(item.substr(0, equals));
        if (!is_default && component.empty())
            return Error{
                Errc::invalid, fmt::format("log filter '{}': no component before the '='", item)};
        if (is_default)
            settings->fallback = *level;
        else
            settings->components[std::string(component)] = *level;
    }
    LogHub hub;
    hub.settings_ = std::move(settings);
    return hub;
}

LogHub LogHub::calling(LogLevel least, Write write)
{
    auto settings = std::make_shared<Settings>();
    settings->sink = std::make_shared<CallingSink>(std::move(write));
    settings->fallback = least;
    LogHub hub;
    hub.settings_ = std::move(settings);
    return hub;
}

Log LogHub::component(std::string_view name) const
{
    auto logger = std::make_shared<spdlog::logger>(std::string(name), settings_->sink);
    const auto found = settings_->components.find(name);
    logger->set_level(
        spdlog_level(found == settings_->components.end() ? settings_->fallback : found->second)
    );
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %n: %v", spdlog::pattern_time_type::utc);
    logger->flush_on(spdlog::level::trace);
    return Log(std::move(logger));
}

} // namespace sluice
