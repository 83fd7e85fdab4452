// SPDX-License-Identifier: Apache-2.0
#include "sluice/rules.h"

#include "sdk/members.h"

namespace sluice::client {

// `fields` is required even when it is empty.
Json Matcher::to_json() const
{
    return Json::object(
        {{"status", name(status)}, {"kind", kind}, {"fields", client::to_json(fields)}}
    );
}

Rule::Rule(const Stored& stored) : document_(Json::object({{"ref", stored.id}}))
{}

Rule concurrency(int maximum, const Matcher& matcher)
{
    // One r: the spelling is the contract.
    return Rule(Json::object(
        {{"type", "Concurency"}, {"max_concurency", maximum}, {"matcher", matcher.to_json()}}
    ));
}

Rule capacity(std::int64_t maximum, const Matcher& matcher)
{
    return Rule(Json::object(
        {{"type", "Capacity"}, {"max_capacity", maximum}, {"matcher", matcher.to_json()}}
    ));
}

} // namespace sluice::client
