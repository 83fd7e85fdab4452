// SPDX-License-Identifier: Apache-2.0
#include "tasks/answer_actions.h"

#include "base/text.h"
#include "model/task/task_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice {

namespace {

// What a target means as an action is told apart from an answer of its own by these, so that not
// every "accepted" becomes a line of the log.
bool looks_like_action(const Json& value)
{
    if (!value.is_object())
        return false;
    const auto kind = value.find("kind");
    return value.contains("params") || (kind != value.end() && *kind == "Webhook");
}

// Itself, or within its `when`.
bool names_stored_action(const Action& action)
{
    return action.ref || std::ranges::any_of(action.when, [](const When& when) {
               return std::ranges::any_of(when.actions, names_stored_action);
           });
}

// Why it is not registered, or nothing.
std::optional<std::string> refuse(const Json& value, const ActionRules& rules)
{
    const Checked<Action> action = read_action(value, rules);
    if (!action)
        return to_error(std::span<const Problem>(action.error())).detail;
    if (names_stored_action(*action))
        return "an answer cannot name a stored action";
    return std::nullopt;
}

void take(const Json& value, const ActionRules& rules, CancelRequest& out)
{
    std::optional<std::string> why = refuse(value, rules);
    if (why && !looks_like_action(value))
        return;
    if (!why && out.actions.size() == TaskLimits::actions_max)
        why = fmt::format("there are more than {}", TaskLimits::actions_max);
    if (why)
        out.ignored.push_back(printable(*why));
    else
        out.actions.push_back(value);
}

// The only one, or one of a list.
const Json& element(const Json& one_or_more, std::size_t index)
{
    return one_or_more.is_array() ? one_or_more[index] : one_or_more;
}

const Json& document_of(const ReadyAction& ready, const FollowUp& follow_up)
{
    const Json& entry = element(ready.document.at("when"), follow_up.when);
    return element(entry.at("then"), follow_up.index);
}

} // namespace

std::optional<Json> json_of(const WebhookReply& reply)
{
    if (!reply.is_whole || reply.body.empty())
        return std::nullopt;
    Result<Json> body = parse_json(reply.body);
    if (!body)
        return std::nullopt;
    return std::optional<Json>(std::in_place, *std::move(body));
}

CancelRequest cancel_request(const Json& answer, const ActionRules& rules)
{
    CancelRequest request;
    if (!answer.is_array()) {
        take(answer, rules, request);
        return request;
    }
    for (const Json& value : answer)
        take(value, rules, request);
    return request;
}

AnswerEffect effect_of(
    const ReadyAction& ready, const WebhookReply& reply, const DeliveryVerdict& verdict,
    std::string_view key
)
{
    AnswerEffect effect;
    const bool is_answer = reply.answer.outcome == TryOutcome::answered;
    if (!is_answer || verdict.state == DeliveryState::waiting || ready.action.when.empty())
        return effect;
    const std::optional<Json> body = json_of(reply);
    const AnswerFacts facts{reply.answer.status, body ? &*body : nullptr};
    const Consequences consequences = consequences_of(ready.action.when, facts);
    for (const FollowUp& follow_up : consequences.actions)
        effect.follow_ups.push_back(
            {dump_json(document_of(ready, follow_up)),
             follow_up_key(key, follow_up.when, follow_up.index)}
        );
    effect.outcome = consequences.outcome;
    if (effect.outcome)
        effect.reason = fmt::format(
            "the webhook was answered {}: when[{}] says {}", facts.status,
            consequences.outcome_when,
            *effect.outcome == TaskState::succeeded ? "success" : "failure"
        );
    return effect;
}

Outcome start_outcome(
    const WebhookReply& reply, const DeliveryVerdict& verdict, AnswerEffect effect,
    const ActionRules& rules, std::vector<std::string>& ignored
)
{
    Outcome outcome;
    outcome.follow_ups = std::move(effect.follow_ups);
    if (effect.outcome == TaskState::succeeded)
        return outcome;
    if (effect.outcome) {
        outcome.kind = Outcome::Kind::failed;
        outcome.failure = FailureKind::reported;
        outcome.error = std::move(effect.reason);
        return outcome;
    }
    if (verdict.state == DeliveryState::dead) {
        outcome.kind = Outcome::Kind::failed;
        outcome.failure = FailureKind::start;
        outcome.error = start_failure_reason(verdict);
        return outcome;
    }
    outcome.kind = Outcome::Kind::accepted;
    const std::optional<Json> answer = json_of(reply);
    if (!answer)
        return outcome;
    CancelRequest request = cancel_request(*answer, rules);
    ignored = std::move(request.ignored);
    outcome.cancel_actions_count = static_cast<int>(request.actions.size());
    if (outcome.cancel_actions_count > 0)
        outcome.cancel_actions = dump_json(request.actions);
    return outcome;
}

} // namespace sluice
