// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.h"
#include "base/result.h"

namespace sluice {

// A warning about what will be tried again. That the database is away, the store has said already.
inline void warn_unless_away(const Log& log, std::string_view what, const Error& error)
{
    if (error.code == Errc::unavailable)
        log.debug("{}: {}", what, error.detail);
    else
        log.warn("{}: {}", what, error.detail);
}

} // namespace sluice
