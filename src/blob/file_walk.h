// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/blob_store.h"

namespace sluice {

// What interrupted uploads may leave behind starts like this; listings do not show it.
inline constexpr std::string_view temporary_prefix = ".sluice-tmp-";

// A walk over a directory in byte order. Memory: the names of the directories from the root to the
// current one, packed. Blocking; use one thread at a time.
class FileWalk {
public:
    FileWalk(std::string root, ListDepth depth);
    ~FileWalk();

    // Up to `count` entries; empty at the end.
    Result<std::vector<BlobEntry>> next(std::size_t count);

private:
    struct Folder;

    Result<void> enter(std::string path);
    Result<void> visit(Folder& folder, std::string_view name, std::vector<BlobEntry>& page);
    std::string relative(const Folder& folder, std::string_view name) const;

    std::string root_;
    ListDepth depth_;
    bool started_ = false;
    std::vector<std::unique_ptr<Folder>> open_; // from the root down
};

} // namespace sluice
