// SPDX-License-Identifier: Apache-2.0
#include "blob/file_walk.h"

#include "base/os.h"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

namespace sluice {

namespace {

// A million names cost one allocation and eight bytes each instead of a std::string.
class NameList {
public:
    void add(std::string_view name, BlobKind kind)
    {
        starts_.push_back(bytes_.size());
        bytes_.append(name);
        if (kind == BlobKind::folder)
            bytes_ += '/';
        bytes_ += '\0'; // NUL sorts first, and cannot be part of a name
    }

    void sort()
    {
        const char* const bytes = bytes_.data();
        std::sort(starts_.begin(), starts_.end(), [bytes](std::size_t a, std::size_t b) {
            return std::strcmp(bytes + a, bytes + b) < 0;
        });
    }

    bool has_next() const { return next_ < starts_.size(); }
    std::string_view take_next() { return bytes_.data() + starts_[next_++]; }

private:
    std::string bytes_;
    std::vector<std::size_t> starts_;
    std::size_t next_ = 0;
};

Result<struct stat> status_at(int directory, std::string_view name, const std::string& path)
{
    struct stat status {};
    if (::fstatat(directory, std::string(name).c_str(), &status, 0) == 0)
        return status;
    if (errno == ELOOP)
        return Error{
            Errc::invalid,
            fmt::format("cannot read '{}': a symbolic link in a circle", printable_path(path))};
    return os_error("read", path, errno);
}

} // namespace

struct FileWalk::Folder {
    std::string path; // relative to the root, empty for the root
    Directory directory;
    dev_t device = 0;
    ino_t inode = 0;
    NameList names;
};

FileWalk::FileWalk(std::string root, ListDepth depth) : root_(std::move(root)), depth_(depth)
{}

FileWalk::~FileWalk() = default;

std::string FileWalk::relative(const Folder& folder, std::string_view name) const
{
    return folder.path.empty() ? std::string(name) : fmt::format("{}/{}", folder.path, name);
}

Result<void> FileWalk::enter(std::string path)
{
    auto folder = std::make_unique<Folder>();
    const std::string full = path.empty() ? root_ : root_ + '/' + path;
    folder->path = std::move(path);
    folder->directory.reset(::opendir(full.c_str()));
    struct stat self {};
    if (!folder->directory || ::fstat(::dirfd(folder->directory.get()), &self) != 0)
        return os_error("list", full, errno);
    folder->device = self.st_dev;
    folder->inode = self.st_ino;
    for (const auto& above : open_)
        if (above->device == self.st_dev && above->inode == self.st_ino)
            return Error{
                Errc::invalid, fmt::format(
                                   "cannot read '{}': a symbolic link to a directory above it",
                                   printable_path(full)
                               )};

    for (;;) {
        errno = 0;
        const dirent* const entry = ::readdir(folder->directory.get());
        if (!entry && errno != 0)
            return os_error("list", full, errno);
        if (!entry)
            break;
        const std::string_view name = entry->d_name;
        if (name == "." || name == ".." || name.starts_with(temporary_prefix))
            continue;
        BlobKind kind = entry->d_type == DT_DIR ? BlobKind::folder : BlobKind::file;
        if (entry->d_type == DT_LNK || entry->d_type == DT_UNKNOWN) {
            auto status =
                status_at(::dirfd(folder->directory.get()), name, full + '/' + entry->d_name);
            if (!status)
                return status.error();
            kind = S_ISDIR(status->st_mode) ? BlobKind::folder : BlobKind::file;
        }
        folder->names.add(name, kind);
    }
    folder->names.sort();
    open_.push_back(std::move(folder));
    return {};
}

Result<void> FileWalk::visit(Folder& folder, std::string_view name, std::vector<BlobEntry>& page)
{
    if (name.ends_with('/')) {
        name.remove_suffix(1);
        std::string path = relative(folder, name);
        if (depth_ == ListDepth::recursive)
            return enter(std::move(path));
        page.push_back({std::move(path), BlobKind::folder, 0});
        return {};
    }
    std::string path = relative(folder, name);
    auto status = status_at(::dirfd(folder.directory.get()), name, root_ + '/' + path);
    if (!status)
        return status.error();
    if (!S_ISREG(status->st_mode))
        return Error{
            Errc::invalid, fmt::format(
                               "cannot read '{}': neither a file nor a directory",
                               printable_path(root_ + '/' + path)
                           )};
    page.push_back({std::move(path), BlobKind::file, static_cast<std::uint64_t>(status->st_size)});
    return {};
}

Result<std::vector<BlobEntry>> FileWalk::next(std::size_t count)
{
    std::vector<BlobEntry> page;
    if (!std::exchange(started_, true))
        if (auto entered = enter({}); !entered)
            return entered.error();
    while (!open_.empty() && page.size() < count) {
        Folder& folder = *open_.back();
        if (!folder.names.has_next()) {
            open_.pop_back();
            continue;
        }
        if (auto visited = visit(folder, folder.names.take_next(), page); !visited)
            return visited.error();
    }
    return page;
}

} // namespace sluice
