// SPDX-License-Identifier: Apache-2.0
#include "cli/through_proxy.h"

#include "async/task_scope.h"
#include "async/worker_threads.h"
#include "cli/port_forward.h"
#include "kube/deploy/existing.h"

namespace sluice {

namespace {

struct Way {
    const Kubectl& kubectl;
    WorkerThreads& threads;
    Log log;
    Signal news;
    std::uint16_t port = 0;
    std::optional<Error> failure = {};
};

Async<void> keep_way(Way& way)
{
    Forward forward;
    forward.target = std::string("service/") + kube::server_name;
    forward.remote = kube::server_port;
    const OnPort on_port = [&way](std::uint16_t port) {
        way.port = port;
        way.news.notify();
    };
    const Result<void> kept =
        co_await keep_forward(forward, way.kubectl, on_port, way.threads, way.log);
    if (!kept)
        way.failure = kept.error();
    way.news.notify();
}

// Who may not read the Secret may have a key of his own.
Async<Result<std::string>> find_key(Kubectl& kubectl, const Config& config)
{
    const Result<Json> secret = co_await kubectl.find(std::string("secret/") + kube::server_name);
    if (!secret && config.key.empty())
        co_return secret.error();
    const std::string key = secret ? kube::secret_value(*secret, kube::api_key_key) : "";
    co_return key.empty() ? config.key : key;
}

Async<Result<int>> run_through(Context& context, const CommandAction& action)
{
    const asio::any_io_executor executor = context.loop.get_executor();
    const Log log = context.logs.component("proxy");
    WorkerThreads threads(executor, "kubectl", 2);
    const KubectlFlags flags;
    Kubectl kubectl(kubectl_options(flags, context.config), threads);
    Result<std::string> key = co_await find_key(kubectl, context.config);
    if (!key)
        co_return key.error();

    Way way{kubectl, threads, log, Signal(executor)};
    TaskScope scope(executor, log);
    scope.spawn(keep_way(way));
    while (way.port == 0 && !way.failure)
        co_await way.news.wait();
    Result<int> code = way.failure ? Result<int>(*way.failure) : Result<int>(0);
    if (code) {
        Config config = context.config;
        config.server = fmt::format("http://127.0.0.1:{}", way.port);
        config.key = std::move(*key);
        Context inner{context.loop, config, context.logs};
        Result<int> done = co_await action(inner);
        code = std::move(done);
    }
    scope.cancel();
    co_await scope.join();
    co_return code;
}

} // namespace

CommandAction through_proxy(CommandAction action)
{
    const auto kept = std::make_shared<const CommandAction>(std::move(action));
    return [kept](Context& context) { return run_through(context, *kept); };
}

} // namespace sluice
