// SPDX-License-Identifier: Apache-2.0
#include "exec/command_process.h"

#include "base/text.h"
#include "exec/keeper_script.h"

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice {

namespace {

constexpr std::size_t stack_bytes = 64u << 10;
constexpr int pipe_bytes = 256 << 10; // fewer wake-ups for commands that write a lot
constexpr std::string_view default_path = "/usr/local/bin:/usr/bin:/bin";

class Stack {
public:
    Stack()
        : memory_(::mmap(
              nullptr, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0
          ))
    {
        if (memory_ == MAP_FAILED)
            throw std::bad_alloc();
    }
    ~Stack() { ::munmap(memory_, stack_bytes); }
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    void* top() const { return static_cast<char*>(memory_) + stack_bytes; }

private:
    void* memory_;
};

bool may_mount()
{
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2] = {};
    if (::syscall(SYS_capget, &header, data) != 0)
        return false;
    return (data[0].effective & (1u << CAP_SYS_ADMIN)) != 0;
}

std::string_view value_of(const std::vector<std::string>& env, std::string_view name)
{
    for (const std::string& variable : env)
        if (variable.starts_with(name) && variable.size() > name.size() &&
            variable[name.size()] == '=')
            return std::string_view(variable).substr(name.size() + 1);
    return {};
}

std::vector<std::string> programs_of(const Command& command)
{
    const std::string& program = command.argv.front();
    if (program.find('/') != std::string::npos || program.empty())
        return {program};
    std::string_view path = value_of(command.env, "PATH");
    if (path.empty())
        path = default_path;
    std::vector<std::string> programs;
    for (const std::string& directory : split(path, ':'))
        programs.push_back(fmt::format("{}/{}", directory.empty() ? "." : directory, program));
    return programs;
}

std::vector<const char*> pointers(const std::vector<std::string>& texts)
{
    std::vector<const char*> list;
    for (const std::string& text : texts)
        list.push_back(text.c_str());
    list.push_back(nullptr);
    return list;
}

Result<std::string> canonical(const std::string& path)
{
    const std::unique_ptr<char, decltype(&std::free)> real{
        ::realpath(path.c_str(), nullptr), &std::free};
    if (!real)
        return os_error("use the directory", path, errno);
    return std::string(real.get());
}

// Above the five descriptors that the keeper fills.
Fd moved_up(Fd fd)
{
    return Fd{::fcntl(fd.get(), F_DUPFD_CLOEXEC, 16)};
}

constexpr std::string_view namespace_hint =
    "; this system does not let a command have a /pfs of its own: use --executor container, or "
    "run it without isolation and let it find its files through SLUICE_PFS and SLUICE_SCRATCH";

} // namespace

// Everything that the keeper reads.
struct CommandProcess::Memory {
    explicit Memory(const Command& command, Stragglers stragglers)
        : argv(command.argv),
          env(command.env),
          programs(programs_of(command)),
          isolated(command.isolation == Isolation::mount_namespace),
          working_directory(command.working_directory)
    {
        plan.mode = isolated                         ? KeeperMode::pid_namespace
                    : stragglers == Stragglers::kill ? KeeperMode::subreaper
                                                     : KeeperMode::single;
    }

    Result<void> prepare(const Command& command);
    Result<void> prepare_places(const Command& command);
    int flags() const;

    std::vector<std::string> argv;
    std::vector<std::string> env;
    std::vector<std::string> programs;
    bool isolated;
    bool user_namespace = false;
    std::string working_directory;

    std::vector<const char*> argv_list;
    std::vector<const char*> env_list;
    std::vector<const char*> program_list;
    KeeperScript setup;
    KeeperScript launch;
    KeeperPlan plan{};
    Stack keeper_stack;
    Stack command_stack;
    Fd input, output, error, control; // the keeper's ends
};

// What the command finds its data by.
Result<void> CommandProcess::Memory::prepare_places(const Command& command)
{
    if (!isolated && command.pfs.empty() && command.scratch.empty())
        return {};
    const Result<std::string> pfs = canonical(command.pfs);
    if (!pfs)
        return pfs.error();
    const Result<std::string> scratch = canonical(command.scratch);
    if (!scratch)
        return scratch.error();
    env.push_back(fmt::format("SLUICE_PFS={}", isolated ? "/pfs" : *pfs));
    env.push_back(fmt::format("SLUICE_SCRATCH={}", isolated ? "/scratch" : *scratch));
    if (isolated)
        add_new_root(setup, *pfs, *scratch);
    return {};
}

Result<void> CommandProcess::Memory::prepare(const Command& command)
{
    program_list = pointers(programs);

    setup.add("name the keeper", SYS_prctl, {PR_SET_NAME, setup.text("sluice-keeper")});
    if (plan.mode == KeeperMode::subreaper)
        setup.add("adopt orphans", SYS_prctl, {PR_SET_CHILD_SUBREAPER, 1});
    user_namespace = isolated && !may_mount();
    if (user_namespace)
        add_user_mapping(setup);
    if (auto prepared = prepare_places(command); !prepared)
        return prepared;
    argv_list = pointers(argv);
    env_list = pointers(env);

    if (!working_directory.empty())
        launch.add("enter", SYS_chdir, {launch.text(working_directory)});
    // When memory runs out the command goes before us. A vforked child has this for itself.
    const long score_file = launch.text("/proc/self/oom_score_adj");
    const auto nicety = IfFailed::go_on;
    launch.add("", SYS_openat, {AT_FDCWD, score_file, O_WRONLY | O_CLOEXEC}, nicety);
    launch.add("", SYS_write, {first_free_fd, launch.text("500"), 3}, nicety);
    launch.add("", SYS_close, {first_free_fd}, nicety);

    plan.setup = setup.steps();
    plan.launch = launch.steps();
    plan.programs = program_list.data();
    plan.argv = argv_list.data();
    plan.envp = env_list.data();
    plan.command_stack = command_stack.top();
    plan.clone = &::clone;
    return {};
}

int CommandProcess::Memory::flags() const
{
    int flags = CLONE_VM | CLONE_PIDFD;
    if (isolated)
        flags |= CLONE_NEWNS | CLONE_NEWPID;
    if (user_namespace)
        flags |= CLONE_NEWUSER;
    return flags;
}

CommandProcess::CommandProcess() = default;

CommandProcess::~CommandProcess()
{
    if (keeper_) {
        order(KeeperOrder::kill);
        reap();
    }
}

Result<std::unique_ptr<CommandProcess>>
CommandProcess::start(const Command& command, Stragglers stragglers)
{
    std::unique_ptr<CommandProcess> process{new CommandProcess};
    process->memory_ = std::make_unique<Memory>(command, stragglers);
    if (auto prepared = process->memory_->prepare(command); !prepared)
        return prepared.error();
    if (auto opened = process->open_channels(); !opened)
        return opened.error();
    if (auto spawned = process->spawn(); !spawned)
        return spawned.error();
    return process;
}

Result<void> CommandProcess::open_channels()
{
    Memory& memory = *memory_;
    memory.input = moved_up(Fd{::open("/dev/null", O_RDONLY | O_CLOEXEC)});
    const auto make_pipe = [](Fd& ours, Fd& theirs) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return false;
        ours = Fd{ends[0]};
        theirs = moved_up(Fd{ends[1]});
        ::fcntl(ours.get(), F_SETPIPE_SZ, pipe_bytes);
        return theirs && ::fcntl(ours.get(), F_SETFL, O_NONBLOCK) == 0;
    };
    int pair[2] = {-1, -1};
    const bool good = memory.input && make_pipe(output_, memory.output) &&
                      make_pipe(error_, memory.error) &&
                      ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0;
    const int failure = errno;
    if (!good)
        return Error{
            Errc::unavailable, fmt::format("cannot start a command: {}", os_message(failure))};
    control_ = Fd{pair[0]};
    memory.control = moved_up(Fd{pair[1]});
    memory.plan.input = memory.input.get();
    memory.plan.output = memory.output.get();
    memory.plan.error = memory.error.get();
    memory.plan.control = memory.control.get();
    return {};
}

Result<void> CommandProcess::spawn()
{
    // A signal that reached the keeper would run our handlers in our memory.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    int pidfd = -1;
    const int pid =
        ::clone(keeper_main, memory_->keeper_stack.top(), memory_->flags(), &memory_->plan, &pidfd);
    const int failure = errno;
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    memory_->input.reset();
    memory_->output.reset();
    memory_->error.reset();
    memory_->control.reset();
    if (pid < 0)
        return Error{
            Errc::unavailable,
            fmt::format(
                "cannot start a command: {}{}", os_message(failure),
                memory_->isolated && failure != EAGAIN && failure != ENOMEM ? namespace_hint : ""
            )};
    keeper_ = Fd{pidfd};
    return {};
}

void CommandProcess::order(KeeperOrder order)
{
    // Fails when the keeper has gone, and then there is nothing to order.
    ::send(control_.get(), &order, sizeof order, MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::optional<KeeperReport> CommandProcess::take_report()
{
    KeeperReport report{};
    const ssize_t size = ::recv(control_.get(), &report, sizeof report, MSG_DONTWAIT);
    if (size != sizeof report)
        return std::nullopt;
    return report;
}

void CommandProcess::reap()
{
    siginfo_t info{};
    while (::waitid(static_cast<idtype_t>(P_PIDFD), keeper_.get(), &info, WEXITED | __WALL) != 0 &&
           errno == EINTR) {
    }
    keeper_.reset();
}

Result<CommandEnd> CommandProcess::explain(const KeeperReport& report) const
{
    const std::string cause = os_message(report.value);
    CommandEnd end{.kind = EndKind::not_started};
    const bool refused = report.value == EPERM || report.value == EACCES || report.value == ENOSYS;
    switch (report.event) {
    case KeeperEvent::setup_failed:
        return Error{
            Errc::unavailable,
            fmt::format(
                "cannot {}: {}{}", printable_path(memory_->setup.label(report.step)), cause,
                refused && memory_->isolated ? namespace_hint : ""
            )};
    case KeeperEvent::launch_failed:
        if (report.step < 0)
            return Error{Errc::unavailable, fmt::format("cannot start a command: {}", cause)};
        end.error = fmt::format(
            "cannot enter the working directory '{}': {}",
            printable_path(memory_->working_directory), cause
        );
        return end;
    default:
        end.error = fmt::format(
            "cannot start '{}': {}{}", printable_path(memory_->argv.front()), cause,
            report.value == ENOEXEC ? " (a script needs a first line such as #!/bin/sh)" : ""
        );
        return end;
    }
}

} // namespace sluice
