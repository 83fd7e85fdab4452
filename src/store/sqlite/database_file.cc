// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/database_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace sluice::sqlite {

namespace {

constexpr std::uint64_t fuse_magic = 0x65735546;

struct FileSystem {
    std::string_view name;
    std::uint64_t magic; // fuse_magic: the name is the type of the mount
};

constexpr FileSystem network_file_systems[] = {
    {"nfs", 0x6969},
    {"smb", 0x517b},
    {"cifs", 0xff534d42},
    {"smb2", 0xfe534d42},
    {"ceph", 0x00c36400},
    {"afs", 0x5346414f},
    {"coda", 0x73757245},
    {"9p", 0x01021997},
    {"lustre", 0x0bd00bd0},
    {"fuse.sshfs", fuse_magic},
    {"fuse.rclone", fuse_magic},
    {"fuse.s3fs", fuse_magic},
    {"fuse.gcsfuse", fuse_magic},
    {"fuse.davfs2", fuse_magic},
    {"fuse.glusterfs", fuse_magic},
    {"fuse.smbnetfs", fuse_magic},
    {"fuse.ceph-fuse", fuse_magic},
};

// The type of the mount of a device, from a line such as
// `36 35 98:0 /root /mount rw,noatime master:1 - fuse.sshfs host: rw`.
std::string mount_type(dev_t device)
{
    const std::string wanted = fmt::format("{}:{}", major(device), minor(device));
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream words(line);
        std::string word;
        std::string found;
        words >> word >> word >> found;
        if (found != wanted)
            continue;
        while (words >> word && word != "-") {
        }
        words >> word;
        return word;
    }
    return {};
}

std::string reason()
{
    return std::strerror(errno);
}

Error unavailable(std::string detail)
{
    return {Errc::unavailable, std::move(detail)};
}

Result<void> check_directory(const std::string& path, const std::string& directory)
{
    struct stat status = {};
    if (::stat(directory.c_str(), &status) != 0)
        return unavailable(
            fmt::format("database '{}': directory '{}': {}", path, directory, reason())
        );
    if (!S_ISDIR(status.st_mode))
        return unavailable(fmt::format("database '{}': '{}' is no directory", path, directory));
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        return unavailable(fmt::format(
            "database '{}': directory '{}' is not writable, but SQLite keeps files beside the "
            "database: {}",
            path, directory, reason()
        ));

    struct statfs system = {};
    if (::statfs(directory.c_str(), &system) != 0)
        return {};
    const auto magic = static_cast<std::uint32_t>(system.f_type);
    const std::string type = magic == fuse_magic ? mount_type(status.st_dev) : std::string();
    if (const auto name = network_file_system(magic, type))
        return Error{
            Errc::invalid,
            fmt::format(
                "database '{}' is on a network file system ({}), where SQLite's locks do not hold: "
                "use a local disk, or PostgreSQL",
                path, *name
            )};
    return {};
}

} // namespace

std::optional<std::string_view> network_file_system(std::uint64_t magic, std::string_view type)
{
    for (const FileSystem& system : network_file_systems)
        if (system.magic == magic && (magic != fuse_magic || system.name == type))
            return system.name;
    return std::nullopt;
}

Result<void> check_place(const std::string& path)
{
    const std::string directory = std::filesystem::path(path).parent_path().string();
    if (Result<void> checked = check_directory(path, directory); !checked)
        return checked;

    struct stat status = {};
    if (::stat(path.c_str(), &status) != 0)
        return {}; // to be made
    if (!S_ISREG(status.st_mode))
        return unavailable(fmt::format("database '{}' is not a regular file", path));
    if (::access(path.c_str(), R_OK | W_OK) != 0)
        return unavailable(fmt::format("database '{}' is not writable: {}", path, reason()));
    return {};
}

} // namespace sluice::sqlite
