// SPDX-License-Identifier: Apache-2.0
// Built without sanitizers, precompiled header and stack protector; read keeper.h before a change.
#include "exec/keeper.h"

#include "exec/raw_syscall.h"

#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/signalfd.h>
#include <linux/time_types.h>
#include <linux/wait.h>
#include <sys/syscall.h>

#include <cerrno>

namespace sluice {

namespace {

constexpr int control_fd = 3;
constexpr int signals_fd = 4;
constexpr int signal_max = 64;
constexpr long block_signals = SIG_SETMASK;

// What the kernel takes for rt_sigaction and signal sets; the C library's types differ.
struct KernelAction {
    void* handler;
    unsigned long flags;
    void* restorer;
    std::uint64_t mask;
};

template <class T>
long address(T* pointer)
{
    return reinterpret_cast<long>(pointer);
}

void send_report(KeeperEvent event, int step, int value)
{
    const KeeperReport report{event, step, value};
    raw_syscall(SYS_write, control_fd, address(&report), sizeof report);
}

[[noreturn]] void end(int status)
{
    for (;;)
        raw_syscall(SYS_exit_group, status);
}

bool run_steps(const KeeperSteps& steps, KeeperEvent failure)
{
    for (std::size_t i = 0; i < steps.count; ++i) {
        const KeeperStep& step = steps.first[i];
        const long result = raw_syscall(
            step.number, step.args[0], step.args[1], step.args[2], step.args[3], step.args[4]
        );
        if (result >= 0 && step.if_failed == IfFailed::try_next)
            ++i;
        if (result < 0 && step.if_failed == IfFailed::stop) {
            send_report(failure, static_cast<int>(i), static_cast<int>(-result));
            return false;
        }
    }
    return true;
}

// Handlers vanish at exec, but an ignored signal would stay ignored in the command.
void reset_signals()
{
    const KernelAction standard{};
    for (int signal = 1; signal <= signal_max; ++signal)
        raw_syscall(SYS_rt_sigaction, signal, address(&standard), 0, sizeof standard.mask);
    const std::uint64_t none = 0;
    raw_syscall(SYS_rt_sigprocmask, block_signals, address(&none), 0, sizeof none);
}

// As execvp does: the first program that is there; a forbidden one is remembered.
int execute(const KeeperPlan& plan)
{
    int failure = ENOENT;
    for (const char* const* program = plan.programs; *program; ++program) {
        const int error = static_cast<int>(
            -raw_syscall(SYS_execve, address(*program), address(plan.argv), address(plan.envp))
        );
        if (error == EACCES)
            failure = EACCES;
        else if (error != ENOENT && error != ENOTDIR)
            return error;
    }
    return failure;
}

int command_main(void* given)
{
    const KeeperPlan& plan = *static_cast<const KeeperPlan*>(given);
    raw_syscall(SYS_setsid);
    reset_signals();
    if (run_steps(plan.launch, KeeperEvent::launch_failed))
        send_report(KeeperEvent::exec_failed, 0, execute(plan));
    end(127);
}

void take_descriptors(const KeeperPlan& plan)
{
    // Ours are all above the five, so none is overwritten before it is used.
    raw_syscall(SYS_dup3, plan.input, 0, 0);
    raw_syscall(SYS_dup3, plan.output, 1, 0);
    raw_syscall(SYS_dup3, plan.error, 2, 0);
    raw_syscall(SYS_dup3, plan.control, control_fd, O_CLOEXEC);
    raw_syscall(SYS_close_range, signals_fd, ~0u, 0);
}

// Signals come through a descriptor; all are blocked since before the keeper began.
void listen_to_children()
{
    const KernelAction standard{};
    raw_syscall(SYS_rt_sigaction, SIGCHLD, address(&standard), 0, sizeof standard.mask);
    const std::uint64_t child = std::uint64_t{1} << (SIGCHLD - 1);
    raw_syscall(SYS_signalfd4, -1, address(&child), sizeof child, SFD_CLOEXEC | SFD_NONBLOCK);
}

// Kills our children: the command, and orphans that have become ours. False when there are none.
bool signal_children(int signal)
{
    const long file =
        raw_syscall(SYS_openat, AT_FDCWD, address("/proc/thread-self/children"), O_RDONLY);
    if (file < 0)
        return false;
    char text[4096];
    const long size = raw_syscall(SYS_read, file, address(text), sizeof text);
    raw_syscall(SYS_close, file);
    long pid = 0;
    for (long i = 0; i < size; ++i) {
        if (text[i] >= '0' && text[i] <= '9') {
            pid = pid * 10 + (text[i] - '0');
        } else if (pid > 0) {
            raw_syscall(SYS_kill, pid, signal);
            pid = 0;
        }
    }
    return size > 0;
}

void signal_all(KeeperMode mode, long command, int signal)
{
    if (mode == KeeperMode::pid_namespace)
        raw_syscall(SYS_kill, -1, signal);
    else
        raw_syscall(SYS_kill, -command, signal);
    if (mode == KeeperMode::subreaper)
        signal_children(signal);
}

struct Wakeups {
    bool order;
    bool child;
};

Wakeups wait_for_wakeups(long milliseconds)
{
    pollfd sources[2] = {{control_fd, POLLIN, 0}, {signals_fd, POLLIN, 0}};
    const __kernel_timespec limit{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
    raw_syscall(
        SYS_ppoll, address(sources), 2, milliseconds < 0 ? 0 : address(&limit), 0,
        sizeof(std::uint64_t)
    );
    signalfd_siginfo ignored;
    while (raw_syscall(SYS_read, signals_fd, address(&ignored), sizeof ignored) > 0) {
    }
    return {sources[0].revents != 0, sources[1].revents != 0};
}

// Kills and reaps until there are no children. Orphans of the killed become ours in turn. One that
// cannot be killed (it changed its user) is given up after 5 s.
void sweep(long command)
{
    signal_all(KeeperMode::subreaper, command, SIGKILL);
    for (int rounds = 100; rounds > 0;) {
        const long reaped = raw_syscall(SYS_wait4, -1, 0, WNOHANG | __WALL, 0);
        if (reaped == -ECHILD)
            return;
        if (reaped > 0)
            continue;
        signal_children(SIGKILL);
        pollfd source{signals_fd, POLLIN, 0};
        const __kernel_timespec limit{0, 50'000'000};
        raw_syscall(SYS_ppoll, address(&source), 1, address(&limit), 0, sizeof(std::uint64_t));
        signalfd_siginfo ignored;
        while (raw_syscall(SYS_read, signals_fd, address(&ignored), sizeof ignored) > 0) {
        }
        --rounds;
    }
}

// Reaps whatever ended; true when the command did.
bool reap(long command)
{
    for (;;) {
        int status = 0;
        const long reaped = raw_syscall(SYS_wait4, -1, address(&status), WNOHANG | __WALL, 0);
        if (reaped == command) {
            send_report(KeeperEvent::ended, 0, status);
            return true;
        }
        if (reaped <= 0)
            return false;
    }
}

// Obeys the orders of our maker until the command has ended, or must not live on.
void watch(const KeeperPlan& plan, long command)
{
    bool orphaned = false;
    for (;;) {
        const Wakeups wakeups = wait_for_wakeups(orphaned ? 10'000 : -1);
        if (wakeups.child && reap(command))
            return;
        if (orphaned && !wakeups.child) {
            signal_all(plan.mode, command, SIGKILL);
            return;
        }
        if (orphaned || !wakeups.order)
            continue;
        char order = 0;
        const long size = raw_syscall(SYS_read, control_fd, address(&order), 1);
        if (size == 1 && order == static_cast<char>(KeeperOrder::terminate)) {
            signal_all(plan.mode, command, SIGTERM);
        } else if (size == 1 || plan.mode != KeeperMode::single) {
            signal_all(plan.mode, command, SIGKILL);
            if (size != 1)
                return;
        } else {
            // A container engine passes SIGTERM on; killing it would leave the container alone.
            signal_all(plan.mode, command, SIGTERM);
            orphaned = true;
            raw_syscall(SYS_dup3, signals_fd, control_fd, O_CLOEXEC);
        }
    }
}

} // namespace

int keeper_main(void* given)
{
    const KeeperPlan& plan = *static_cast<const KeeperPlan*>(given);
    take_descriptors(plan);
    listen_to_children();
    if (!run_steps(plan.setup, KeeperEvent::setup_failed))
        end(1);
    const long command =
        plan.clone(command_main, plan.command_stack, CLONE_VM | CLONE_VFORK | SIGCHLD, given);
    if (command < 0) {
        send_report(KeeperEvent::launch_failed, -1, EAGAIN);
        end(1);
    }
    watch(plan, command);
    if (plan.mode == KeeperMode::subreaper)
        sweep(command);
    end(0);
}

} // namespace sluice
