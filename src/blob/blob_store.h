// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Where files come from and go to. A place is a URI: `file:///data/texts` or a plain absolute path,
// or `s3://bucket/prefix`, `gs://bucket/prefix`. URIs are raw bytes, never percent-encoded:
// any legal object name works, with spaces, `%`, `#`, newlines and bytes that are not UTF-8.

namespace sluice {

class StopEvent;

enum class BlobKind : std::uint8_t { file, folder };

struct BlobEntry {
    std::string path; // relative to what was listed, never empty, no leading or trailing slash
    BlobKind kind = BlobKind::file;
    std::uint64_t size = 0; // bytes; 0 for folders

    friend bool operator==(const BlobEntry&, const BlobEntry&) = default;
};

enum class ListDepth : std::uint8_t {
    one_level, // files and folders directly below
    recursive, // all files, no folders
};

// One listing, page by page. It belongs to the loop thread and outlives its calls.
class BlobListing {
public:
    virtual ~BlobListing() = default;

    // The next entries; an empty page is the end. Entries come in byte order of their paths, where
    // a folder counts with a slash at its end, so both depths agree. Errors: not_found when the
    // directory or the bucket does not exist (a prefix without objects is empty), and those of
    // reading it.
    virtual Async<Result<std::vector<BlobEntry>>> next_page() = 0;
};

// May the local file be the very object, read-only, or must it be a copy that can be written to?
enum class FetchMode : std::uint8_t { may_share, own_copy };

struct Transfer {
    std::string object; // URI
    std::string file;   // local path

    friend bool operator==(const Transfer&, const Transfer&) = default;
};

struct TransferOptions {
    FetchMode mode = FetchMode::may_share; // of fetch
    StopEvent* stop = nullptr; // its request ends the call soon with conflict; outlives the call
};

// A kind of storage. Calls may run at the same time; each takes a list and names the item in its
// error. Items may be done in any order and at once; the error is that of the first item that has
// one, and after an error no more are begun. A cancelled call ends when it has tidied up, so that
// no work is left behind half done.
class BlobStore {
public:
    virtual ~BlobStore() = default;

    virtual std::unique_ptr<BlobListing> list(std::string place, ListDepth depth) = 0;

    // Brings objects into local files. The directories must exist, the files must not. An object
    // that changes while it is read is a conflict that names it.
    virtual Async<Result<void>> fetch(std::vector<Transfer> transfers, TransferOptions options) = 0;

    // Gives local files away as objects, replacing what was there; the store may keep the very
    // file, so nobody may write to it any more. An object appears complete or not at all; after a
    // success all of them survive a power cut.
    virtual Async<Result<void>>
    upload(std::vector<Transfer> transfers, TransferOptions options) = 0;

    // Removes objects below `root`; one that does not exist is fine. Folders between `root` and an
    // object that are empty then go too, as they do in a bucket.
    virtual Async<Result<void>> remove(std::string root, std::vector<std::string> objects) = 0;

    // Can objects be created below `place`, which need not exist yet? Leaves nothing behind.
    virtual Async<Result<void>> check_writable(std::string place) = 0;
};

} // namespace sluice
