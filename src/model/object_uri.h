// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice {

enum class UriScheme : std::uint8_t {
    local, // a plain path, relative to the pipeline file unless it begins with '/'
    file,
    s3,
    gs,
};

// Where a file or a folder of files is. `path` holds the bytes of the name, nothing encoded: it
// begins with '/' for file, is anything for local, and is the key or prefix in a bucket.
//
// As text, a name may hold any bytes but NUL (file names need not be UTF-8), while JSON and most
// tools want text. So in URIs, in JSON, in the database and over HTTP:
// - every byte but A-Z a-z 0-9 and -._~!$&'()*+,;=:@/ is written as %XX, upper case, '%' as %25;
// - what is read may also hold those bytes as they are: a '%' counts as an escape only before two
//   hexadecimal digits, and '#' and '?' are parts of names ("s3://b/what?.txt" is one file);
// - a plain path is never encoded or decoded.
// parse_uri(format_uri(uri)) == uri for every file, s3 and gs URI.
struct ObjectUri {
    UriScheme scheme = UriScheme::local;
    std::string bucket; // s3 and gs only
    std::string path;

    friend bool operator==(const ObjectUri&, const ObjectUri&) = default;
};

// Errors (invalid): empty, an unknown scheme, no bucket or one of other than [A-Za-z0-9._-], a file
// URI that is not of the form file:///…, a NUL byte.
Result<ObjectUri> parse_uri(std::string_view text);

std::string format_uri(const ObjectUri& uri);

// The same place as a folder: its path ends with '/', unless it is a whole bucket.
ObjectUri as_folder(ObjectUri uri);

// A plain path becomes a file URI, taken from `folder` (an absolute path) when it is relative.
ObjectUri resolve_uri(ObjectUri uri, std::string_view folder);

// The escaping by itself, for names that travel without a scheme.
std::string percent_encode(std::string_view bytes);
std::string percent_decode(std::string_view text);

} // namespace sluice
