// SPDX-License-Identifier: Apache-2.0
#include "blob/object_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice {

Result<void> TargetFile::create()
{
    file_ = Fd{::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)};
    if (!file_)
        return os_error("create", path_, errno);
    is_created_ = true;
    return {};
}

Result<void> TargetFile::write(std::uint64_t offset, std::string_view bytes)
{
    if (!is_created_)
        if (Result<void> created = create(); !created)
            return created;
    while (!bytes.empty()) {
        const ssize_t written =
            ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return os_error("write", path_, errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
    return {};
}

Result<void> TargetFile::close()
{
    if (is_closed_)
        return {};
    if (!is_created_)
        if (Result<void> created = create(); !created)
            return created;
    is_closed_ = true;
    // Some file systems tell only now that the bytes could not be written.
    if (::close(file_.release()) != 0)
        return os_error("write", path_, errno);
    return {};
}

void TargetFile::discard()
{
    file_ = Fd();
    if (is_created_)
        ::unlink(path_.c_str());
    is_created_ = false;
    is_closed_ = false;
}

Result<SourceFile> SourceFile::open(std::string path)
{
    SourceFile source(path, Fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)});
    struct stat status {};
    if (!source.file_ || ::fstat(source.file_.get(), &status) != 0)
        return os_error("read", path, errno);
    if (!S_ISREG(status.st_mode))
        return os_error("read", path, S_ISDIR(status.st_mode) ? EISDIR : ENXIO);
    source.size_ = static_cast<std::uint64_t>(status.st_size);
    source.modified_ = status.st_mtim;
    return source;
}

Result<std::shared_ptr<const std::string>>
SourceFile::read(std::uint64_t offset, std::uint64_t count) const
{
    auto bytes = std::make_shared<std::string>(count, '\0');
    for (std::size_t done = 0; done < count;) {
        const auto at = static_cast<off_t>(offset + done);
        const ssize_t size = ::pread(file_.get(), bytes->data() + done, count - done, at);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return os_error("read", path_, errno);
        if (size == 0)
            return changed();
        done += static_cast<std::size_t>(size);
    }
    return std::shared_ptr<const std::string>(std::move(bytes));
}

Result<void> SourceFile::check_unchanged() const
{
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0)
        return os_error("read", path_, errno);
    const bool is_same = static_cast<std::uint64_t>(status.st_size) == size_ &&
                         status.st_mtim.tv_sec == modified_.tv_sec &&
                         status.st_mtim.tv_nsec == modified_.tv_nsec;
    return is_same ? Result<void>() : changed();
}

Error SourceFile::changed() const
{
    return {
        Errc::conflict, fmt::format("'{}' changed while it was uploaded", printable_path(path_))};
}

} // namespace sluice
