// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http.h"

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// The version of what servers, workers and the CLI say to each other. Each names its own in the
// header of every request and answer, and refuses another one. It is raised by changes after which
// an old and a new program would misunderstand each other; new optional fields are none.
inline constexpr std::string_view protocol_header = "Sluice-Protocol";
inline constexpr std::string_view protocol_version = "1";

// With the answer that no datum is to be had: the status of the job.
inline constexpr std::string_view job_status_header = "Sluice-Job-Status";

// What is wrong with the protocol that the other side names; nothing when it is ours or not named
// (curl, falconeri's clients).
std::optional<std::string> protocol_mismatch(const Headers& headers, std::string_view other_side);

} // namespace sluice
