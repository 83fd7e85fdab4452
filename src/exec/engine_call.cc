// SPDX-License-Identifier: Apache-2.0
#include "exec/container_runner.h"

#include "base/os.h"
#include "base/text.h"

#include <unistd.h>

namespace sluice {

namespace {

std::string_view name_of(std::string_view variable)
{
    return variable.substr(0, variable.find('='));
}

// Would the engine take the variable for its own?
bool means_something_to(const ContainerEngine& engine, std::string_view name)
{
    for (const char* prefix : {"DOCKER_", "CONTAINER", "PODMAN_", "XDG_", "LD_", "BUILDAH_"})
        if (name.starts_with(prefix))
            return true;
    const auto same_name = [name](const std::string& own) { return name_of(own) == name; };
    return name == "PATH" || name == "HOME" || name == "TMPDIR" ||
           std::any_of(engine.env.begin(), engine.env.end(), same_name);
}

void add_environment(const ContainerEngine& engine, const Command& command, EngineCall& call)
{
    call.env = engine.env;
    for (const std::string& variable : command.env) {
        const std::string_view name = name_of(variable);
        call.argv.push_back("--env");
        if (means_something_to(engine, name)) {
            call.argv.push_back(variable);
        } else {
            call.argv.emplace_back(name);
            call.env.push_back(variable);
        }
    }
    for (const char* variable : {"SLUICE_PFS=/pfs", "SLUICE_SCRATCH=/scratch"}) {
        call.argv.push_back("--env");
        call.argv.push_back(variable);
    }
}

void add_limits(const Command& command, EngineCall& call)
{
    if (command.memory_bytes) {
        // The same for both: no swap on top.
        call.argv.push_back(fmt::format("--memory={}", *command.memory_bytes));
        call.argv.push_back(fmt::format("--memory-swap={}", *command.memory_bytes));
    }
    if (command.cpus)
        call.argv.push_back(fmt::format("--cpus={}", *command.cpus));
}

std::string_view word(ImagePull pull)
{
    switch (pull) {
    case ImagePull::always:
        return "always";
    case ImagePull::never:
        return "never";
    default:
        return "missing";
    }
}

// The fields of --mount are separated by commas and quoted as in CSV, differently by each engine.
Result<void> check_path(const std::string& path)
{
    if (path.find_first_of(",\"\n") == std::string::npos)
        return {};
    return Error{
        Errc::invalid, fmt::format(
                           "the directory '{}' cannot be mounted in a container: its name has a "
                           "comma, quote or newline",
                           printable_path(path)
                       )};
}

std::string mount_of(const std::string& source, std::string_view target, std::string_view rest)
{
    return fmt::format("--mount=type=bind,source={},target={}{}", source, target, rest);
}

} // namespace

Result<EngineCall> engine_call(const ContainerEngine& engine, const Command& command)
{
    if (command.image.empty())
        return Error{Errc::invalid, "transform.image is empty: containers need an image"};
    for (const std::string& path : {command.pfs, command.scratch})
        if (auto good = check_path(path); !good)
            return good.error();
    EngineCall call;
    call.argv = {
        engine.program,
        "run",
        "--rm",
        "--name=" + command.name,
        fmt::format("--pull={}", word(command.pull)),
        "--log-driver=none",            // we keep the log
        "--security-opt=label=disable", // or SELinux hides our directories
        mount_of(command.pfs, "/pfs", ",readonly"),
        mount_of(command.pfs + "/out", "/pfs/out", ""),
        mount_of(command.scratch, "/scratch", ""),
    };
    // The files that docker's daemon makes would belong to root; podman's belong to us.
    if (engine.is_docker() && ::geteuid() != 0)
        call.argv.push_back(fmt::format("--user={}:{}", ::geteuid(), ::getegid()));
    add_limits(command, call);
    add_environment(engine, command, call);
    call.argv.push_back("--entrypoint=" + command.argv.front());
    call.argv.push_back(command.image);
    call.argv.insert(call.argv.end(), command.argv.begin() + 1, command.argv.end());
    return call;
}

Result<ContainerEngine> find_container_engine(std::vector<std::string> environment)
{
    std::string_view path;
    for (const std::string& variable : environment)
        if (variable.starts_with("PATH="))
            path = std::string_view(variable).substr(5);
    const std::vector<std::string> directories = split(path, ':');
    for (const char* name : {"podman", "docker"})
        for (const std::string& directory : directories)
            if (std::string program = fmt::format("{}/{}", directory, name);
                directory.starts_with('/') && ::access(program.c_str(), X_OK) == 0)
                return ContainerEngine{std::move(program), std::move(environment)};
    return Error{
        Errc::unavailable,
        "neither podman nor docker is on the PATH: install one, or use --executor process"};
}

} // namespace sluice
