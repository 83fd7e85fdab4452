// SPDX-License-Identifier: Apache-2.0
#include "api/worker_token.h"

#include "net/access_token.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr std::string_view prefix = "sluice-worker.";
constexpr std::string_view purpose = "worker";

} // namespace

std::string make_worker_token(std::string_view secret, std::string_view job_id)
{
    const TokenSubject subject{purpose, job_id};
    return fmt::format("{}{}.{}", prefix, job_id, make_access_token(secret, subject));
}

std::optional<std::string> job_of_worker_token(std::string_view token, std::string_view secret)
{
    if (secret.empty() || !token.starts_with(prefix))
        return std::nullopt;
    token.remove_prefix(prefix.size());
    const std::size_t dot = token.rfind('.');
    if (dot == std::string_view::npos)
        return std::nullopt;
    const std::string_view job_id = token.substr(0, dot);
    const TokenSubject subject{purpose, job_id};
    if (!is_access_token(token.substr(dot + 1), secret, subject))
        return std::nullopt;
    return std::string(job_id);
}

} // namespace sluice
