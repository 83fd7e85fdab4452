// SPDX-License-Identifier: Apache-2.0
#include "model/retry.h"

#include "base/assert.h"
#include "base/json.h"

#include <algorithm>
#include <cmath>

namespace sluice {

namespace {

Micros delay_before(int next, const Retry& retry)
{
    const double factor = std::pow(retry.multiplier, std::min(next - 2, 1000));
    const double delay = static_cast<double>(retry.delay_initial.count()) * factor;
    const auto cap = static_cast<double>(retry.delay_max.count());
    return Micros{static_cast<std::int64_t>(std::min(delay, cap))};
}

Micros with_jitter(Micros delay, Random& random)
{
    const double unit = static_cast<double>(random.next() >> 11) * 0x1.0p-53;
    return Micros{
        static_cast<std::int64_t>(static_cast<double>(delay.count()) * (0.75 + unit / 2))};
}

} // namespace

std::optional<Time>
next_try(int tries, FailureKind kind, const Retry& retry, Time now, Random& random)
{
    SLUICE_ASSERT(tries >= 1);
    if (tries >= retry.tries_max || (retry.on & static_cast<std::uint8_t>(kind)) == 0)
        return std::nullopt;
    const Micros delay = delay_before(tries + 1, retry);
    return now + (retry.jitter ? with_jitter(delay, random) : delay);
}

bool may_rescue(int rescues_before)
{
    return rescues_before + 1 < rescues_max;
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
    if (!members.is_ours)
        return Error{Errc::corrupt, "a stored retry policy has a member of another type"};
    return retry;
}

} // namespace sluice
