// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/open_file.h"

#include "base/fork_guard.h"
#include "base/os.h"
#include "store/failure.h"

#include <fmt/format.h>

#include <optional>
#include <sys/stat.h>

namespace sluice::sqlite {

namespace {

// By whatever path it is reached; empty: there is no such file.
std::string name_of(const std::string& path)
{
    struct stat file = {};
    if (::stat(path.c_str(), &file) != 0)
        return {};
    return fmt::format("sqlite {}:{}", file.st_dev, file.st_ino);
}

} // namespace

void OpenFile::refuse_inherited(const std::string& path)
{
    const std::string name = name_of(path);
    const std::optional<pid_t> parent = name.empty() ? std::nullopt : inherited(name);
    if (!parent)
        return;
    throw StoreFailure(
        StoreFailure::Kind::broken,
        {Errc::unavailable,
         fmt::format(
             "database '{}' was open in process {} when it forked this one, and SQLite cannot open "
             "it again here: start processes anew instead (in Python with the start method "
             "'spawn')",
             printable_path(path), *parent
         )}
    );
}

OpenFile::OpenFile(const std::string& path)
{
    std::string name = name_of(path);
    if (!name.empty())
        name_to_children(this, std::move(name));
}

OpenFile::~OpenFile()
{
    no_longer_in_children(this);
}

} // namespace sluice::sqlite
