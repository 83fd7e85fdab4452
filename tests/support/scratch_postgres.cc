// SPDX-License-Identifier: Apache-2.0
#include "support/scratch_postgres.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <set>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace sluice::testing {

namespace {

struct Pipe {
    Pipe()
    {
        if (::pipe2(ends.data(), O_CLOEXEC) != 0)
            throw std::runtime_error("no pipe for scratch_postgres");
    }
    ~Pipe()
    {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    void close_end(std::size_t end)
    {
        if (ends[end] >= 0)
            ::close(std::exchange(ends[end], -1));
    }

    std::array<int, 2> ends{-1, -1};
};

// The cluster lives as long as our end of the pipe to the script is open: until this object dies
// or the process does.
class Cluster {
public:
    Cluster()
    {
        script_ = ::fork();
        if (script_ < 0)
            throw std::runtime_error("cannot start scratch_postgres");
        if (script_ == 0)
            run_script();
        to_script_.close_end(0);
        from_script_.close_end(1);
        read_address();
    }

    ~Cluster()
    {
        to_script_.close_end(1);
        while (::waitpid(script_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }

    std::string url(const std::string& database) const
    {
        return fmt::format(
            "postgresql:///{}?host={}&port={}&user=sluice", database, socket_, port_
        );
    }

    std::string tcp_url(const std::string& database) const
    {
        return fmt::format("postgresql://sluice@127.0.0.1:{}/{}", port_, database);
    }

    void execute(const std::string& sql) const
    {
        const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
            PQconnectdb(url("postgres").c_str()), &PQfinish
        );
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(
            PQexec(connection.get(), sql.c_str()), &PQclear
        );
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
            throw std::runtime_error(
                fmt::format("scratch cluster: {}: {}", sql, PQerrorMessage(connection.get()))
            );
    }

    std::set<std::string> recipes; // the databases to copy from
    int databases = 0;

private:
    [[noreturn]] void run_script()
    {
        ::dup2(to_script_.ends[0], STDIN_FILENO);
        ::dup2(from_script_.ends[1], STDOUT_FILENO);
        ::execl(SLUICE_SCRATCH_POSTGRES, SLUICE_SCRATCH_POSTGRES, nullptr);
        ::_exit(127);
    }

    void read_address()
    {
        std::string line;
        for (char c = 0; ::read(from_script_.ends[0], &c, 1) == 1 && c != '\n';)
            line += c;
        const std::size_t space = line.find(' ');
        if (space == std::string::npos)
            throw std::runtime_error("scratch_postgres did not start; its reason stands above");
        socket_ = line.substr(0, space);
        port_ = line.substr(space + 1);
    }

    Pipe to_script_;
    Pipe from_script_;
    pid_t script_ = -1;
    std::string socket_;
    std::string port_;
};

Cluster& cluster()
{
    static Cluster one;
    return one;
}

} // namespace

ScratchDatabase::ScratchDatabase()
{
    create("template0");
}

ScratchDatabase::ScratchDatabase(
    const std::string& recipe, const std::function<void(const std::string& url)>& prepare
)
{
    if (!cluster().recipes.contains(recipe)) {
        cluster().execute(fmt::format("CREATE DATABASE {}", recipe));
        prepare(cluster().url(recipe));
        cluster().recipes.insert(recipe);
    }
    create(recipe);
}

void ScratchDatabase::create(const std::string& source)
{
    name_ = fmt::format("test_{}", ++cluster().databases);
    cluster().execute(fmt::format("CREATE DATABASE {} TEMPLATE {}", name_, source));
    url_ = cluster().url(name_);
    tcp_url_ = cluster().tcp_url(name_);
}

ScratchDatabase::~ScratchDatabase()
{
    try {
        cluster().execute(fmt::format("DROP DATABASE {} WITH (FORCE)", name_));
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
}

} // namespace sluice::testing
