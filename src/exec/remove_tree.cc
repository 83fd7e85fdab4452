// SPDX-License-Identifier: Apache-2.0
#include "exec/remove_tree.h"

#include "base/os.h"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace sluice {

namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Fd open_directory(int above, const char* name)
{
    Fd opened{::openat(above, name, directory_flags)};
    if (!opened && errno == EACCES && ::fchmodat(above, name, 0700, 0) == 0)
        opened = Fd{::openat(above, name, directory_flags)};
    return opened;
}

bool unlink_at(int directory, const char* name, int flags)
{
    if (::unlinkat(directory, name, flags) == 0 || errno == ENOENT)
        return true;
    if (errno != EACCES && errno != EPERM)
        return false;
    return ::fchmod(directory, 0700) == 0 && ::unlinkat(directory, name, flags) == 0;
}

struct Emptied {
    bool good = true;
    std::string left{}; // a directory that is not empty; none left when this is empty
};

// Removes everything in `directory` up to the first directory that is not empty.
Emptied empty(int directory)
{
    int copy = ::openat(directory, ".", directory_flags);
    if (copy < 0 && errno == EACCES && ::fchmod(directory, 0700) == 0)
        copy = ::openat(directory, ".", directory_flags);
    const Directory entries{copy < 0 ? nullptr : ::fdopendir(copy)};
    if (!entries)
        return {.good = false};
    while (const dirent* const entry = ::readdir(entries.get())) {
        const std::string_view name = entry->d_name;
        if (name == "." || name == ".." || unlink_at(directory, entry->d_name, 0))
            continue;
        const bool is_folder = errno == EISDIR || errno == EPERM;
        if (is_folder && unlink_at(directory, entry->d_name, AT_REMOVEDIR))
            continue;
        if (is_folder && (errno == ENOTEMPTY || errno == EEXIST))
            return {.left = entry->d_name};
        return {.good = false};
    }
    return {};
}

enum class Root : std::uint8_t { missing, empty };

Result<Root> remove_below(const std::string& root)
{
    // One descriptor at a time and no recursion: a command may nest as deep as it likes.
    Fd current = open_directory(AT_FDCWD, root.c_str());
    if (!current)
        return errno == ENOENT ? Result<Root>(Root::missing) : os_error("remove", root, errno);
    std::vector<std::string> names;
    for (;;) {
        Emptied emptied = empty(current.get());
        if (!emptied.good)
            return os_error("remove all of", root, errno);
        if (!emptied.left.empty()) {
            current = open_directory(current.get(), emptied.left.c_str());
            names.push_back(std::move(emptied.left));
        } else if (!names.empty()) {
            current = open_directory(current.get(), "..");
            if (current && !unlink_at(current.get(), names.back().c_str(), AT_REMOVEDIR))
                return os_error("remove all of", root, errno);
            names.pop_back();
        } else {
            break;
        }
        if (!current)
            return os_error("remove all of", root, errno);
    }
    return Root::empty;
}

} // namespace

Result<void> remove_tree(const std::string& root)
{
    const Result<Root> below = remove_below(root);
    if (!below)
        return below.error();
    if (*below == Root::missing)
        return {};
    if (::rmdir(root.c_str()) != 0 && errno != ENOENT)
        return os_error("remove", root, errno);
    return {};
}

Result<void> empty_tree(const std::string& root)
{
    const Result<Root> below = remove_below(root);
    return below ? Result<void>() : below.error();
}

} // namespace sluice
