// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"
#include "blob/bucket_access.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

class WorkerThreads;

// A profile's settings by their names, in lower case.
using AwsProfile = std::map<std::string, std::string, std::less<>>;

// The section of a profile in the text of ~/.aws/credentials ("[name]") or ~/.aws/config ("[profile
// name]", "[default]"); nothing when it is not there. Settings below a setting (indented lines) are
// left out. Errors (invalid): a line that is none of this, by its number and never its text.
Result<std::optional<AwsProfile>> read_profile(std::string_view text, std::string_view name);

// The profile that AWS_PROFILE names (else "default") from AWS_CONFIG_FILE (else ~/.aws/config) and
// AWS_SHARED_CREDENTIALS_FILE (else ~/.aws/credentials), whose settings win; empty when there is
// none. Errors: invalid (a file that cannot be understood, a profile that was named and is not
// there), and those of reading.
Async<Result<AwsProfile>> load_profile(WorkerThreads& threads, Variables variables);

} // namespace sluice
