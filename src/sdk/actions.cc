// SPDX-License-Identifier: Apache-2.0
#include "sluice/actions.h"

#include "sdk/members.h"
#include "sdk/words.h"

namespace sluice::client {

namespace {

Json headers_json(const std::vector<std::pair<std::string, std::string>>& headers)
{
    return Json::object({headers.begin(), headers.end()});
}

// One status stands alone, as users of the API write it.
Json statuses_json(const std::vector<int>& statuses)
{
    return statuses.size() == 1 ? Json(statuses.front()) : to_json(statuses);
}

Json test_json(const AnswerTest& test)
{
    Members members;
    if (!test.status.empty())
        members.add("status", statuses_json(test.status));
    return members.add("pointer", test.pointer)
        .add("exists", test.exists)
        .add("greater", test.greater)
        .add("less", test.less)
        .add("equals", test.equals)
        .json();
}

When when_json(const AnswerTest& test, const Json& then)
{
    return When(Json::object({{"when", test_json(test)}, {"then", then}}));
}

} // namespace

Json Retry::to_json() const
{
    return Members()
        .add("max_retries", max_retries)
        .add("initial_delay_secs", initial_delay_secs)
        .add("backoff_multiplier", backoff_multiplier)
        .add("max_delay_secs", max_delay_secs)
        .add("jitter", jitter)
        .add("retry_on", retry_on)
        .json();
}

Action::Action(const Stored& stored) : document_(Json::object({{"ref", stored.id}}))
{}

Action webhook(std::string_view url, const WebhookOptions& options)
{
    Members params;
    params.add("url", url).add("verb", verb_words.name(options.verb)).add("body", options.body);
    if (!options.headers.empty())
        params.add("headers", headers_json(options.headers));
    return Action(Members()
                      .add("kind", "Webhook")
                      .add("params", params.json())
                      .add("retry", options.retry)
                      .add("timeout", options.timeout)
                      .add("when", options.when)
                      .json());
}

When when(Outcome outcome, const AnswerTest& test)
{
    return when_json(test, outcome == Outcome::success ? "success" : "failure");
}

When when(const std::vector<Action>& actions, const AnswerTest& test)
{
    return when_json(test, to_json(actions));
}

} // namespace sluice::client
