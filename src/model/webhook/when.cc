// SPDX-License-Identifier: Apache-2.0
#include "model/webhook/when.h"

#include "model/json/json_key.h"
#include "model/webhook/action.h"

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

// Exact for every number that JSON holds: a long double keeps the 64 bits of the largest integers.
static_assert(std::numeric_limits<long double>::digits >= 64);

long double number_of(const Json& value)
{
    if (value.is_number_unsigned())
        return static_cast<long double>(value.get<std::uint64_t>());
    if (value.is_number_integer())
        return static_cast<long double>(value.get<std::int64_t>());
    return static_cast<long double>(value.get<double>());
}

bool is_less(const Json& a, const Json& b)
{
    return a.is_number() && b.is_number() && number_of(a) < number_of(b);
}

bool is_met_at(const AnswerCondition& condition, const Json* place)
{
    if (condition.exists && *condition.exists != (place != nullptr))
        return false;
    if (condition.equals && !(place && canonical_json(*place) == canonical_json(*condition.equals)))
        return false;
    if (condition.greater && !(place && is_less(*condition.greater, *place)))
        return false;
    return !condition.less || (place && is_less(*place, *condition.less));
}

} // namespace

bool operator==(const When& a, const When& b)
{
    return a.condition == b.condition && a.outcome == b.outcome && a.actions == b.actions;
}

bool is_met(const AnswerCondition& condition, const AnswerFacts& answer)
{
    const auto& statuses = condition.statuses;
    if (!statuses.empty() &&
        std::find(statuses.begin(), statuses.end(), answer.status) == statuses.end())
        return false;
    if (!condition.pointer)
        return true;
    return is_met_at(condition, answer.body ? condition.pointer->find(*answer.body) : nullptr);
}

Consequences consequences_of(const std::vector<When>& entries, const AnswerFacts& answer)
{
    Consequences consequences;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (!is_met(entries[i].condition, answer))
            continue;
        if (entries[i].outcome && !consequences.outcome) {
            consequences.outcome = entries[i].outcome;
            consequences.outcome_when = i;
        }
        for (std::size_t k = 0; k < entries[i].actions.size(); ++k)
            consequences.actions.push_back({i, k, &entries[i].actions[k]});
    }
    return consequences;
}

} // namespace sluice
