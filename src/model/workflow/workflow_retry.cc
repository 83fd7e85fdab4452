// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_retry.h"

#include "model/kinds.h"

namespace sluice {

namespace {

enum class Backoff : std::uint8_t { fixed, linear, exponential };

constexpr EnumNames<Backoff, 3> backoffs{
    {{Backoff::fixed, "fixed"},
     {Backoff::linear, "linear"},
     {Backoff::exponential, "exponential"}}};

constexpr EnumNames<RetryWhen, 4> conditions{
    {{RetryWhen::all, "all"},
     {RetryWhen::never, "never"},
     {RetryWhen::transient, "transient"},
     {RetryWhen::patterns, "patterns"}}};

constexpr std::int64_t delay_ms_max = 30LL * 24 * 3600 * 1000; // 30 days
constexpr double factor_max = 1e6;
constexpr double base_standard = 2.0;

// A program may give NaN, too.
struct FactorKind {
    void read(const Value& value, double& out) const
    {
        const double number = value.json.is_number() ? value.json.get<double>() : -1;
        if (!(number >= 0 && number <= factor_max))
            return value.refuse_type(fmt::format("a number from 0 to {}", factor_max));
        out = number;
    }
};

struct DelayKind {
    void read(const Value& value, Micros& out) const
    {
        std::int64_t millis = out / std::chrono::milliseconds(1);
        IntegerKind{0, delay_ms_max}.read(value, millis);
        out = std::chrono::milliseconds(millis);
    }
};

Backoff backoff_of(const Retry& retry)
{
    if (retry.growth == Growth::linear)
        return Backoff::linear;
    return retry.multiplier == 1 && retry.factor == 1 ? Backoff::fixed : Backoff::exponential;
}

} // namespace

Retry workflow_retry()
{
    return {
        .tries_max = 3,
        .delay_initial = std::chrono::seconds(1),
        .multiplier = base_standard,
        .delay_max = std::chrono::seconds(60),
        .jitter = true};
}

void WorkflowRetryKind::read(const Value& value, Retry& out) const
{
    out = workflow_retry();
    std::int64_t tries = out.tries_max;
    Backoff backoff = Backoff::exponential;
    ObjectReader reader(value);
    reader.optional("max_attempts", tries, IntegerKind{1, workflow_tries_max});
    reader.optional("backoff", backoff, EnumKind{backoffs});
    reader.optional("base", out.multiplier, FactorKind{});
    reader.optional("multiplier", out.factor, FactorKind{});
    reader.optional("initial_delay_ms", out.delay_initial, DelayKind{});
    reader.optional("max_delay_ms", out.delay_max, DelayKind{});
    reader.optional("jitter", out.jitter, FlagKind{});
    reader.optional("condition", out.when, EnumKind{conditions});
    reader.optional("patterns", out.patterns, ListKind{TextKind{1}});
    reader.finish();

    out.tries_max = static_cast<int>(tries);
    out.growth = backoff == Backoff::linear ? Growth::linear : Growth::exponential;
    if (backoff != Backoff::exponential)
        out.multiplier = 1;
    if (backoff == Backoff::fixed)
        out.factor = 1;
}

Checked<Retry> read_workflow_retry(const Json& json)
{
    Problems problems;
    const Path root;
    Retry retry;
    WorkflowRetryKind{}.read(Value{json, root, problems}, retry);
    if (!problems.empty())
        return problems.take();
    return retry;
}

Json workflow_retry_json(const Retry& retry)
{
    const Backoff backoff = backoff_of(retry);
    Json json = Json::object();
    json["max_attempts"] = retry.tries_max;
    json["backoff"] = std::string(backoffs.name(backoff));
    if (backoff == Backoff::exponential)
        json["base"] = retry.multiplier;
    if (backoff != Backoff::fixed)
        json["multiplier"] = retry.factor;
    json["initial_delay_ms"] = retry.delay_initial / std::chrono::milliseconds(1);
    json["max_delay_ms"] = retry.delay_max / std::chrono::milliseconds(1);
    json["jitter"] = retry.jitter;
    json["condition"] = std::string(conditions.name(retry.when));
    if (retry.when == RetryWhen::patterns)
        json["patterns"] = retry.patterns;
    return json;
}

} // namespace sluice
