// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace sluice::sqlite {

// A database file that this process has open. SQLite remembers by process which locks it has on a
// file; a child of fork would take its parent's for its own ("How To Corrupt", 2.6). So what was
// open at a guarded fork (base/fork_guard.h) cannot be opened in the child.
class OpenFile {
public:
    // Throws StoreFailure (broken) when the file was open in the process that forked this one. To
    // be called before SQLite opens it.
    static void refuse_inherited(const std::string& path);

    explicit OpenFile(const std::string& path); // it exists; databases in memory are none
    ~OpenFile();
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
};

} // namespace sluice::sqlite
