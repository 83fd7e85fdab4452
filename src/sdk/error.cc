// SPDX-License-Identifier: Apache-2.0
#include "sluice/error.h"

#include "base/json.h"
#include "net/backoff.h"
#include "sdk/conversation.h"

namespace sluice::client {

namespace {

using Value = sluice::Json;

std::string described(const Error::Facts& facts)
{
    std::string text = facts.message;
    for (const std::string& detail : facts.details)
        text.append("\n  ").append(detail);
    return text;
}

// A proxy on the way may answer with anything but JSON.
void read_body(const Answer& answer, Error::Facts& facts)
{
    const Result<Value> body = parse_json(answer.body);
    if (!body || !body->is_object())
        return;
    const auto error = body->find("error");
    if (error != body->end() && error->is_string())
        facts.message = error->get<std::string>();
    const auto details = body->find("details");
    if (details == body->end() || !details->is_array())
        return;
    for (const Value& detail : *details)
        facts.details.push_back(detail.is_string() ? detail.get<std::string>() : dump_json(detail));
}

Error::Facts facts_of(const Answer& answer)
{
    Error::Facts facts;
    facts.message = "the server answered with status " + std::to_string(answer.status);
    facts.status = answer.status;
    facts.retry_after = parse_retry_after(answer.header("retry-after"));
    facts.request_id = answer.header("x-request-id");
    read_body(answer, facts);
    return facts;
}

} // namespace

Error::Error(Facts facts)
    : std::runtime_error(described(facts)), facts_(std::make_shared<const Facts>(std::move(facts)))
{}

void refuse(const Reply& reply)
{
    if (const auto* nothing = std::get_if<NoAnswer>(&reply))
        throw Unavailable({.message = "no answer: " + nothing->reason});
    const Answer& answer = std::get<Answer>(reply);
    switch (answer.status) {
    case 400:
    case 413:
    case 415:
    case 422:
        throw Invalid(facts_of(answer));
    case 401:
    case 403:
        throw Unauthorized(facts_of(answer));
    case 404:
        throw NotFound(facts_of(answer));
    case 409:
        throw Conflict(facts_of(answer));
    case 429:
    case 502:
    case 503:
    case 504:
        throw Unavailable(facts_of(answer));
    default:
        throw Error(facts_of(answer));
    }
}

} // namespace sluice::client
