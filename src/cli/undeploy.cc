// SPDX-License-Identifier: Apache-2.0
#include "async/worker_threads.h"
#include "base/text.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/kubectl.h"
#include "cli/output.h"
#include "kube/deploy/existing.h"

#include <cstdio>
#include <iostream>
#include <unistd.h>

namespace sluice {

namespace {

struct UndeployFlags {
    KubectlFlags kubectl;
    bool all = false;
    bool yes = false;
};
using Flags = std::shared_ptr<const UndeployFlags>;

// Of those objects, the ones that a deploy has made.
Async<Result<std::vector<std::string>>> find_ours(Kubectl& kubectl, kube::Removal removal)
{
    const std::vector<std::string> names = kube::to_be_removed(removal);
    std::vector<std::string> arguments = {"get"};
    arguments.insert(arguments.end(), names.begin(), names.end());
    arguments.push_back("--output=json");
    arguments.push_back("--ignore-not-found");
    const Result<std::string> listed = co_await kubectl.run(std::move(arguments));
    if (!listed)
        co_return listed.error();
    co_return kube::ours_among(names, *listed);
}

Async<Result<void>> remove(Kubectl& kubectl, std::vector<std::string> what)
{
    std::vector<std::string> arguments = {"delete"};
    arguments.insert(arguments.end(), what.begin(), what.end());
    arguments.push_back("--ignore-not-found");
    const Result<std::string> removed = co_await kubectl.run(std::move(arguments));
    if (!removed)
        co_return removed.error();
    print_bytes(*removed);
    co_return Result<void>();
}

Result<void> ask_whether(const UndeployFlags& flags, const std::string& name_space)
{
    if (!flags.all || flags.yes)
        return {};
    if (isatty(STDIN_FILENO) != 1)
        return Error{
            Errc::invalid, "--all removes the volumes with all data: say --yes, since there is no "
                           "terminal to ask"};
    complain(fmt::format(
        "this removes Sluice from the namespace '{}', with its database, its files and its "
        "secrets; type the namespace's name to go on",
        name_space
    ));
    std::string answer;
    std::getline(std::cin, answer);
    if (trim(answer) != name_space)
        return Error{Errc::conflict, "nothing was removed"};
    return {};
}

Async<Result<int>> undeploy_with(const UndeployFlags& flags, Kubectl& kubectl)
{
    const kube::Removal removal = flags.all ? kube::Removal::everything : kube::Removal::programs;
    Result<std::vector<std::string>> ours = co_await find_ours(kubectl, removal);
    if (!ours)
        co_return ours.error();
    if (!ours->empty()) {
        const Result<void> removed = co_await remove(kubectl, std::move(*ours));
        if (!removed)
            co_return removed.error();
    }
    if (flags.all) {
        // After the servers, which would make them again. Their pods have nobody to report to.
        std::vector<std::string> jobs = {
            "jobs", fmt::format(
                        "--selector={}={},{}", kube::managed_by_key, kube::managed_by_value,
                        kube::job_id_key
                    )};
        const Result<void> removed = co_await remove(kubectl, std::move(jobs));
        if (!removed)
            co_return removed.error();
    }
    co_return exit_code::success;
}

Async<Result<int>> undeploy(Context& context, Flags flags)
{
    WorkerThreads threads(context.loop.get_executor(), "kubectl", 1);
    Kubectl kubectl(kubectl_options(flags->kubectl, context.config), threads);
    const Result<void> wanted = ask_whether(*flags, kubectl.name_space());
    if (!wanted)
        co_return wanted.error();
    Result<int> code = co_await undeploy_with(*flags, kubectl);
    co_return code;
}

} // namespace

void add_undeploy(CliCommand& root)
{
    CliCommand command = root.add("undeploy");
    const auto flags = std::make_shared<UndeployFlags>();
    add_kubectl_flags(command, flags->kubectl);
    command.flag("--all", flags->all, "also volumes, secrets and the Jobs that still run");
    command.flag("--yes", flags->yes, "do not ask");
    command.runs([flags](Context& context) { return undeploy(context, flags); });
}

} // namespace sluice
