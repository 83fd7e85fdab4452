// SPDX-License-Identifier: Apache-2.0
#include "cli/worker_install.h"

#include "base/os.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

namespace sluice {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view program = "worker";

Result<void> install_file(const fs::path& from, const fs::path& to)
{
    const fs::path part = to.string() + ".part";
    std::error_code problem;
    fs::copy_file(from, part, fs::copy_options::overwrite_existing, problem); // and permissions
    if (problem)
        return os_error("copy to", part.string(), problem.value());
    if (std::rename(part.c_str(), to.c_str()) != 0)
        return os_error("create", to.string(), errno);
    return {};
}

Result<void> copy_all(const fs::path& from, const fs::path& to)
{
    std::error_code problem;
    fs::create_directories(to, problem);
    if (problem)
        return os_error("create", to.string(), problem.value());
    for (const fs::directory_entry& entry : fs::directory_iterator(from, problem)) {
        const fs::path name = entry.path().filename();
        if (name == program)
            continue;
        const Result<void> copied = entry.is_directory(problem) ? copy_all(entry, to / name)
                                                                : install_file(entry, to / name);
        if (!copied)
            return copied.error();
    }
    if (problem)
        return os_error("read", from.string(), problem.value());
    return {};
}

} // namespace

Result<std::string> worker_directory()
{
    std::error_code problem;
    const fs::path own = fs::read_symlink("/proc/self/exe", problem);
    if (problem)
        return os_error("read", "/proc/self/exe", problem.value());
    const fs::path directory = own.parent_path().parent_path() / "lib/sluice/worker";
    if (!fs::exists(directory / program, problem))
        return Error{
            Errc::not_found,
            fmt::format("there is no worker for pods in '{}'", directory.string())};
    return directory.string();
}

Result<void> install_worker(const std::string& source, const std::string& target)
{
    const Result<void> copied = copy_all(source, target);
    if (!copied)
        return copied.error();
    return install_file(fs::path(source) / program, fs::path(target) / program);
}

} // namespace sluice
