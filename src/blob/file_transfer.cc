// SPDX-License-Identifier: Apache-2.0
#include "blob/file_transfer.h"

#include "async/with_stop.h"
#include "base/os.h"
#include "base/random.h"
#include "blob/file_walk.h"

#include <cerrno>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

// An upload makes the file durable first and gives it its name last, so a crash leaves the old
// object, the new one, or nothing. Cost per file: one flush of the file and, per call and
// directory, one of the directory (0.1 ms each on an SSD). Within one filesystem nothing is copied.

namespace sluice {

namespace {

std::string parent_of(const std::string& path)
{
    const std::size_t slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

std::string temporary_name(const std::string& directory)
{
    SystemRandom random;
    const std::string tail = random_text(random, "abcdefghijklmnopqrstuvwxyz0123456789", 16);
    return fmt::format("{}/{}{}", directory, temporary_prefix, tail);
}

Result<void> check_stop(const FileTransfer& transfer)
{
    if (!transfer.stop || !transfer.stop->requested())
        return {};
    return Error{
        Errc::conflict, fmt::format("'{}': the transfer was stopped", printable_path(transfer.to))};
}

Result<void> flush_directory(const std::string& path)
{
    const Fd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory || ::fsync(directory.get()) != 0)
        return os_error("flush", path, errno);
    return {};
}

// Makes the directory and those above it that are missing, each durable in its parent.
Result<void> make_directories(const std::string& path)
{
    if (::mkdir(path.c_str(), 0777) == 0)
        return flush_directory(parent_of(path));
    const int failure = errno;
    if (failure == ENOENT && path != "/") {
        if (auto above = make_directories(parent_of(path)); !above)
            return above;
        return make_directories(path);
    }
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
        return {};
    return os_error("create", path, failure == EEXIST ? ENOTDIR : failure);
}

Result<void> copy_plainly(const Fd& from, const Fd& to, const FileTransfer& names)
{
    std::vector<char> buffer(1u << 18);
    for (;;) {
        if (Result<void> go_on = check_stop(names); !go_on)
            return go_on;
        const ssize_t size = ::read(from.get(), buffer.data(), buffer.size());
        if (size < 0)
            return os_error("read", names.from, errno);
        if (size == 0)
            return {};
        for (ssize_t done = 0; done < size;) {
            const ssize_t written = ::write(to.get(), buffer.data() + done, size - done);
            if (written < 0)
                return os_error("write", names.to, errno);
            done += written;
        }
    }
}

Result<void> copy_bytes(const Fd& from, const Fd& to, const FileTransfer& names)
{
    constexpr std::size_t step = 64u << 20; // between two looks at the stop
    for (bool first = true;; first = false) {
        if (Result<void> go_on = check_stop(names); !go_on)
            return go_on;
        // The kernel copies by itself, or shares the blocks on filesystems that can.
        const ssize_t size = ::copy_file_range(from.get(), nullptr, to.get(), nullptr, step, 0);
        if (size > 0)
            continue;
        // Zero at once is an empty file, or a special one whose size is not known.
        if (first && (size == 0 || errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
                      errno == EOPNOTSUPP || errno == EPERM))
            return copy_plainly(from, to, names);
        if (size == 0)
            return {};
        return os_error("write", names.to, errno);
    }
}

struct Source {
    Fd file;
    struct stat status {};
};

Result<Source> open_source(const std::string& path)
{
    Source source{Fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)}};
    if (!source.file || ::fstat(source.file.get(), &source.status) != 0)
        return os_error("read", path, errno);
    return source;
}

// The mode of a copy: always readable and writable for us, else a later copy or removal would fail.
Result<mode_t> mode_of(const Source& source, const std::string& path)
{
    if (!S_ISREG(source.status.st_mode))
        return os_error("read", path, S_ISDIR(source.status.st_mode) ? EISDIR : ENXIO);
    return (source.status.st_mode & 0777) | 0600;
}

// A new file `names.to` with the content of `names.from`; removed again when anything fails.
Result<void> copy_file(const FileTransfer& names)
{
    const Result<Source> from = open_source(names.from);
    if (!from)
        return from.error();
    const Result<mode_t> mode = mode_of(*from, names.from);
    if (!mode)
        return mode.error();
    const Fd to{::open(names.to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, *mode)};
    if (!to)
        return os_error("create", names.to, errno);
    Result<void> copied = copy_bytes(from->file, to, names);
    if (!copied)
        ::unlink(names.to.c_str());
    return copied;
}

// Only a file that has no other name may become the object itself: a second name is one of our
// inputs, or would let a later write reach into the object.
bool may_become_object(const struct stat& status)
{
    return S_ISREG(status.st_mode) && status.st_nlink == 1 && (status.st_mode & 07000) == 0;
}

Result<void> rename_over(const std::string& temporary, const std::string& object)
{
    if (::rename(temporary.c_str(), object.c_str()) == 0)
        return {};
    Error failure = os_error("create", object, errno);
    ::unlink(temporary.c_str());
    return failure;
}

// Gives the file at `path`, which is flushed, the name of the object; false: that needs a copy.
// Where an object stands already it takes two steps, and a kill between them leaves a temporary.
Result<bool> link_as(const std::string& path, const std::string& object)
{
    const auto link = [&path](const std::string& name) {
        const char* to = name.c_str();
        return ::linkat(AT_FDCWD, path.c_str(), AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0;
    };
    if (link(object))
        return true;
    if (errno != EEXIST)
        return false;
    const std::string temporary = temporary_name(parent_of(object));
    if (!link(temporary))
        return false;
    if (Result<void> renamed = rename_over(temporary, object); !renamed)
        return renamed.error();
    return true;
}

// A whole and flushed copy gets its name last. Until then it has none, where the filesystem can do
// that: a kill leaves nothing.
Result<void>
upload_copy(const Source& from, const FileTransfer& names, const std::string& directory)
{
    const Result<mode_t> mode = mode_of(from, names.from);
    if (!mode)
        return mode.error();
    std::string temporary;
    Fd to{::open(directory.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, *mode)};
    if (!to) {
        temporary = temporary_name(directory);
        to = Fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, *mode)};
    }
    if (!to)
        return os_error("create", names.to, errno);
    Result<void> copied = copy_bytes(from.file, to, names);
    if (copied && ::fsync(to.get()) != 0)
        copied = os_error("flush", names.to, errno);
    if (copied)
        copied = check_stop(names); // the last moment: now it gets its name
    if (copied && !temporary.empty())
        return rename_over(temporary, names.to);
    if (!copied) {
        if (!temporary.empty())
            ::unlink(temporary.c_str());
        return copied;
    }
    const Result<bool> linked = link_as(fmt::format("/proc/self/fd/{}", to.get()), names.to);
    if (!linked)
        return linked.error();
    return *linked ? Result<void>() : os_error("create", names.to, errno);
}

Result<void> upload_into(const FileTransfer& names, const std::string& directory)
{
    const Result<Source> from = open_source(names.from);
    if (!from)
        return from.error();
    struct stat place {};
    const bool is_near = ::stat(directory.c_str(), &place) == 0 &&
                         place.st_dev == from->status.st_dev && may_become_object(from->status);
    if (is_near) {
        if (::fsync(from->file.get()) != 0)
            return os_error("flush", names.from, errno);
        if (Result<void> go_on = check_stop(names); !go_on)
            return go_on;
        const Result<bool> linked = link_as(names.from, names.to);
        if (!linked)
            return linked.error();
        if (*linked)
            return {};
    }
    return upload_copy(*from, names, directory);
}

Result<void> upload_file(const FileTransfer& names)
{
    const std::string directory = parent_of(names.to);
    // A removal elsewhere may prune the directory between our two steps: make it again.
    for (int tries = 5;; --tries) {
        if (auto made = make_directories(directory); !made)
            return made;
        Result<void> uploaded = upload_into(names, directory);
        const bool pruned = !uploaded && uploaded.error().code == Errc::not_found &&
                            ::access(directory.c_str(), F_OK) != 0;
        if (!pruned || tries == 0)
            return uploaded;
    }
}

} // namespace

Result<void> fetch_file(const FileTransfer& transfer, FetchMode mode)
{
    if (Result<void> go_on = check_stop(transfer); !go_on)
        return go_on;
    if (mode == FetchMode::may_share) {
        struct stat status {};
        const bool regular = ::stat(transfer.from.c_str(), &status) == 0 && S_ISREG(status.st_mode);
        if (regular &&
            ::linkat(
                AT_FDCWD, transfer.from.c_str(), AT_FDCWD, transfer.to.c_str(), AT_SYMLINK_FOLLOW
            ) == 0)
            return {};
    }
    return copy_file(transfer);
}

Result<void> upload_files(const std::vector<FileTransfer>& transfers)
{
    std::set<std::string> directories;
    for (const FileTransfer& transfer : transfers) {
        if (Result<void> go_on = check_stop(transfer); !go_on)
            return go_on;
        if (auto uploaded = upload_file(transfer); !uploaded)
            return uploaded;
        directories.insert(parent_of(transfer.to));
    }
    for (const std::string& directory : directories)
        if (auto flushed = flush_directory(directory); !flushed)
            return flushed;
    return {};
}

Result<void> remove_files(const std::string& root, const std::vector<std::string>& paths)
{
    const std::string below_root = root == "/" ? root : root + '/';
    std::set<std::string> directories;
    for (const std::string& path : paths) {
        const int failure = ::unlink(path.c_str()) == 0 ? 0 : errno;
        if (failure == ENOTDIR)
            continue; // a file stands where the object's folder would be
        if (failure != 0 && failure != ENOENT)
            return os_error("remove", path, failure);
        // rmdir refuses a directory that holds anything, which is the only check that cannot race.
        std::string above = parent_of(path);
        while (above.starts_with(below_root) && above != root && ::rmdir(above.c_str()) == 0)
            above = parent_of(above);
        directories.insert(std::move(above));
    }
    for (const std::string& directory : directories)
        if (::access(directory.c_str(), F_OK) == 0)
            if (auto flushed = flush_directory(directory); !flushed)
                return flushed;
    return {};
}

Result<void> check_directory_writable(const std::string& path)
{
    std::string existing = path;
    while (::access(existing.c_str(), F_OK) != 0 && errno == ENOENT && existing != "/")
        existing = parent_of(existing);
    const std::string probe = temporary_name(existing);
    const Fd file{::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (!file)
        return os_error("write to", existing, errno);
    ::unlink(probe.c_str());
    return {};
}

} // namespace sluice
