// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// True when `path` lies below the directory `directory` (both without a '/' at the end).
bool is_below(std::string_view path, std::string_view directory);

// The files below one folder, by their paths relative to it, in byte order: what the datums of an
// atom are planned from. One block of bytes and 8 bytes per file beside it.
class Listing {
public:
    static constexpr std::size_t bytes_max = UINT32_MAX; // of all paths together

    // Adds a file of `size` bytes; any order. Directory markers (zero bytes, a name that ends in
    // '/') are passed over. Errors: invalid for a name that cannot be a file below a folder (empty,
    // with an empty, "." or ".." part, a '/' at the end, a NUL byte); overloaded beyond bytes_max.
    Result<void> add(std::string_view path, std::uint64_t size);

    // Call once after the last add: sorts, and drops what was listed twice.
    void finish();

    std::size_t size() const { return places_.size(); }

    // True when some path is both a file and a folder of others ("a" and "a/b"): buckets allow it.
    bool has_file_and_folder() const { return has_file_and_folder_; }

    // Lives as long as the listing.
    std::string_view path(std::size_t index) const
    {
        return std::string_view(bytes_).substr(places_[index].begin, places_[index].size);
    }

    // The end of the range of files, beginning at `first`, that lie below the directory `name`.
    std::size_t end_of_directory(std::size_t first, std::string_view name) const;

private:
    struct Place {
        std::uint32_t begin, size;
    };

    bool find_file_and_folder() const;

    std::string bytes_;
    std::vector<Place> places_;
    bool has_file_and_folder_ = false;
};

} // namespace sluice
