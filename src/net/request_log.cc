// SPDX-License-Identifier: Apache-2.0
#include "net/request_log.h"

#include "base/json.h"
#include "net/plain_path.h"

#include <algorithm>

namespace sluice {

namespace {

// Clients choose their ids, and users the names of keys.
std::string word(std::string_view text)
{
    const bool plain = !text.empty() && std::ranges::all_of(text, is_plain);
    return plain ? std::string(text) : dump_json(Json(text));
}

} // namespace

std::string request_line(const RequestRecord& record, std::string_view key)
{
    const Request& request = record.request;
    const std::int64_t micros = record.duration.count();
    std::string line = fmt::format(
        "method={} path={} status={} bytes={} ms={}.{:03} request={}", name(request.method),
        record.route ? record.route->pattern : plain_path(request.target.path), record.status,
        record.bytes_sent, micros / 1000, micros % 1000, word(request.id)
    );
    if (!key.empty())
        line += " key=" + word(key);
    return line;
}

} // namespace sluice
