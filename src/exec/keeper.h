// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

// Each attempt has a keeper: a process between us and the command, made with clone(CLONE_VM) so
// that it costs no copy of our memory and no exec. It is the first process of the attempt's PID
// namespace; when it ends, by itself or with us, the kernel kills everything in there, daemons
// included. It also sets up the mounts and starts the command.
//
// It shares our memory while our threads run on, so keeper.cc uses prepared data and raw system
// calls only: no C library, no allocation, no locks, no sanitizers, nothing that touches thread
// locals.
//
// The control socket (SOCK_SEQPACKET) carries KeeperReport to us and KeeperOrder to the keeper.
// Its end of file means that we are dead: the keeper then kills everything, whichever way we died.

namespace sluice {

enum class IfFailed : std::uint8_t {
    stop,     // report the step and end
    go_on,    // it was a nicety
    try_next, // the next step is the second best; it is left out when this one works
};

// One prepared system call. Steps that open a file get the lowest free descriptor, first_free_fd.
struct KeeperStep {
    long number;
    long args[5];
    IfFailed if_failed;
};

struct KeeperSteps {
    const KeeperStep* first;
    std::size_t count;
};

enum class KeeperMode : std::uint8_t {
    pid_namespace, // the kernel kills what is left
    subreaper,     // the keeper kills its children until there are none
    single,        // what the command leaves running is left alone (a container engine's parts)
};

enum class KeeperOrder : char { terminate = 'T', kill = 'K' };

enum class KeeperEvent : std::int32_t {
    setup_failed,  // step: index into setup; value: errno
    launch_failed, // step: index into launch; value: errno
    exec_failed,   // value: errno
    ended,         // value: wait status of the command
};

struct KeeperReport {
    KeeperEvent event;
    std::int32_t step;
    std::int32_t value;
};

// The keeper moves its descriptors to 0 (input), 1, 2 (output), 3 (control), 4 (child signals).
inline constexpr int first_free_fd = 5;

struct KeeperPlan {
    KeeperMode mode;
    int input;
    int output;
    int error;
    int control;
    KeeperSteps setup;           // by the keeper, before there is a command
    KeeperSteps launch;          // by the command's process, before exec
    const char* const* programs; // paths to try in turn, ended by null
    const char* const* argv;
    const char* const* envp;
    void* command_stack; // top of the stack of the command's process until exec
    int (*clone)(int (*)(void*), void*, int, void*, ...); // ours, looked up before
};

// The body of the keeper process; `plan` is a KeeperPlan.
int keeper_main(void* plan);

} // namespace sluice
