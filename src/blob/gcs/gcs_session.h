// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/gcs/gcs_answers.h"

#include <optional>
#include <string>

namespace sluice {

// A resumable upload as far as we know it.
struct GcsSession {
    std::string url;                           // secret: who has it can write the object
    std::uint64_t committed = 0;               // bytes that the service has kept
    std::uint32_t crc32c = 0;                  // of the parts that are there whole
    bool is_in_doubt = false;                  // a request has ended without an answer
    std::optional<WrittenObject> written = {}; // the object is there
    std::optional<Error> failure = {};         // of a checksum: nothing comes of it any more
};

} // namespace sluice
