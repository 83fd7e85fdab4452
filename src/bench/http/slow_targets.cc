// SPDX-License-Identifier: Apache-2.0
#include "bench/http/slow_targets.h"

#include "bench/http/posts.h"

#include <fmt/format.h>

namespace sluice::bench {

namespace {

constexpr std::size_t targets = 200;
constexpr std::chrono::seconds answer_time{10};
constexpr std::chrono::milliseconds look_again_at_targets{50};
constexpr std::chrono::minutes patience{1};

std::string post_to(const std::vector<std::uint16_t>& ports)
{
    return post_text(static_cast<std::int64_t>(ports.size()), [&](std::int64_t i) {
        return TaskText{.id = std::to_string(i), .port = ports[static_cast<std::size_t>(i)]};
    });
}

} // namespace

Result<void> SlowTargets::listen()
{
    while (ports_.size() < targets) {
        auto on_call = [this](const TargetCall& call) { add(call); };
        const Result<std::uint16_t> port = fixture_.targets().listen(on_call, answer_time);
        if (!port)
            return port.error();
        ports_.push_back(*port);
    }
    return {};
}

void SlowTargets::add(const TargetCall& call)
{
    ++seen_;
    answers_.push_back({call.port, call.at + answer_time});
}

std::vector<std::uint16_t> SlowTargets::take_answered()
{
    const SteadyTime now = std::chrono::steady_clock::now();
    std::vector<std::uint16_t> ports;
    while (!answers_.empty() && answers_.front().due <= now) {
        ports.push_back(answers_.front().port);
        answers_.pop_front();
    }
    return ports;
}

Async<Result<void>> SlowTargets::keep_busy(std::int64_t tasks)
{
    const Result<std::unique_ptr<Client>> client = co_await fixture_.connect();
    if (!client)
        co_return client.error();
    std::vector<std::uint16_t> ports;
    for (std::size_t i = 0; i < static_cast<std::size_t>(tasks); ++i)
        ports.push_back(ports_[i % ports_.size()]);
    PostFigures ignored;
    while (!stopped_) {
        if (!ports.empty()) {
            const std::string request = post_to(ports);
            const Result<void> posted = co_await post(**client, request, ignored);
            if (!posted)
                co_return posted.error();
        }
        co_await sleep_for(look_again_at_targets);
        ports = take_answered();
    }
    co_return Result<void>();
}

Async<Result<void>> SlowTargets::wait_for(std::int64_t starts) const
{
    const SteadyTime end = std::chrono::steady_clock::now() + patience;
    while (seen_ < starts) {
        if (std::chrono::steady_clock::now() > end)
            co_return Error{
                Errc::timed_out,
                fmt::format("{} of {} slow targets have a start after a minute", seen_, starts)};
        co_await sleep_for(look_again_at_targets);
    }
    co_return Result<void>();
}

} // namespace sluice::bench
