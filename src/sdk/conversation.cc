// SPDX-License-Identifier: Apache-2.0
#include "sdk/conversation.h"

#include "net/backoff.h"

namespace sluice::client {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds delay_max{10'000};
constexpr std::chrono::seconds retry_after_max{60}; // asked to wait longer, the caller is told so

bool has_too_much_to_do(const Answer& answer)
{
    return answer.status == 429 || answer.status == 503;
}

bool may_be_tried_again(const Call& call, const Reply& reply)
{
    if (const auto* nothing = std::get_if<NoAnswer>(&reply))
        return call.is_repeatable || !nothing->was_sent;
    const Answer& answer = std::get<Answer>(reply);
    const bool lost_by_a_proxy = answer.status == 502 || answer.status == 504;
    return has_too_much_to_do(answer) || (call.is_repeatable && lost_by_a_proxy);
}

bool may_have_been_obeyed(const Reply& reply)
{
    if (const auto* nothing = std::get_if<NoAnswer>(&reply))
        return nothing->was_sent;
    return !has_too_much_to_do(std::get<Answer>(reply));
}

bool is_refused_as_done(const Reply& reply)
{
    const auto* answer = std::get_if<Answer>(&reply);
    return answer && (answer->status == 400 || answer->status == 404 || answer->status == 409);
}

std::optional<std::chrono::seconds> asked_delay(const Reply& reply)
{
    const auto* answer = std::get_if<Answer>(&reply);
    return answer ? parse_retry_after(answer->header("retry-after")) : std::nullopt;
}

// Before try `number` + 1. Nothing: it makes no sense, or could do harm.
std::optional<milliseconds> delay_before_next(
    const Call& call, const Reply& reply, int number, const Patience& patience, Random& random
)
{
    if (number >= patience.tries || !may_be_tried_again(call, reply))
        return std::nullopt;
    const auto asked = asked_delay(reply);
    if (!asked)
        return delay_after(number, {patience.delay_initial, delay_max}, random);
    if (*asked > retry_after_max)
        return std::nullopt;
    // Not all that were sent away come back at once.
    const milliseconds least = *asked;
    return least +
           milliseconds(random.next() % (static_cast<std::uint64_t>(least.count()) / 4 + 1));
}

// The answer that stands for that of the call, when it had been obeyed.
std::optional<Answer>
confirmed(const Confirmation& confirmation, const Patience& patience, Line& line, Random& random)
{
    Call call;
    call.request = confirmation.request;
    call.is_repeatable = true;
    try {
        Answer answer = converse(call, patience, line, random);
        if (confirmation.holds(answer))
            return answer;
    } catch (const Error&) {
        // In doubt it was refused, as the server said.
    }
    return std::nullopt;
}

} // namespace

Answer converse(const Call& call, const Patience& patience, Line& line, Random& random)
{
    bool may_be_done = false;
    for (int number = 1;; ++number) {
        Reply reply = line.perform(call.request);
        if (auto* answer = std::get_if<Answer>(&reply); answer && call.accepts(*answer))
            return std::move(*answer);
        const auto delay = delay_before_next(call, reply, number, patience, random);
        if (delay) {
            may_be_done = may_be_done || may_have_been_obeyed(reply);
            line.pause(*delay);
            continue;
        }
        if (may_be_done && call.confirmation && is_refused_as_done(reply))
            if (auto answer = confirmed(*call.confirmation, patience, line, random))
                return std::move(*answer);
        refuse(reply);
    }
}

} // namespace sluice::client
