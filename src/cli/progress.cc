// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include "cli/output.h"
#include "model/duration.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>

namespace sluice {

namespace {

constexpr std::chrono::milliseconds redraw{100};
constexpr std::chrono::seconds line_period{5};
constexpr std::size_t bar_width = 24;

std::string bar(const Job& job)
{
    const std::int64_t total = std::max<std::int64_t>(job.counts.total, 1);
    const auto filled = static_cast<std::size_t>(
        static_cast<double>(job.counts.final()) / static_cast<double>(total) * bar_width
    );
    return '[' + std::string(filled, '#') + std::string(bar_width - filled, '.') + ']';
}

void write_error(std::string_view text)
{
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

} // namespace

std::string describe_progress(const Job& job, Pace pace)
{
    std::string text = fmt::format("{} of {} done", job.counts.succeeded, job.counts.total);
    if (job.counts.failed > 0)
        text += fmt::format(", {} failed", job.counts.failed);
    if (job.paused)
        text += ", paused";
    if (job.running > 0)
        text += fmt::format(", {} running", job.running);
    const std::int64_t left = job.counts.total - job.counts.final();
    if (pace.per_second > 0 && left > 0) {
        const auto seconds = std::ceil(static_cast<double>(left) / pace.per_second);
        const double shown = std::min(seconds, 1e9);
        text += fmt::format(
            ", {:.1f}/s, {} left", pace.per_second,
            format_duration(std::chrono::seconds(static_cast<std::int64_t>(shown)))
        );
    }
    return text;
}

Progress::Clock::duration Progress::period()
{
    return stderr_is_terminal() ? Clock::duration(redraw) : Clock::duration(line_period);
}

void Progress::show(const Job& job, Clock::time_point now)
{
    if (final_at_start_ < 0)
        final_at_start_ = job.counts.final();
    if (now - shown_ < period())
        return;
    shown_ = now;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    const auto done = static_cast<double>(job.counts.final() - final_at_start_);
    const Pace pace{seconds > 0 ? done / seconds : 0};
    const std::string text = describe_progress(job, pace);
    if (!stderr_is_terminal()) {
        complain(fmt::format("{}: {}", job.job_name, text));
        return;
    }
    constexpr std::string_view to_line_start_and_clear = "\r\x1b[K";
    write_error(fmt::format("{}{} {}", to_line_start_and_clear, bar(job), text));
    drawn_ = true;
}

void Progress::finish()
{
    if (drawn_)
        write_error("\n");
    drawn_ = false;
}

} // namespace sluice
