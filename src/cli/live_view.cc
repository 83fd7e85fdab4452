// SPDX-License-Identifier: Apache-2.0
#include "cli/live_view.h"

#include "async/interrupts.h"
#include "async/signal.h"
#include "async/task_scope.h"
#include "async/with_stop.h"
#include "cli/exit_code.h"

#include <optional>

namespace sluice {

namespace {

// A live view asks for the thing itself, again and again; events only say when. So none of them
// needs to be read, and one that is lost costs a look that comes a little later.

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds blind_pause{1};         // between looks without events
constexpr std::chrono::seconds told_pause{5};          // with them: counts are none
constexpr std::chrono::milliseconds redraw_pause{250}; // however many there are
constexpr std::chrono::seconds outage_max{60};         // a server may be started anew meanwhile
constexpr std::chrono::hours stream_time{24};

struct News {
    explicit News(asio::any_io_executor executor) : changed(std::move(executor)) {}

    Signal changed;
    bool is_told = false; // events come
};

Async<void> stop_on_interrupt(Interrupts& interrupts, StopEvent& stop)
{
    co_await interrupts.wait();
    stop.request();
}

// Servers without this route answer 404: then nothing will come.
Async<void> follow_events(ApiClient& client, std::string path, News& news)
{
    for (;;) {
        ApiClient::Call call;
        call.path = path;
        call.headers.add("Accept", "text/event-stream");
        call.time = stream_time;
        call.on_body = [&news](std::string_view) {
            news.is_told = true;
            news.changed.notify();
            return true;
        };
        const Result<ApiClient::Answer> ended = co_await client.ask(std::move(call));
        news.is_told = false;
        news.changed.notify();
        if (!ended && ended.error().code == Errc::not_found)
            co_return;
        co_await sleep_for(blind_pause);
    }
}

Async<Result<Json>> fetch(ApiClient& client, const View& view)
{
    if (view.limit > 0)
        return ask_for_list(client, view.path, view.limit);
    ApiClient::Call call;
    call.path = view.path;
    return ask_server(client, std::move(call));
}

void draw(OutputFormat format, const View& view, const Json& seen, bool is_first)
{
    constexpr std::string_view home_and_clear = "\x1b[H\x1b[2J";
    if (stdout_is_terminal())
        print_bytes(home_and_clear);
    else if (!is_first && format == OutputFormat::table)
        print("");
    view.show(format, seen);
}

// Ends when the thing is final, or with an error that waiting does not mend.
Async<Result<int>> draw_until_final(OutputFormat format, ApiClient& client, View view, News& news)
{
    std::optional<Json> drawn;
    SteadyClock::time_point answered = SteadyClock::now();
    for (;;) {
        Result<Json> seen = co_await fetch(client, view);
        const SteadyClock::time_point now = SteadyClock::now();
        const bool is_outage = !seen && drawn && is_retryable(seen.error().code);
        if (!seen && (!is_outage || now - answered > outage_max))
            co_return seen.error();
        if (seen) {
            answered = now;
            if (!drawn || *drawn != *seen) {
                draw(format, view, *seen, !drawn);
                drawn = *std::move(seen);
            }
            if (const Result<void> flushed = flush_output(); !flushed)
                co_return flushed.error();
            if (view.is_final && view.is_final(*drawn))
                co_return exit_code::success;
        }
        co_await sleep_for(redraw_pause);
        const std::chrono::seconds pause = news.is_told ? told_pause : blind_pause;
        co_await news.changed.wait_for(pause);
    }
}

Async<Result<int>> look_live(Context& context, ApiClient& client, View view)
{
    const asio::any_io_executor executor = context.loop.get_executor();
    Interrupts interrupts(executor);
    StopEvent stop(executor);
    News news(executor);
    TaskScope scope(executor, context.logs.component("cli"));
    scope.spawn(stop_on_interrupt(interrupts, stop));
    if (!view.events.empty())
        scope.spawn(follow_events(client, view.events, news));
    Async<Result<int>> drawing =
        draw_until_final(context.config.output, client, std::move(view), news);
    std::optional<Result<int>> ended = co_await with_stop(std::move(drawing), stop);
    scope.cancel();
    co_await scope.join();
    if (!ended)
        co_return exit_code::interrupted;
    co_return *std::move(ended);
}

} // namespace

Async<Result<int>> look(Context& context, ApiClient& client, View view, Looking looking)
{
    if (looking == Looking::live) {
        Result<int> code = co_await look_live(context, client, std::move(view));
        co_return code;
    }
    const Result<Json> seen = co_await fetch(client, view);
    if (!seen)
        co_return seen.error();
    view.show(context.config.output, *seen);
    co_return exit_code::success;
}

} // namespace sluice
