// SPDX-License-Identifier: Apache-2.0
#include "bench/http/mixed_tasks.h"

#include "bench/http/client.h"
#include "bench/http/task_text.h"

#include <fmt/format.h>

#include <charconv>

namespace sluice::bench {

namespace {

constexpr std::int64_t no_time = 0; // the item of a task whose start is not measured

std::int64_t micros_of(SteadyTime time)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}

TaskText mixed_task(std::int64_t number, const MixedPorts& ports, SteadyTime now)
{
    TaskText text{.id = std::to_string(number), .port = ports.plain};
    text.item = no_time;
    switch (number % 20) {
    case 3:
    case 13: // its neighbour's child
        text.members = fmt::format(R"("dependencies":[{{"id":"{}"}}])", number - 1);
        break;
    case 7:
        text.port = ports.failing;
        text.members = R"("retry":{"max_retries":2,"initial_delay_secs":1,"jitter":false})";
        break;
    case 11: // ("Concurency" is how the wire format has it.)
        text.kind = "ruled";
        text.members = R"("rules":[{"type":"Concurency","max_concurency":100,)"
                       R"("matcher":{"status":"Running","kind":"ruled","fields":[]}}])";
        break;
    case 5:
    case 15:
        text.members = fmt::format(
            R"("on_success":[{{"kind":"Webhook","params":{{"url":"http://127.0.0.1:{}/done",)"
            R"("verb":"Post"}}}}])",
            ports.ends
        );
        break;
    default:
        text.item = micros_of(now);
    }
    return text;
}

} // namespace

std::string mixed_post(std::int64_t count, const MixedPorts& ports, SteadyTime now)
{
    return post_text(count, [&](std::int64_t i) { return mixed_task(i, ports, now); });
}

// The body is {"item":1234}, as it was sent.
std::optional<SteadyTime> posted_at(const TargetCall& start)
{
    const std::size_t digit = start.body.find_first_of("0123456789");
    if (digit == std::string_view::npos)
        return std::nullopt;
    std::int64_t micros = no_time;
    std::from_chars(start.body.data() + digit, start.body.data() + start.body.size(), micros);
    if (micros == no_time)
        return std::nullopt;
    return SteadyTime(std::chrono::microseconds(micros));
}

std::string mixed_schedule(const MixedPorts& ports)
{
    const std::string body = fmt::format(
        R"({{"name":"each second","every":"1s","tasks":[{{"id":"tick","name":"a tick",)"
        R"("kind":"tick","on_start":{{"kind":"Webhook","params":)"
        R"({{"url":"http://127.0.0.1:{}/work","verb":"Post","body":{{"item":0}}}}}}}}]}})",
        ports.plain
    );
    return request_text("POST", "/schedules", body);
}

std::string count_text(std::string_view task)
{
    return request_text("PUT", fmt::format("/task/{}", task), R"({"new_success":1})");
}

std::string failure_text(std::string_view task)
{
    return request_text(
        "PATCH", fmt::format("/task/{}", task),
        R"({"status":"Failure","failure_reason":"as planned"})"
    );
}

} // namespace sluice::bench
