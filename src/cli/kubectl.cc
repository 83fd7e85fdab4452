// SPDX-License-Identifier: Apache-2.0
#include "cli/kubectl.h"

#include "app/kubectl_proxy.h"
#include "async/worker_threads.h"
#include "base/os.h"
#include "base/text.h"
#include "exec/child_program.h"

#include <cerrno>
#include <sys/mman.h>
#include <unistd.h>

namespace sluice {

namespace {

constexpr std::size_t output_bytes_max = 16u << 20;

// A file without a name. Secrets that are applied never touch a disk.
Result<Fd> memory_file(std::string_view content)
{
    Fd file(::memfd_create("objects", MFD_CLOEXEC));
    if (!file)
        return os_error("make a file in memory", "objects", errno);
    while (!content.empty()) {
        const ssize_t written = ::write(file.get(), content.data(), content.size());
        if (written < 0)
            return os_error("write", "objects", errno);
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return file;
}

// The lines that tell what is wrong, without kubectl's own marks.
std::string words_of(std::string_view said)
{
    std::string words;
    for (const std::string& line : split(trim(said), '\n')) {
        std::string_view shown = trim(line);
        for (const std::string_view mark : {"error: ", "Error: "})
            if (shown.starts_with(mark))
                shown.remove_prefix(mark.size());
        if (!shown.empty())
            words += (words.empty() ? "" : "; ") + std::string(shown);
    }
    return printable(words);
}

} // namespace

Error kubectl_error(std::string_view what, std::string_view said)
{
    const auto says = [said](std::string_view words) {
        return said.find(words) != std::string_view::npos;
    };
    Errc code = Errc::unavailable;
    if (says("(NotFound)"))
        code = Errc::not_found;
    else if (says("(Forbidden)") || says("(Unauthorized)") || says("must be logged in"))
        code = Errc::unauthorized;
    else if (says("context \"") || says("context was not found") || says("is invalid"))
        code = Errc::invalid;
    return Error{code, fmt::format("kubectl {}: {}", what, words_of(said))};
}

Kubectl::Kubectl(Options options, WorkerThreads& threads)
    : options_(std::move(options)), threads_(threads)
{}

std::vector<std::string> Kubectl::command(std::vector<std::string> arguments) const
{
    std::vector<std::string> all = {"kubectl"};
    if (!options_.context.empty())
        all.push_back("--context=" + options_.context);
    all.push_back("--namespace=" + options_.name_space);
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
}

Async<Result<std::string>> Kubectl::run(std::vector<std::string> arguments)
{
    const std::string what = arguments.at(0);
    std::string printed;
    std::string complained;
    ChildProgram program;
    program.argv = command(std::move(arguments));
    program.env = kubectl_environment();
    program.on_output = [&](OutputStream stream, std::string_view bytes) {
        std::string& text = stream == OutputStream::out ? printed : complained;
        text += bytes.substr(0, output_bytes_max - std::min(output_bytes_max, text.size()));
    };
    const Result<CommandEnd> end = co_await run_child(program, threads_);
    if (!end)
        co_return end.error();
    if (end->kind == EndKind::not_started)
        co_return Error{Errc::invalid, end->error};
    if (!end->succeeded())
        co_return kubectl_error(what, complained.empty() ? end->error : complained);
    co_return printed;
}

Async<Result<std::string>> Kubectl::run_on(std::string file, std::vector<std::string> arguments)
{
    const Result<Fd> memory = memory_file(file);
    if (!memory)
        co_return memory.error();
    arguments.push_back("-f");
    arguments.push_back(fmt::format("/proc/{}/fd/{}", ::getpid(), memory->get()));
    Result<std::string> printed = co_await run(std::move(arguments));
    co_return printed;
}

Async<Result<Json>> Kubectl::find(std::string object)
{
    std::vector<std::string> arguments = {
        "get", std::move(object), "--output=json", "--ignore-not-found"};
    const Result<std::string> printed = co_await run(std::move(arguments));
    if (!printed)
        co_return printed.error();
    if (trim(*printed).empty())
        co_return json_result(nullptr);
    Result<Json> document = parse_json(*printed);
    if (!document)
        co_return Error{Errc::corrupt, "kubectl get: " + document.error().detail};
    co_return document;
}

void add_kubectl_flags(CliCommand& command, KubectlFlags& flags)
{
    command.option(
        "--context", flags.context, "of kubectl's configuration [--kube-context, the current one]"
    );
    command.option(
        "--namespace", flags.name_space, "where Sluice is or will be [--kube-namespace, default]"
    );
}

Kubectl::Options kubectl_options(const KubectlFlags& flags, const Config& config)
{
    Kubectl::Options options;
    options.context = flags.context.empty() ? config.cluster.kube_context : flags.context;
    if (!flags.name_space.empty())
        options.name_space = flags.name_space;
    else if (!config.cluster.name_space.empty())
        options.name_space = config.cluster.name_space;
    return options;
}

} // namespace sluice
