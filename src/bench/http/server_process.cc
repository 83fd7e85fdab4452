// SPDX-License-Identifier: Apache-2.0
#include "bench/http/server_process.h"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::bench {

namespace {

constexpr int start_ms_max = 120'000; // a large database may have to be migrated
constexpr int end_ms_max = 15'000;    // the server's own patience is 10 s

std::vector<char*> pointers(std::vector<std::string>& texts)
{
    std::vector<char*> list;
    for (std::string& text : texts)
        list.push_back(text.data());
    list.push_back(nullptr);
    return list;
}

// Ours, and leave for webhooks to reach this machine.
std::vector<std::string> environment_of_server()
{
    std::vector<std::string> variables;
    for (char** variable = ::environ; *variable; ++variable)
        variables.emplace_back(*variable);
    variables.emplace_back("SKIP_SSRF_VALIDATION=1");
    return variables;
}

// In the child, where only system calls are safe.
[[noreturn]] void
become(const char* program, char* const* arguments, char* const* environment, int output)
{
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::dup2(output, STDOUT_FILENO);
    ::close_range(3, ~0u, 0); // the sockets and files of this process
    ::execve(program, arguments, environment);
    ::_exit(127);
}

bool is_readable_within(int fd, int milliseconds)
{
    pollfd wanted{fd, POLLIN, 0};
    int count = 0;
    do
        count = ::poll(&wanted, 1, milliseconds);
    while (count < 0 && errno == EINTR);
    return count > 0;
}

// "sluice is listening on http://127.0.0.1:8085" → 8085
std::uint16_t port_in(std::string_view line)
{
    const std::string_view text = line.substr(line.rfind(':') + 1);
    std::uint16_t port = 0;
    std::from_chars(text.data(), text.data() + text.size(), port);
    return port;
}

} // namespace

Result<std::unique_ptr<ServerProcess>> ServerProcess::start(const HttpBenchOptions& options)
{
    std::vector<std::string> words{"sluice",      "serve", "--listen",
                                   "127.0.0.1:0", "--db",  options.url};
    std::vector<std::string> variables = environment_of_server();
    const std::vector<char*> arguments = pointers(words);
    const std::vector<char*> environment = pointers(variables);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return Error{Errc::unavailable, "cannot make a pipe: " + os_message(errno)};
    Fd output{ends[0]};
    Fd input{ends[1]};
    const pid_t pid = ::fork();
    if (pid < 0)
        return Error{Errc::unavailable, "cannot start the server: " + os_message(errno)};
    if (pid == 0)
        become(options.program.c_str(), arguments.data(), environment.data(), input.get());
    input.reset(); // or its end could not be seen
    std::unique_ptr<ServerProcess> process(new ServerProcess(pid, std::move(output)));
    if (const Result<void> listening = process->wait_until_listening(); !listening)
        return listening.error();
    return process;
}

ServerProcess::~ServerProcess()
{
    const Fd end{static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0))};
    ::kill(pid_, SIGTERM);
    if (!end || !is_readable_within(end.get(), end_ms_max))
        ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

Result<void> ServerProcess::wait_until_listening()
{
    std::string line;
    while (line.find('\n') == std::string::npos) {
        char bytes[256];
        if (!is_readable_within(output_.get(), start_ms_max))
            return Error{Errc::timed_out, "the server does not listen after two minutes"};
        const ssize_t count = ::read(output_.get(), bytes, sizeof bytes);
        if (count <= 0)
            return Error{Errc::unavailable, "the server has ended before it listened"};
        line.append(bytes, static_cast<std::size_t>(count));
    }
    port_ = port_in(line.substr(0, line.find('\n')));
    if (port_ == 0)
        return Error{Errc::unavailable, fmt::format("the server listens nowhere: {}", line)};
    return {};
}

double ServerProcess::resident_mib() const
{
    std::ifstream status(fmt::format("/proc/{}/status", pid_));
    for (std::string word; status >> word;) {
        double kib = 0;
        if (word == "VmRSS:" && status >> kib)
            return kib / 1024;
    }
    return 0;
}

} // namespace sluice::bench
