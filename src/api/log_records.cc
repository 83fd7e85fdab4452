// SPDX-License-Identifier: Apache-2.0
// /datums/{id}/log_records: what lies at this very server of a log, for the other servers.
#include "api/log_peers.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/wire_worker.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::int64_t bytes_max = 1 << 20;

Async<Response> show_records(Api& api, const Request& request)
{
    const Result<std::int64_t> attempt = query_integer(request, "attempt", 0, 1, INT32_MAX);
    if (!attempt)
        co_return error_response(attempt.error());
    const Result<std::int64_t> offset = query_integer(request, "offset", 0, 0, INT64_MAX);
    if (!offset)
        co_return error_response(offset.error());
    const Result<std::int64_t> bytes = query_integer(request, "bytes", bytes_max, 0, bytes_max);
    if (!bytes)
        co_return error_response(bytes.error());
    const Result<std::string> path =
        co_await api.jobs.log_file(request.path_field("id"), static_cast<int>(*attempt));
    if (!path)
        co_return error_response(path.error());
    const Result<LogExtent> extent = co_await api.jobs.logs().measure(*path);
    if (!extent)
        co_return error_response(extent.error());
    LogPage page;
    page.next = static_cast<std::uint64_t>(*offset);
    if (*bytes > 0) {
        Result<LogPage> read =
            co_await api.jobs.logs().read(*path, page.next, static_cast<std::size_t>(*bytes));
        if (!read)
            co_return error_response(read.error());
        page = std::move(*read);
    }
    Response response;
    response.content_type = "application/octet-stream";
    response.body = format_log_chunks(page.chunks);
    response.headers.add(log_next_header, fmt::format("{}", page.next));
    // It may have grown since it was measured.
    response.headers.add(log_end_header, fmt::format("{}", std::max(extent->end, page.next)));
    response.headers.add(log_complete_header, extent->complete ? "true" : "false");
    co_return response;
}

} // namespace

std::vector<Operation> log_operations()
{
    return {
        {.pattern = "/datums/{id}/log_records",
         .summary = "For the other servers: what lies at this one of the log of an attempt, as "
                    "records (see POST /datums/{id}/logs) from `offset` on. Headers: "
                    "Sluice-Log-Next is the offset to go on with, Sluice-Log-End how far the log "
                    "goes, Sluice-Log-Complete whether that is its end.",
         .query = {"attempt", "offset", "bytes"},
         .content_type = "application/octet-stream",
         .errors = {404},
         .handle = show_records},
    };
}

} // namespace sluice
