// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::sqlite {

// Says why a database cannot live at `path`, before SQLite tries and fails with fewer words: the
// directory is missing or not writable, the file is, or is not, this user's, or the file system is
// a network's. Looks at the place only, and never opens the file.
Result<void> check_place(const std::string& path);

// The name of a file system on which the locks and the shared memory of SQLite cannot be trusted,
// by the magic number of statfs(2) and, for FUSE, the type of the mount ("fuse.sshfs").
std::optional<std::string_view>
network_file_system(std::uint64_t magic, std::string_view mount_type);

} // namespace sluice::sqlite
