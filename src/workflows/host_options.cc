// SPDX-License-Identifier: Apache-2.0
#include "workflows/host_options.h"

#include "base/text.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>
#include <vector>

namespace sluice {

namespace {

using namespace std::chrono_literals;

// "10 s", "100 ms", "7 us".
std::string shown(Micros time)
{
    if (time % 1s == 0s)
        return fmt::format("{} s", time / 1s);
    if (time % 1ms == 0ms)
        return fmt::format("{} ms", time / 1ms);
    return fmt::format("{} us", time.count());
}

// By the names that programs know the options by.
class OptionCheck {
public:
    template <class Number>
    void within(const char* option, Number value, Number low, Number high, const char* accepted)
    {
        if (value < low || value > high)
            refuse(option, accepted, fmt::format("{}", value));
    }

    void at_least(const char* option, Micros value, Micros low)
    {
        if (value < low)
            refuse(option, "at least " + shown(low), shown(value));
    }

    void refuse(const char* option, const std::string& accepted, const std::string& value)
    {
        problems_.push_back(fmt::format("{}: {} is accepted, not {}", option, accepted, value));
    }

    std::optional<CallError> take()
    {
        if (problems_.empty())
            return std::nullopt;
        std::string text = join(problems_, "; ");
        return CallError{
            .kind = CallError::Kind::invalid,
            .text = std::move(text),
            .problems = std::move(problems_)};
    }

private:
    std::vector<std::string> problems_;
};

void check_cron(OptionCheck& check, const CronSettings& cron)
{
    check.within("max_catchup_executions", cron.catchup_ticks_max, 1, 10'000, "1 to 10,000");
    check.at_least("recovery_interval", cron.retry_interval, 1s);
    check.at_least("max_recovery_age", cron.retry_age_max, 0s);
    check.within("max_recovery_attempts", cron.retries_max, 0, 1'000, "0 to 1,000");
}

} // namespace

std::optional<CallError> problem_of(const HostOptions& options)
{
    using Size = std::size_t;
    OptionCheck check;
    check.within("max_concurrent_tasks", options.slots, Size{1}, Size{10'000}, "1 to 10,000");
    check.at_least("task_timeout", options.task_timeout, 1ms);
    check.at_least("run_timeout", options.run_timeout, 1ms);
    check.at_least("heartbeat", options.heartbeat, 100ms);
    if (options.lease / 3 < options.heartbeat)
        check.refuse("lease", "at least three heartbeats", shown(options.lease));
    check_cron(check, options.cron);
    check.within(
        "context_bytes_max", options.context_bytes_max, Size{1} << 10, Size{256} << 20,
        "1 KiB to 256 MiB"
    );
    check.within(
        "body_threads_max", options.body_threads_max, Size{1}, Size{100'000}, "1 to 100,000"
    );
    check.within("deferred_max", options.deferred_max, Size{0}, Size{1'000'000}, "0 to 1,000,000");
    if (options.abandon_unknown_after)
        check.at_least("abandon_unknown_after", *options.abandon_unknown_after, 1s);
    return check.take();
}

} // namespace sluice
