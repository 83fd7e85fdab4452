// SPDX-License-Identifier: Apache-2.0
#include "bench/http/played_worker.h"

#include "bench/fixture.h"
#include "exec/attempt_log_format.h"

#include <fmt/format.h>

namespace sluice::bench {

namespace {

// As RemoteWorker asks.
constexpr std::int64_t poll_seconds = 30;
constexpr std::int64_t heartbeat_seconds = 10;

// One record of a log as it is sent (docs/http-api.md).
std::string log_bytes(std::string_view text)
{
    const log_format::Record record{1, static_cast<std::uint32_t>(text.size()), 1};
    std::string bytes(reinterpret_cast<const char*>(&record), sizeof record);
    bytes.append(text);
    return bytes;
}

} // namespace

Async<Result<Json>>
PlayedWorker::ask(std::string_view verb, std::string_view path, std::string body)
{
    const std::string request = request_text(verb, path, body, job_.headers);
    const Result<int> status = co_await client_.call(request);
    if (!status)
        co_return status.error();
    if (*status >= 300)
        co_return client_.refusal();
    ++job_.requests;
    if (client_.body().empty())
        co_return json_result(nullptr);
    co_return parse_json(client_.body());
}

Json PlayedWorker::body_of(const Datum& datum) const
{
    return {{"pod_name", name_}, {"attempt", datum.attempt}};
}

Async<Result<PlayedWorker::Reserved>> PlayedWorker::reserve()
{
    const std::string path = fmt::format("/jobs/{}/reserve_next_datum", job_.id);
    const Json wish{{"node_name", "node"}, {"pod_name", name_}, {"wait", poll_seconds}};
    std::string body = dump_json(wish);
    const SteadyTime begin = std::chrono::steady_clock::now();
    const Result<Json> answer = co_await ask("POST", path, std::move(body));
    if (!answer)
        co_return answer.error();
    Reserved reserved;
    reserved.millis = seconds_since(begin) * 1e3;
    if (answer->is_null())
        reserved.job_is_final = client_.header("Sluice-Job-Status") != "running";
    else
        reserved.datum = Datum{
            answer->at("datum").at("id").get<std::string>(),
            answer->at("attempt").get<std::int64_t>()};
    co_return std::move(reserved);
}

Async<Result<void>> PlayedWorker::begin_heartbeat(const Datum& datum)
{
    Result<std::unique_ptr<Client>> connected = co_await fixture_.connect();
    if (!connected)
        co_return connected.error();
    heartbeat_ = *std::move(connected);
    Json body = body_of(datum);
    body["wait"] = heartbeat_seconds;
    const std::string path = fmt::format("/datums/{}/heartbeat", datum.id);
    const std::string request = request_text("POST", path, dump_json(body), job_.headers);
    const Result<void> sent = co_await heartbeat_->send(request);
    co_return sent;
}

Async<Result<double>> PlayedWorker::report(const Datum& datum)
{
    const SteadyTime begin = std::chrono::steady_clock::now();
    const Result<void> logged = co_await send_log(datum);
    if (!logged)
        co_return logged.error();
    const Result<void> uploaded = co_await send_output(datum);
    if (!uploaded)
        co_return uploaded.error();
    const bool is_over = heartbeat_ && heartbeat_->has_answer();
    if (is_over)
        co_return Error{
            Errc::invalid, fmt::format("the heartbeat of datum {} was answered early", datum.id)};
    Json body = body_of(datum);
    body["datum"] = {{"status", "done"}, {"output", "text\n"}};
    std::string text = dump_json(body);
    const std::string path = fmt::format("/datums/{}", datum.id);
    const Result<Json> ended = co_await ask("PATCH", path, std::move(text));
    if (!ended)
        co_return ended.error();
    heartbeat_.reset();
    co_return seconds_since(begin) * 1e3;
}

Async<Result<void>> PlayedWorker::send_log(const Datum& datum)
{
    const std::string path = fmt::format(
        "/datums/{}/logs?pod_name={}&attempt={}&offset=0", datum.id, name_, datum.attempt
    );
    std::string bytes = log_bytes("text\n");
    const Result<Json> logged = co_await ask("POST", path, std::move(bytes));
    if (!logged)
        co_return logged.error();
    co_return Result<void>();
}

Async<Result<void>> PlayedWorker::send_output(const Datum& datum)
{
    const std::string path = fmt::format("/datums/{}/output_files", datum.id);
    Json body = body_of(datum);
    body["output_files"] = Json::array({Json{{"uri", job_.egress + datum.id}}});
    std::string text = dump_json(body);
    const Result<Json> announced = co_await ask("POST", path, std::move(text));
    if (!announced)
        co_return announced.error();
    body["output_files"] = Json::array();
    for (const Json& file : announced->at("output_files"))
        body["output_files"].push_back({{"id", file.at("id")}, {"status", "done"}});
    std::string change = dump_json(body);
    const Result<Json> uploaded = co_await ask("PATCH", path, std::move(change));
    if (!uploaded)
        co_return uploaded.error();
    co_return Result<void>();
}

Async<Result<void>> PlayedWorker::give_back(const Datum& datum)
{
    const std::string path = fmt::format("/datums/{}/give_back", datum.id);
    std::string text = dump_json(body_of(datum));
    const Result<Json> given = co_await ask("POST", path, std::move(text));
    if (!given)
        co_return given.error();
    co_return Result<void>();
}

} // namespace sluice::bench
