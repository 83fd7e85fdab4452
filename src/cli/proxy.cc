// SPDX-License-Identifier: Apache-2.0
#include "async/interrupts.h"
#include "async/task_scope.h"
#include "async/worker_threads.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/port_forward.h"
#include "kube/deploy/existing.h"

#include <algorithm>
#include <cstdio>

namespace sluice {

namespace {

struct ProxyFlags {
    KubectlFlags kubectl;
    std::int64_t server = kube::server_port;
    std::int64_t database = kube::postgres_port;
    std::int64_t minio = kube::minio_port;
    std::int64_t console = kube::minio_console_port;
};
using Flags = std::shared_ptr<const ProxyFlags>;

constexpr std::int64_t port_max = 65535;

struct NamedForward {
    std::string meaning;
    Forward forward;
};

std::string service(const char* name)
{
    return std::string("service/") + name;
}

std::vector<NamedForward> forwards_of(const ProxyFlags& flags)
{
    const auto make = [](std::string meaning, const char* name, std::int64_t local, int remote) {
        NamedForward made;
        made.meaning = std::move(meaning);
        made.forward.target = service(name);
        made.forward.local = static_cast<std::uint16_t>(local);
        made.forward.remote = static_cast<std::uint16_t>(remote);
        return made;
    };
    return {
        make("server", kube::server_name, flags.server, kube::server_port),
        make("database", kube::postgres_name, flags.database, kube::postgres_port),
        make("MinIO", kube::minio_name, flags.minio, kube::minio_port),
        make("MinIO console", kube::minio_name, flags.console, kube::minio_console_port)};
}

// The services that are there. Errors: not_found (there is no server).
Async<Result<std::vector<std::string>>> find_services(Kubectl& kubectl)
{
    const std::vector<std::string> names = {
        service(kube::server_name), service(kube::postgres_name), service(kube::minio_name)};
    std::vector<std::string> arguments = {"get"};
    arguments.insert(arguments.end(), names.begin(), names.end());
    arguments.push_back("--output=json");
    arguments.push_back("--ignore-not-found");
    const Result<std::string> listed = co_await kubectl.run(std::move(arguments));
    if (!listed)
        co_return listed.error();
    Result<std::vector<std::string>> found = kube::ours_among(names, *listed);
    if (found && (found->empty() || found->front() != names.front()))
        co_return Error{
            Errc::not_found,
            fmt::format("there is no Sluice in the namespace '{}'", kubectl.name_space())};
    co_return found;
}

// What the forwards share; the first that ends for good ends all.
struct Proxying {
    const Kubectl& kubectl;
    WorkerThreads& threads;
    Log log;
    Signal over;
    std::optional<Error> failure = {};
};

Async<void> keep_one(Proxying& all, NamedForward named)
{
    const OnPort say = [meaning = named.meaning](std::uint16_t port) {
        print(fmt::format("{} on 127.0.0.1:{}", meaning, port));
        std::fflush(stdout);
    };
    const Result<void> kept =
        co_await keep_forward(named.forward, all.kubectl, say, all.threads, all.log);
    if (!kept && !all.failure)
        all.failure = kept.error();
    all.over.notify();
}

Async<void> end_on_interrupt(Interrupts& interrupts, Proxying& all)
{
    co_await interrupts.wait();
    all.over.notify();
}

Async<Result<int>> proxy(Context& context, Flags flags)
{
    const asio::any_io_executor executor = context.loop.get_executor();
    const Log log = context.logs.component("proxy");
    const std::vector<NamedForward> wanted = forwards_of(*flags);
    WorkerThreads threads(executor, "kubectl", wanted.size());
    Kubectl kubectl(kubectl_options(flags->kubectl, context.config), threads);
    const Result<std::vector<std::string>> services = co_await find_services(kubectl);
    if (!services)
        co_return services.error();

    Interrupts interrupts(executor);
    Proxying all{kubectl, threads, log, Signal(executor)};
    TaskScope scope(executor, log);
    for (const NamedForward& named : wanted)
        if (std::find(services->begin(), services->end(), named.forward.target) != services->end())
            scope.spawn(keep_one(all, named));
    scope.spawn(end_on_interrupt(interrupts, all));
    co_await all.over.wait();
    scope.cancel();
    co_await scope.join();
    if (all.failure)
        co_return *all.failure;
    co_return exit_code::success;
}

} // namespace

void add_proxy(CliCommand& root)
{
    CliCommand command = root.add("proxy");
    const auto flags = std::make_shared<ProxyFlags>();
    add_kubectl_flags(command, flags->kubectl);
    command.number("--port-server", flags->server, "of this machine [8085]", port_max);
    command.number("--port-database", flags->database, "[5432]", port_max);
    command.number("--port-minio", flags->minio, "[9000]", port_max);
    command.number("--port-minio-console", flags->console, "[9001]", port_max);
    command.runs([flags](Context& context) { return proxy(context, flags); });
}

} // namespace sluice
