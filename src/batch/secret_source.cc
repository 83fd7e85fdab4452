// SPDX-License-Identifier: Apache-2.0
#include "batch/secret_source.h"

#include "async/worker_threads.h"
#include "base/os.h"
#include "base/text.h"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace sluice {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t secret_bytes_max = 1 << 20; // as Kubernetes has it

Result<SecretData> read_directory(const std::string& directory, const std::string& name)
{
    if (directory.empty())
        return Error{Errc::not_found, "there is no directory of secrets (--secrets-dir)"};
    const fs::path folder = fs::path(directory) / name;
    std::error_code problem;
    const fs::directory_iterator entries(folder, problem);
    if (problem)
        return os_error("read", folder.string(), problem.value());
    SecretData data;
    for (const fs::directory_entry& entry : entries) {
        const std::string key = entry.path().filename();
        std::error_code unknown;
        // Volumes of Kubernetes have links beside the keys, whose names begin with two dots.
        if (key.starts_with("..") || !entry.is_regular_file(unknown))
            continue;
        Result<std::string> content = read_secret_file(entry.path());
        if (!content)
            return content.error();
        data[key] = std::move(*content);
    }
    return data;
}

class DirectorySecrets final : public SecretSource {
public:
    DirectorySecrets(WorkerThreads& threads, std::string directory)
        : threads_(threads), directory_(std::move(directory))
    {}

    Async<Result<SecretData>> read(std::string name) override
    {
        if (!is_secret_name(name))
            co_return Error{
                Errc::invalid, fmt::format("'{}' is no name of a secret", printable(name))};
        auto work = [this, &name] { return read_directory(directory_, name); };
        Result<SecretData> data = co_await threads_.run(std::move(work));
        co_return data;
    }

private:
    WorkerThreads& threads_;
    std::string directory_;
};

} // namespace

bool is_secret_name(const std::string& name)
{
    return !name.empty() && name != "." && name != ".." && name.find('/') == std::string::npos &&
           name.find('\0') == std::string::npos;
}

Result<std::string> read_secret_file(const std::string& path)
{
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file)
        return os_error("read", path, errno);
    std::string content;
    char buffer[4096];
    for (;;) {
        const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return os_error("read", path, errno);
        if (count == 0)
            return content;
        content.append(buffer, static_cast<std::size_t>(count));
        if (content.size() > secret_bytes_max)
            return Error{Errc::invalid, fmt::format("'{}' is larger than 1 MiB", path)};
    }
}

std::unique_ptr<SecretSource> make_directory_secrets(WorkerThreads& threads, std::string directory)
{
    return std::make_unique<DirectorySecrets>(threads, std::move(directory));
}

} // namespace sluice
