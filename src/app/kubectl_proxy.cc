// SPDX-License-Identifier: Apache-2.0
#include "app/kubectl_proxy.h"

#include "app/setting_values.h"
#include "async/worker_threads.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <unistd.h>

namespace sluice {

namespace {

constexpr std::chrono::seconds start_patience{15};
constexpr std::chrono::seconds pause_first{1}; // before it is started again; doubled each time
constexpr std::chrono::seconds pause_max{30};

std::string ended_text(const Result<CommandEnd>& end)
{
    if (!end)
        return end.error().detail;
    const std::string_view said = trim(end->output_tail);
    const std::string how = end->error.empty() ? "it has ended" : end->error;
    return said.empty() ? how : fmt::format("{}: {}", how, printable(said));
}

} // namespace

std::vector<std::string> kubectl_environment()
{
    std::vector<std::string> env;
    for (char** variable = environ; *variable; ++variable) {
        const std::string_view text = *variable;
        if (!text.starts_with("SLUICE_") && !text.starts_with("DATABASE_URL="))
            env.emplace_back(text);
    }
    return env;
}

std::optional<std::uint16_t> port_of_proxy(std::string_view printed)
{
    constexpr std::string_view words = "Starting to serve on ";
    const std::size_t begin = printed.find(words);
    if (begin == std::string_view::npos)
        return std::nullopt;
    std::string_view line = printed.substr(begin + words.size());
    const std::size_t end = line.find('\n');
    if (end == std::string_view::npos)
        return std::nullopt; // the rest is on its way
    line = trim(line.substr(0, end));
    const std::size_t colon = line.rfind(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    return whole_number<std::uint16_t>(line.substr(colon + 1));
}

KubectlProxy::KubectlProxy(
    asio::any_io_executor executor, WorkerThreads& threads, std::string context,
    std::vector<std::string> env, Log log
)
    : threads_(threads),
      context_(std::move(context)),
      env_(std::move(env)),
      log_(std::move(log)),
      scope_(executor, log_),
      news_(executor)
{}

ChildProgram KubectlProxy::program()
{
    ChildProgram program;
    program.argv = {
        "kubectl", "proxy", "--address=127.0.0.1", fmt::format("--port={}", port_),
        "--context=" + context_};
    program.env = env_;
    program.on_output = [this](OutputStream stream, std::string_view bytes) {
        if (stream == OutputStream::out)
            asio::post(scope_.executor(), [this, text = std::string(bytes)] { heard(text); });
    };
    return program;
}

void KubectlProxy::heard(const std::string& text)
{
    if (port_ != 0)
        return;
    printed_ += text;
    port_ = port_of_proxy(printed_).value_or(0);
    news_.notify();
}

Async<void> KubectlProxy::keep()
{
    std::chrono::seconds pause = pause_first;
    for (;;) {
        const ChildProgram child = program();
        const Result<CommandEnd> end = co_await run_child(child, threads_);
        if (port_ == 0) {
            failure_ = ended_text(end);
            news_.notify();
            co_return;
        }
        log_.warn("kubectl proxy: {}; it is started again", ended_text(end));
        co_await sleep_for(pause);
        pause = std::min(2 * pause, pause_max);
    }
}

Async<Result<std::string>> KubectlProxy::start()
{
    scope_.spawn(keep());
    const auto deadline = std::chrono::steady_clock::now() + start_patience;
    while (port_ == 0 && !failure_) {
        const auto left = deadline - std::chrono::steady_clock::now();
        if (left <= left.zero())
            failure_ = "it does not serve";
        else
            co_await news_.wait_for(left);
    }
    if (failure_)
        co_return Error{
            Errc::unavailable,
            fmt::format("kubectl proxy for the context '{}': {}", printable(context_), *failure_)};
    co_return fmt::format("http://127.0.0.1:{}", port_);
}

Async<void> KubectlProxy::close()
{
    scope_.cancel();
    co_await scope_.join();
}

} // namespace sluice
