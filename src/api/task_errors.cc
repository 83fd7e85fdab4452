// SPDX-License-Identifier: Apache-2.0
#include "api/task_errors.h"

#include "api/respond.h"
#include "base/random.h"
#include "base/text.h"
#include "base/uid.h"

#include <fmt/format.h>

namespace sluice {

namespace {

std::string_view word(int status)
{
    switch (status) {
    case 400:
        return "Bad request";
    case 404:
        return "Not found";
    case 409:
        return "Conflict";
    case 503:
        return "Unavailable";
    default:
        return "Internal error";
    }
}

} // namespace

Response typed_error(int status, std::string_view why)
{
    Json body = Json::object();
    body["error"] = fmt::format("{}: {}", word(status), why);
    body["status"] = status;
    Response response = json_response(status, body);
    if (status == 503)
        response.headers.add("Retry-After", "1");
    return response;
}

Response typed_error(const Error& error)
{
    return typed_error(is_retryable(error.code) ? 503 : http_status(error.code), error.detail);
}

Response refused_action(const Error& error)
{
    return error.code == Errc::conflict ? typed_error(400, error.detail) : typed_error(error);
}

Response no_such(std::string_view what, std::string_view id)
{
    return typed_error(404, fmt::format("no {} '{}'", what, printable(id)));
}

std::string unused_batch_id()
{
    SystemRandom random;
    Uid id;
    for (std::size_t i = 0; i < id.size(); ++i)
        id[i] = static_cast<std::uint8_t>(random.next());
    id[6] = static_cast<std::uint8_t>((id[6] & 0x0f) | 0x40); // version 4: no batch has one
    id[8] = static_cast<std::uint8_t>((id[8] & 0x3f) | 0x80);
    return format_uid(id);
}

Response with_batch_id(Response response)
{
    Result<Json> body = parse_json(response.body);
    if (!body)
        return response;
    (*body)["batch_id"] = unused_batch_id();
    response.body = dump_json(*body);
    return response;
}

Response refused_batch(const Refusal& refusal)
{
    if (refusal.code == Errc::invalid)
        return with_batch_id(refused_body(refusal.problems));
    return typed_error(to_error(refusal));
}

} // namespace sluice
