// SPDX-License-Identifier: Apache-2.0
// GET /events: what happens to tasks, as Server-Sent Events (HTML Living Standard, section 9.2).
#include "api/query_reader.h"
#include "api/respond.h"
#include "api/routes.h"
#include "api/task_answers.h"
#include "api/task_errors.h"
#include "api/wire_event.h"
#include "tasks/change_feed.h"
#include "tasks/tasks.h"

namespace sluice {

namespace {

// Connections through which nothing goes are closed by what stands between.
constexpr auto silence_max = std::chrono::seconds(15);

struct Watching {
    EventFilter filter;
    FeedPlace place;
    bool is_reset = false; // what came after the place that was asked for is not known any more
};

Result<Watching> read_watching(Api& api, const Request& request)
{
    QueryReader reader(request);
    const std::optional<std::string> batch = reader.uuid("batch");
    const std::optional<std::string> task = reader.uuid("task");
    Watching watching;
    watching.filter.kind = reader.text("kind");
    // Ids of another database are of nobody here.
    if (batch)
        watching.filter.run = api.tasks.batch_id(*batch).value_or(RunId{-1});
    if (task)
        watching.filter.task = api.tasks.task_id(*task).value_or(TaskId{-1});
    return reader.finish(std::move(watching));
}

// Where the client was, else the end of what has happened.
Async<Result<void>> find_place(Api& api, const Request& request, Watching& watching)
{
    const std::optional<std::string_view> last = request.headers.find("Last-Event-ID");
    if (last && !last->empty()) {
        const std::optional<FeedPlace> place = parse_place(*last);
        if (place) {
            Result<std::optional<FeedPlace>> resumed = co_await api.feed.resume(*place);
            if (!resumed)
                co_return resumed.error();
            if (*resumed) {
                watching.place = **resumed;
                co_return Result<void>();
            }
        }
        watching.is_reset = true;
    }
    const Result<FeedPlace> end = co_await api.feed.end();
    if (!end)
        co_return end.error();
    watching.place = *end;
    co_return Result<void>();
}

// Also tells the client where it stands when nothing of it was of interest.
Async<bool> write_page(
    const ChangeFeed::Page& page, const EventFilter& filter, const SpellId& spell,
    BodyWriter& writer
)
{
    std::string text;
    for (const auto& event : page.events)
        if (filter.matches(*event))
            text += event_text(*event, spell);
    if (text.empty())
        co_return true;
    const bool is_open = co_await writer.write(text);
    co_return is_open;
}

Async<void> follow(Api& api, Watching watching, const Request& request, BodyWriter& writer)
{
    Signal news(api.executor);
    const PeerWatch peer(request, news);
    const ChangeFeed::Watch watch(api.feed, news);
    const SpellId spell = speller(api.tasks);
    const std::string greeting = greeting_text(watching.place, watching.is_reset);
    bool is_open = co_await writer.write(greeting);
    auto heard = std::chrono::steady_clock::now();
    while (is_open && request.is_awaited()) {
        const Result<ChangeFeed::Page> page = co_await api.feed.after(watching.place);
        if (!page)
            co_return; // the client comes again, and goes on where it was
        const bool is_new = page->next != watching.place;
        if (is_new) {
            is_open = co_await write_page(*page, watching.filter, spell, writer);
            watching.place = page->next;
            continue;
        }
        const auto now = std::chrono::steady_clock::now();
        if (now - heard >= silence_max) {
            const std::string place = place_text(watching.place);
            is_open = co_await writer.write(place);
            heard = now;
            continue;
        }
        co_await news.wait_for(heard + silence_max - now);
    }
}

Async<Response> show_events(Api& api, const Request& request)
{
    Result<Watching> watching = read_watching(api, request);
    if (!watching)
        co_return typed_error(watching.error());
    const Result<void> found = co_await find_place(api, request, *watching);
    if (!found)
        co_return typed_error(found.error());
    Response response;
    response.content_type = "text/event-stream";
    response.headers.add("Cache-Control", "no-cache");
    response.stream = [&api, watching = *watching](const Request& asked, BodyWriter& writer) {
        return follow(api, watching, asked, writer);
    };
    co_return response;
}

} // namespace

std::vector<Operation> event_operations()
{
    return {
        {.pattern = "/events",
         .summary = "What happens to tasks from now on, or from Last-Event-ID on without a gap.",
         .query = {"batch", "task", "kind"},
         .content_type = "text/event-stream",
         .handle = show_events},
    };
}

} // namespace sluice
