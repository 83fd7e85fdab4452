// SPDX-License-Identifier: Apache-2.0
#include "bench/http/task_text.h"

#include "bench/http/client.h"

#include <fmt/format.h>

#include <iterator>

namespace sluice::bench {

namespace {

// The time limit is that of a day: what only waits to be measured must not end by itself. So is
// that of the webhook, for slow targets.
constexpr std::string_view form =
    R"({{"id":"{}","name":"{}","kind":"{}","timeout":86400,{}{}"on_start":{{"kind":"Webhook",)"
    R"("timeout":60,"params":{{"url":"http://127.0.0.1:{}/work","verb":"Post",)"
    R"("body":{{"item":{}}}}}}}}})";

} // namespace

std::string post_text(std::int64_t count, const MakeTask& make)
{
    std::string body = "[";
    for (std::int64_t i = 0; i < count; ++i) {
        const TaskText text = make(i);
        const std::string_view comma = text.members.empty() ? "" : ",";
        fmt::format_to(
            std::back_inserter(body), form, text.id, text.name, text.kind, text.members, comma,
            text.port, text.item.value_or(i)
        );
        body += i + 1 < count ? ',' : ']';
    }
    return request_text("POST", "/task", body);
}

std::string success_text(std::string_view task)
{
    return request_text("PATCH", fmt::format("/task/{}", task), R"({"status":"Success"})");
}

} // namespace sluice::bench
