// SPDX-License-Identifier: Apache-2.0
#include "api/log_shipper.h"

#include "api/wire_worker.h"

#include <fmt/format.h>

namespace sluice {

namespace {

constexpr int status_conflict = 409;
constexpr int conflicts_max = 10; // without a piece that was taken in between

} // namespace

LogShipper::LogShipper(
    ApiCaller caller, AttemptLogs& logs, const DatumWork& work, std::string pod_name, Log log
)
    : caller_(std::move(caller)),
      logs_(logs),
      work_(work),
      pod_name_(std::move(pod_name)),
      log_(std::move(log)),
      path_(logs.path({work.job_id, work.datum_id, work.attempt}))
{}

Async<Result<bool>> LogShipper::ship(std::chrono::milliseconds wait)
{
    if (over_)
        co_return false;
    const Result<LogPage> page = co_await logs_.follow(path_, read_, wait);
    if (!page)
        co_return give_up(page.error());
    if (page->chunks.empty()) {
        over_ = page->complete;
        co_return false;
    }
    std::string bytes = format_log_chunks(page->chunks);
    const std::uint64_t size = bytes.size();
    const Result<ApiClient::Answer> answer = co_await send(std::move(bytes));
    if (!answer)
        co_return give_up(answer.error());
    if (answer->status == status_conflict)
        co_return go_on_at(answer->json);
    read_ = page->next;
    sent_ += size;
    restart_ = false;
    conflicts_ = 0;
    co_return true;
}

Async<Result<ApiClient::Answer>> LogShipper::send(std::string bytes)
{
    ApiClient::Call tell;
    tell.method = Method::post;
    tell.path = fmt::format(
        "/datums/{}/logs?pod_name={}&attempt={}&offset={}{}", work_.datum_id, url_part(pod_name_),
        work_.attempt, sent_, restart_ ? "&restart=1" : ""
    );
    tell.bytes = std::move(bytes);
    tell.accepted = {status_conflict};
    co_return co_await caller_(std::move(tell));
}

// This server has another part of the log. Its end is a place in our file as long as we have sent
// what stands there and nothing else.
Result<bool> LogShipper::go_on_at(const Json& answer)
{
    if (++conflicts_ > conflicts_max)
        return give_up({Errc::conflict, "the server takes no piece of it"});
    const auto offset = answer.find("offset");
    const std::int64_t end =
        offset != answer.end() && offset->is_number_integer() ? offset->get<std::int64_t>() : -1;
    const bool is_ours = read_ == sent_ && end >= 0 && static_cast<std::uint64_t>(end) < sent_;
    restart_ = !is_ours;
    sent_ = is_ours ? static_cast<std::uint64_t>(end) : 0;
    read_ = sent_;
    return true;
}

Error LogShipper::give_up(Error error)
{
    log_.warn("log of datum {}: {}", work_.datum_id, error.detail);
    over_ = true;
    return error;
}

} // namespace sluice
