// SPDX-License-Identifier: Apache-2.0
#include "cli/port_forward.h"

#include "app/kubectl_proxy.h"
#include "app/setting_values.h"
#include "async/worker_threads.h"
#include "base/text.h"
#include "exec/child_program.h"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::chrono::seconds pause_first{1};
constexpr std::chrono::seconds pause_max{30};
constexpr std::size_t first_words_max = 4u << 10; // the port is told in the first line

// What one run of kubectl has told so far. Written on the loop.
struct Told {
    std::string printed = {};
    std::optional<std::uint16_t> port = {};
    bool is_over = false;
};

// What is still on its way to the loop reaches nobody who has gone.
class Hearing {
public:
    Hearing() = default;
    ~Hearing() { told_->is_over = true; }
    Hearing(const Hearing&) = delete;
    Hearing& operator=(const Hearing&) = delete;

    const std::shared_ptr<Told>& told() const { return told_; }

private:
    std::shared_ptr<Told> told_ = std::make_shared<Told>();
};

void hear(const std::shared_ptr<Told>& told, const std::string& text, const OnPort& on_port)
{
    if (told->is_over || told->port || told->printed.size() > first_words_max)
        return;
    told->printed += text;
    told->port = forwarded_port(told->printed);
    if (told->port)
        on_port(*told->port);
}

} // namespace

ForwardEnd judge_forward(std::string_view said)
{
    // A pod that is not found any more has another one in its place soon.
    constexpr std::string_view permanent[] = {
        "(NotFound): services",
        "(NotFound): namespaces",
        "(Forbidden)",
        "(Unauthorized)",
        "must be logged in",
        "address already in use",
        "unable to listen on any of the requested ports",
        "context was not found",
        "no context exists",
        "unknown flag",
    };
    for (const std::string_view words : permanent)
        if (said.find(words) != std::string_view::npos)
            return ForwardEnd::permanent;
    const bool has_no_context = said.find("context \"") != std::string_view::npos &&
                                said.find("does not exist") != std::string_view::npos;
    return has_no_context ? ForwardEnd::permanent : ForwardEnd::again;
}

std::optional<std::uint16_t> forwarded_port(std::string_view printed)
{
    constexpr std::string_view words = "Forwarding from 127.0.0.1:";
    const std::size_t begin = printed.find(words);
    if (begin == std::string_view::npos)
        return std::nullopt;
    const std::string_view rest = printed.substr(begin + words.size());
    const std::size_t end = rest.find(" -> ");
    if (end == std::string_view::npos)
        return std::nullopt; // it is on its way
    return whole_number<std::uint16_t>(rest.substr(0, end));
}

Async<Result<void>> keep_forward(
    Forward forward, const Kubectl& kubectl, OnPort on_port, WorkerThreads& threads, Log log
)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    std::chrono::seconds pause = pause_first;
    for (;;) {
        const Hearing hearing;
        const std::shared_ptr<Told>& told = hearing.told();
        ChildProgram program;
        const std::string local = forward.local == 0 ? "" : std::to_string(forward.local);
        program.argv = kubectl.command(
            {"port-forward", "--address=127.0.0.1", forward.target,
             fmt::format("{}:{}", local, forward.remote)}
        );
        program.env = kubectl_environment();
        program.on_output = [executor, told = told,
                             on_port](OutputStream stream, std::string_view bytes) {
            if (stream == OutputStream::out)
                asio::post(executor, [told, on_port, text = std::string(bytes)] {
                    hear(told, text, on_port);
                });
        };
        const Result<CommandEnd> end = co_await run_child(program, threads);
        if (!end)
            co_return end.error();
        if (end->kind == EndKind::not_started)
            co_return Error{Errc::invalid, end->error};
        const std::string what = "port-forward " + forward.target;
        const Error error = kubectl_error(what, end->output_tail);
        if (judge_forward(end->output_tail) == ForwardEnd::permanent)
            co_return error;
        if (told->port) {
            forward.local = *told->port;
            pause = pause_first;
        }
        log.warn("{}; again in {} s", error.detail, pause.count());
        co_await sleep_for(pause);
        pause = std::min(2 * pause, pause_max);
    }
}

} // namespace sluice
