// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/sqlite/session.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

namespace sluice::sqlite::testing {

// A directory for one test, removed at its end.
class ScratchDirectory {
public:
    ScratchDirectory()
    {
        std::string name = (std::filesystem::temp_directory_path() / "sluice-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no scratch directory");
        path_ = name;
    }
    ~ScratchDirectory() { std::filesystem::remove_all(path_); }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    std::string file(const std::string& name) const { return (path_ / name).string(); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline std::unique_ptr<Session> connected(const SqliteOptions& options)
{
    std::unique_ptr<Session> session = make_sqlite_session(options);
    session->connect();
    return session;
}

// What `work` throws; fails the test when it does not.
inline StoreFailure failure_in(const std::function<void()>& work)
{
    try {
        work();
    } catch (const StoreFailure& failure) {
        return failure;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {StoreFailure::Kind::refused, {}};
}

inline bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

// A process that has run `work` and then waits to be killed.
class Child {
public:
    explicit Child(const std::function<void()>& work)
    {
        int ends[2];
        if (::pipe(ends) != 0)
            throw std::runtime_error("no pipe");
        pid_ = ::fork();
        if (pid_ == 0) {
            work();
            [[maybe_unused]] const ssize_t told = ::write(ends[1], "r", 1);
            for (;;)
                ::pause();
        }
        char ready = 0;
        [[maybe_unused]] const ssize_t heard = ::read(ends[0], &ready, 1);
        ::close(ends[0]);
        ::close(ends[1]);
    }
    ~Child() { kill(); }

    void kill()
    {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        pid_ = 0;
    }

private:
    pid_t pid_ = 0;
};

} // namespace sluice::sqlite::testing
