// SPDX-License-Identifier: Apache-2.0
#include "app/work_place.h"

#include "app/directories.h"
#include "exec/container_runner.h"
#include "exec/process_runner.h"
#include "exec/remove_tree.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view lock_ending = ".lock";

bool is_file_at(const Fd& file, const std::string& path)
{
    struct stat mine = {};
    struct stat there = {};
    return fstat(file.get(), &mine) == 0 && stat(path.c_str(), &there) == 0 &&
           mine.st_ino == there.st_ino;
}

// An open and locked file; empty when another process has the lock.
Result<Fd> lock_file(const std::string& path)
{
    for (;;) {
        Fd file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (!file)
            return os_error("make the file", path, errno);
        if (flock(file.get(), LOCK_EX | LOCK_NB) != 0)
            return Fd();
        if (is_file_at(file, path)) // else another process has just tidied it up
            return file;
    }
}

// Removes what processes that were killed have left. Whatever goes wrong is tried by the next one.
void remove_leftovers(const std::string& folder, const Log& log)
{
    std::error_code problem;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, problem)) {
        const std::string path = entry.path();
        if (!path.ends_with(lock_ending))
            continue;
        const Result<Fd> lock = lock_file(path);
        if (!lock || !*lock)
            continue; // its process lives
        const Result<void> removed = remove_tree(path.substr(0, path.size() - lock_ending.size()));
        if (removed)
            unlink(path.c_str());
        else
            log.warn("{}", removed.error().detail);
    }
}

std::vector<std::string> whole_environment()
{
    std::vector<std::string> all;
    for (char** variable = environ; *variable; ++variable)
        all.emplace_back(*variable);
    return all;
}

Result<std::unique_ptr<CommandRunner>>
make_commands(const Config& config, WorkerThreads& threads, const Clock& clock)
{
    if (config.runner == RunnerKind::process)
        return make_process_runner(threads, clock);
    if (config.runner == RunnerKind::kubernetes)
        return Error{
            Errc::invalid,
            "the executor 'kubernetes' runs datums in pods, which ask `sluice serve` "
            "for them: accepted here are process and container"};
    Result<ContainerEngine> engine = find_container_engine(whole_environment());
    if (!engine)
        return engine.error();
    return make_container_runner(*std::move(engine), threads, clock);
}

DatumRunner::Options runner_options(WorkPlace::Options given, const std::string& directory)
{
    const Config& config = given.config;
    DatumRunner::Options options;
    options.forward = std::move(given.forward);
    options.work_directory = directory;
    options.log_directory = config.data_directory + "/logs";
    options.secrets_directory = config.secrets_directory;
    options.node_name = host_name();
    options.pod_name = process_name();
    if (config.runner == RunnerKind::process)
        options.base_env = process_environment();
    options.isolation = config.isolation;
    options.prefetch_bytes_max = config.cluster.prefetch_bytes_max;
    return options;
}

} // namespace

Result<WorkPlace> WorkPlace::make(
    Options options, WorkerThreads& threads, JobBlobs& blobs, const Clock& clock, Log log
)
{
    const Config& config = options.config;
    const std::string folder = config.data_directory + "/work";
    if (const Result<void> made = make_directory(folder); !made)
        return made.error();
    remove_leftovers(folder, log);

    WorkPlace place;
    place.directory_ = fmt::format("{}/{}", folder, process_name());
    Result<Fd> lock = lock_file(place.directory_ + std::string(lock_ending));
    if (!lock)
        return lock.error();
    place.lock_ = *std::move(lock);
    if (const Result<void> made = make_directory(place.directory_); !made)
        return made.error();
    Result<std::unique_ptr<CommandRunner>> commands = make_commands(config, threads, clock);
    if (!commands)
        return commands.error();
    place.commands_ = *std::move(commands);
    place.runner_ = std::make_unique<DatumRunner>(
        blobs, *place.commands_, threads, runner_options(std::move(options), place.directory_),
        std::move(log)
    );
    return place;
}

WorkPlace::~WorkPlace()
{
    if (!lock_)
        return;
    if (remove_tree(directory_))
        unlink((directory_ + std::string(lock_ending)).c_str());
}

std::string host_name()
{
    char name[256] = {};
    if (gethostname(name, sizeof name - 1) != 0)
        return "localhost";
    return name;
}

std::string process_name()
{
    return fmt::format("{}-{}", host_name(), getpid());
}

} // namespace sluice
