// SPDX-License-Identifier: Apache-2.0
#include "model/retry.h"

#include "base/assert.h"
#include "base/enum_names.h"
#include "base/json.h"
#include "base/text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice {

namespace {

constexpr std::array<std::string_view, 5> transient_words{
    "timeout", "connection", "network", "temporary", "unavailable"};

constexpr EnumNames<RetryWhen, 4> when_words{
    {{RetryWhen::all, "all"},
     {RetryWhen::never, "never"},
     {RetryWhen::transient, "transient"},
     {RetryWhen::patterns, "patterns"}}};

template <class Words>
bool says_one_of(std::string_view error, const Words& words)
{
    const std::string text = to_lower(error);
    return std::any_of(words.begin(), words.end(), [&text](std::string_view word) {
        return text.find(to_lower(word)) != std::string::npos;
    });
}

bool is_wanted(const Failure& failure, const Retry& retry)
{
    switch (retry.when) {
    case RetryWhen::all:
        return true;
    case RetryWhen::never:
        return false;
    case RetryWhen::transient:
        return is_transient(failure);
    case RetryWhen::patterns:
        break;
    }
    return says_one_of(failure.error, retry.patterns);
}

Micros with_jitter(Micros delay, Random& random)
{
    const double unit = static_cast<double>(random.next() >> 11) * 0x1.0p-53;
    return Micros{
        static_cast<std::int64_t>(static_cast<double>(delay.count()) * (0.75 + unit / 2))};
}

} // namespace

bool is_transient(const Failure& failure)
{
    return failure.kind == FailureKind::timeout || failure.is_transient ||
           says_one_of(failure.error, transient_words);
}

bool may_retry(int tries, const Failure& failure, const Retry& retry)
{
    SLUICE_ASSERT(tries >= 1);
    return tries < retry.tries_max && (retry.on & static_cast<std::uint8_t>(failure.kind)) != 0 &&
           is_wanted(failure, retry);
}

Micros delay_after(int tries, const Retry& retry)
{
    SLUICE_ASSERT(tries >= 1);
    const double initial = static_cast<double>(retry.delay_initial.count()) * retry.factor;
    if (initial == 0)
        return Micros{0}; // also where the growth is infinite
    const double growth = retry.growth == Growth::linear
                              ? static_cast<double>(tries)
                              : std::pow(retry.multiplier, std::min(tries - 1, 1000));
    const auto cap = static_cast<double>(retry.delay_max.count());
    return Micros{static_cast<std::int64_t>(std::min(initial * growth, cap))};
}

std::optional<Time>
next_try(int tries, const Failure& failure, const Retry& retry, Time now, Random& random)
{
    if (!may_retry(tries, failure, retry))
        return std::nullopt;
    const Micros delay = delay_after(tries, retry);
    return now + (retry.jitter ? with_jitter(delay, random) : delay);
}

std::optional<Time>
next_try(int tries, FailureKind kind, const Retry& retry, Time now, Random& random)
{
    return next_try(tries, Failure{.kind = kind}, retry, now, random);
}

bool may_rescue(int rescues_before, RescueRule rule)
{
    const int granted = rule == RescueRule::fourth_ends ? rescues_max : rescues_max - 1;
    return rescues_before < granted;
}

std::string format_retry(const Retry& retry)
{
    const Retry standard;
    Json json = Json::object();
    if (retry.tries_max != standard.tries_max)
        json["tries_max"] = retry.tries_max;
    if (retry.delay_initial != standard.delay_initial)
        json["delay_initial"] = retry.delay_initial.count();
    if (retry.multiplier != standard.multiplier)
        json["multiplier"] = retry.multiplier;
    if (retry.delay_max != standard.delay_max)
        json["delay_max"] = retry.delay_max.count();
    if (retry.jitter)
        json["jitter"] = true;
    if (retry.on != standard.on)
        json["on"] = retry.on;
    if (retry.growth == Growth::linear)
        json["growth"] = "linear";
    if (retry.factor != standard.factor)
        json["factor"] = retry.factor;
    if (retry.when != standard.when)
        json["when"] = std::string(when_words.name(retry.when));
    if (!retry.patterns.empty())
        json["patterns"] = retry.patterns;
    return json.empty() ? std::string() : dump_json(json);
}

namespace {

// The stored members; a member of another type leaves `is_ours` false.
struct Members {
    const Json& json;
    bool is_ours = true;

    template <class T>
    T number(const char* key, T standard)
    {
        const auto member = json.find(key);
        if (member == json.end())
            return standard;
        is_ours = is_ours && member->is_number();
        return member->is_number() ? member->get<T>() : standard;
    }

    bool flag(const char* key)
    {
        const auto member = json.find(key);
        if (member == json.end())
            return false;
        is_ours = is_ours && member->is_boolean();
        return member->is_boolean() && member->get<bool>();
    }

    // Nothing when it is absent; a word that we do not know is not ours.
    template <class Read>
    void word(const char* key, Read read)
    {
        const auto member = json.find(key);
        if (member != json.end())
            is_ours = is_ours && member->is_string() && read(member->get<std::string>());
    }

    std::vector<std::string> texts(const char* key)
    {
        const auto member = json.find(key);
        if (member == json.end())
            return {};
        const auto is_text = [](const Json& item) { return item.is_string(); };
        is_ours =
            is_ours && member->is_array() && std::all_of(member->begin(), member->end(), is_text);
        return is_ours ? member->get<std::vector<std::string>>() : std::vector<std::string>();
    }
};

} // namespace

Result<Retry> parse_retry(std::string_view text)
{
    if (text.empty())
        return Retry{};
    const Result<Json> json = parse_json(text);
    if (!json || !json->is_object())
        return Error{Errc::corrupt, "a stored retry policy is not a JSON object"};

    Members members{*json};
    Retry retry;
    retry.tries_max = members.number("tries_max", retry.tries_max);
    retry.delay_initial = Micros{members.number("delay_initial", retry.delay_initial.count())};
    retry.multiplier = members.number("multiplier", retry.multiplier);
    retry.delay_max = Micros{members.number("delay_max", retry.delay_max.count())};
    retry.jitter = members.flag("jitter");
    retry.on = members.number("on", retry.on);
    retry.factor = members.number("factor", retry.factor);
    retry.patterns = members.texts("patterns");
    members.word("growth", [&retry](std::string_view word) {
        retry.growth = Growth::linear; // the only one that is written
        return word == "linear";
    });
    members.word("when", [&retry](std::string_view word) {
        const std::optional<RetryWhen> when = when_words.find(word);
        retry.when = when.value_or(retry.when);
        return when.has_value();
    });
    if (!members.is_ours)
        return Error{Errc::corrupt, "a stored retry policy has a member of another type"};
    return retry;
}

} // namespace sluice
