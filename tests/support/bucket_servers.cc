// SPDX-License-Identifier: Apache-2.0
#include "support/bucket_servers.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::testing {

namespace {

using Ends = std::array<int, 2>;

Ends make_pipe()
{
    Ends ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::runtime_error("no pipe for a bucket server");
    return ends;
}

} // namespace

BucketServer::BucketServer(const std::string& program)
{
    const std::string path = std::string(SLUICE_TEST_SUPPORT) + "/" + program;
    const Ends orders = make_pipe();
    const Ends answers = make_pipe();
    process_ = ::fork();
    if (process_ == 0) {
        ::dup2(orders[0], STDIN_FILENO);
        ::dup2(answers[1], STDOUT_FILENO);
        ::execl(path.c_str(), path.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(orders[0]);
    ::close(answers[1]);
    to_ = orders[1];
    from_ = answers[0];
    try {
        if (process_ < 0)
            throw std::runtime_error("cannot start " + program);
        about_ = nlohmann::ordered_json::parse(read_line());
    } catch (const std::exception& error) {
        end();
        throw std::runtime_error(program + " did not start: " + error.what());
    }
}

BucketServer::~BucketServer()
{
    end();
}

void BucketServer::end()
{
    ::close(to_);
    ::close(from_);
    while (process_ > 0 && ::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

nlohmann::ordered_json BucketServer::ask(const nlohmann::ordered_json& request)
{
    const std::string line = request.dump() + "\n";
    for (std::size_t at = 0; at < line.size();) {
        const ssize_t count = ::write(to_, line.data() + at, line.size() - at);
        if (count < 0 && errno != EINTR)
            throw std::runtime_error("the bucket server is away");
        at += count < 0 ? 0 : static_cast<std::size_t>(count);
    }
    nlohmann::ordered_json answer = nlohmann::ordered_json::parse(read_line());
    if (answer.contains("error"))
        throw std::runtime_error(answer["error"].get<std::string>());
    return answer;
}

std::string BucketServer::read_line()
{
    std::string line;
    for (char c = 0; c != '\n';) {
        const ssize_t count = ::read(from_, &c, 1);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            throw std::runtime_error("the bucket server has ended; its reason stands above");
        line += c;
    }
    return line;
}

} // namespace sluice::testing
