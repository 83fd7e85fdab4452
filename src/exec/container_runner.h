// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "exec/command.h"

#include <memory>
#include <span>

namespace sluice {

class WorkerThreads;

// A container engine's command line program.
struct ContainerEngine {
    std::string program;          // absolute path of podman or docker
    std::vector<std::string> env; // what the engine itself runs with: ours, "NAME=value"

    bool is_docker() const { return program.ends_with("/docker"); }
};

// podman, or else docker, on the PATH in `environment`. Errors: unavailable.
Result<ContainerEngine> find_container_engine(std::vector<std::string> environment);

// Runs commands in containers of their image, with memory and cpu enforced. Both references must
// outlive the runner. When we are killed the engine is told to stop the container.
std::unique_ptr<CommandRunner>
make_container_runner(ContainerEngine engine, WorkerThreads& threads, const Clock& clock);

// How the engine is called for `command`: argv and the complete environment. Values of variables
// stay out of argv, where everybody can read them, unless the engine would take them for its own.
// Errors (invalid): no image, a directory whose name an engine cannot take.
struct EngineCall {
    std::vector<std::string> argv;
    std::vector<std::string> env;
};
Result<EngineCall> engine_call(const ContainerEngine& engine, const Command& command);

} // namespace sluice
