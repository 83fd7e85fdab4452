// SPDX-License-Identifier: Apache-2.0
#include "tasks/target_names.h"

#include "async/task_scope.h"
#include "model/webhook/template_check.h"

#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::chrono::seconds memory{30};
constexpr std::size_t names_max = 10'000;
constexpr std::size_t asked_max = 1000; // of one request: nobody can look up more within the limit

std::string member_of(const std::string& path, std::string_view name)
{
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

void add(std::vector<TargetPlace>& places, std::string path, const Action& action)
{
    if (!action.ref)
        places.push_back({member_of(path, "params"), &action.params.url});
    for (std::size_t i = 0; i < action.when.size(); ++i)
        for (const Action& then : action.when[i].actions)
            add(places, member_of(path, fmt::format("when[{}].then", i)), then);
}

void add(
    std::vector<TargetPlace>& places, const std::string& path, const std::vector<Action>& actions
)
{
    for (std::size_t i = 0; i < actions.size(); ++i)
        add(places, fmt::format("{}[{}]", path, i), actions[i]);
}

std::vector<TargetPlace> places_of(const std::vector<TaskRequest>& tasks)
{
    std::vector<TargetPlace> places;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        const std::string task = fmt::format("tasks[{}].", i);
        add(places, task + "on_start", tasks[i].on_start);
        add(places, task + "on_success", tasks[i].on_success);
        add(places, task + "on_failure", tasks[i].on_failure);
        add(places, task + "on_cancel", tasks[i].on_cancel);
    }
    return places;
}

} // namespace

Async<std::vector<Problem>> TargetNames::check(const std::vector<TaskRequest>& tasks)
{
    std::vector<TargetPlace> places = places_of(tasks);
    co_return co_await check(std::move(places));
}

Async<std::vector<Problem>> TargetNames::check(const Action& action)
{
    std::vector<TargetPlace> places;
    add(places, "", action);
    co_return co_await check(std::move(places));
}

Async<std::vector<Problem>> TargetNames::check(std::vector<TargetPlace> places)
{
    std::vector<Problem> problems;
    if (guard_.is_syntax_only())
        co_return problems;
    Refusals refusals;
    for (const TargetPlace& place : places)
        if (std::string name = name_at(place); !name.empty())
            refusals.try_emplace(std::move(name));
    co_await look_up(refusals);
    for (const TargetPlace& place : places) {
        const auto refusal = refusals.find(name_at(place));
        if (refusal != refusals.end() && refusal->second)
            problems.push_back({place.path, "url: " + *refusal->second});
    }
    co_return problems;
}

// The others were judged when they were read.
std::string TargetNames::name_at(const TargetPlace& place) const
{
    const Result<UrlHost> host = read_url_host(sample_of_template(*place.url));
    const bool is_name = host && !host->address && !guard_.refuse_host(*host);
    return is_name ? host->name : "";
}

Async<void> TargetNames::look_up(Refusals& refusals)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    TaskScope scope(executor, Log());
    const Clock::time_point now = Clock::now();
    std::size_t asked = 0;
    for (Refusals::value_type& refusal : refusals) {
        const auto known = verdicts_.find(refusal.first);
        if (known != verdicts_.end() && known->second.until > now)
            refusal.second = known->second.refusal;
        else if (++asked <= asked_max)
            scope.spawn(look_up_one(refusal));
    }
    co_await scope.join(); // each ends within its limit
    co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
}

Async<void> TargetNames::look_up_one(Refusals::value_type& refusal)
{
    refusal.second = co_await refuse_name(guard_, refusal.first, options_);
    if (verdicts_.size() >= names_max)
        verdicts_.clear();
    verdicts_.insert_or_assign(refusal.first, Verdict{refusal.second, Clock::now() + memory});
}

} // namespace sluice
