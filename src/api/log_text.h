// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/open_log.h"
#include "net/http.h"

#include <functional>
#include <optional>

namespace sluice {

// The logs of attempts as plain text, for HTTP and for the CLI without a server.

struct LogQuery {
    std::string datum;                  // id
    int attempt = 0;                    // 0: the last one
    std::optional<OutputStream> stream; // nothing: both; notices of what was cut are always shown
};

// A part of the text; `count` bytes from `first` on.
struct LogPart {
    std::uint64_t first = 0;
    std::uint64_t count = UINT64_MAX;
};

// How long the text is now. Errors: not_found.
Async<Result<std::uint64_t>> measure_log(LogShelves shelves, LogQuery query);

// Writes the text as it is now.
Async<void> write_log(LogShelves shelves, LogQuery query, LogPart part, BodyWriter& writer);

// Writes what there is and what comes, until the attempt has ended or nobody wants to know more;
// `is_wanted` is asked about once per second.
Async<void>
follow_log(LogShelves shelves, LogQuery query, std::function<bool()> is_wanted, BodyWriter& writer);

// The logs of all datums of a job in their order, each below a line with the datum's id.
Async<void> write_job_log(LogShelves shelves, std::string job, BodyWriter& writer);

} // namespace sluice
