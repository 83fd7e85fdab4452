// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/json.h"
#include "base/result.h"
#include "cli/cli_command.h"

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

class WorkerThreads;

// kubectl with the user's own credentials, in one context and namespace.
class Kubectl {
public:
    struct Options {
        std::string context = {}; // empty: the current one
        std::string name_space = "default";
    };

    // `threads` outlive it.
    Kubectl(Options options, WorkerThreads& threads);

    const std::string& name_space() const { return options_.name_space; }

    // The program with these arguments, for who runs it himself; `env` is kubectl_environment().
    std::vector<std::string> command(std::vector<std::string> arguments) const;

    // What it printed. Errors, in its words: not_found, unauthorized (a right is missing), invalid
    // (there is no kubectl, no such context), else unavailable.
    Async<Result<std::string>> run(std::vector<std::string> arguments);

    // The same, for `-f FILE`, which is put behind the arguments; the file is in memory alone.
    Async<Result<std::string>> run_on(std::string file, std::vector<std::string> arguments);

    // One object, "secret/sluice"; null: not there.
    Async<Result<Json>> find(std::string object);

private:
    Options options_;
    WorkerThreads& threads_;
};

// What kubectl says of an error, as one of ours. `what` was asked of it: "apply".
Error kubectl_error(std::string_view what, std::string_view said);

// The flags --context and --namespace of a command; those that are not given are as the settings
// kube_context and kube_namespace say.
struct KubectlFlags {
    std::string context = {};
    std::string name_space = {};
};
void add_kubectl_flags(CliCommand& command, KubectlFlags& flags);
Kubectl::Options kubectl_options(const KubectlFlags& flags, const Config& config);

} // namespace sluice
