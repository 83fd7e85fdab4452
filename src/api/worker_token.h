// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// "sluice-worker.<uuid of the job>.<HMAC>": what the workers of a job's pods show instead of an API
// key. It is always the same for a job, and needs no table; whoever checks it asks whether the job
// goes on. `secret`: Store::handle_secret().
std::string make_worker_token(std::string_view secret, std::string_view job_id);

// The job (UUID) whose workers the token is for; nothing: it is no such token, or was made up.
std::optional<std::string> job_of_worker_token(std::string_view token, std::string_view secret);

} // namespace sluice
