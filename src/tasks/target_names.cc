// SPDX-License-Identifier: Apache-2.0
#include "tasks/target_names.h"

#include "model/webhook/template_check.h"
#include "net/guard/host_check.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::chrono::seconds memory{30};
constexpr std::size_t names_max = 10'000;

using Place = TargetPlace;

std::string member_of(const std::string& path, std::string_view name)
{
    return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
}

void add(std::vector<Place>& places, std::string path, const Action& action)
{
    if (!action.ref)
        places.push_back({member_of(path, "params"), &action.params.url});
    for (std::size_t i = 0; i < action.when.size(); ++i)
        for (const Action& then : action.when[i].actions)
            add(places, member_of(path, fmt::format("when[{}].then", i)), then);
}

void add(std::vector<Place>& places, const std::string& path, const std::vector<Action>& actions)
{
    for (std::size_t i = 0; i < actions.size(); ++i)
        add(places, fmt::format("{}[{}]", path, i), actions[i]);
}

std::vector<Place> places_of(const std::vector<TaskRequest>& tasks)
{
    std::vector<Place> places;
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
    std::vector<Place> places = places_of(tasks);
    co_return co_await check(std::move(places));
}

Async<std::vector<Problem>> TargetNames::check(const Action& action)
{
    std::vector<Place> places;
    add(places, "", action);
    co_return co_await check(std::move(places));
}

Async<std::vector<Problem>> TargetNames::check(std::vector<Place> places)
{
    std::vector<Problem> problems;
    if (guard_.is_syntax_only())
        co_return problems;
    for (const Place& place : places) {
        const Result<UrlHost> host = read_url_host(sample_of_template(*place.url));
        if (!host || host->address)
            continue; // judged when it was read
        const std::optional<std::string> refusal = co_await refusal_of(host->name);
        if (refusal)
            problems.push_back({place.path, "url: " + *refusal});
    }
    co_return problems;
}

Async<std::optional<std::string>> TargetNames::refusal_of(std::string name)
{
    const auto known = verdicts_.find(name);
    if (known != verdicts_.end() && known->second.until > Clock::now())
        co_return known->second.refusal;
    const HostCheckOptions options;
    std::optional<std::string> refusal = co_await refuse_name(guard_, name, options);
    if (verdicts_.size() >= names_max)
        verdicts_.clear();
    verdicts_.insert_or_assign(std::move(name), Verdict{refusal, Clock::now() + memory});
    co_return refusal;
}

} // namespace sluice
