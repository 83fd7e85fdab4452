// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/blob_store.h"

// The blocking half of the file store: one file or one list at a time, paths instead of URIs.

namespace sluice {

class StopEvent;

struct FileTransfer {
    std::string from;
    std::string to;
    const StopEvent* stop = nullptr; // may be null; ends the call with conflict, nothing is left
};

Result<void> fetch_file(const FileTransfer& transfer, FetchMode mode);
Result<void> upload_files(const std::vector<FileTransfer>& transfers);
Result<void> remove_files(const std::string& root, const std::vector<std::string>& paths);
Result<void> check_directory_writable(const std::string& path);

} // namespace sluice
