// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log.h"
#include "store/neighbours.h"
#include "store/postgres/connect.h"
#include "store/postgres/session.h"

#include <memory>
#include <string>

namespace sluice::postgres {

// The other processes on a PostgreSQL database, through one Notifier. A worker's process lives as
// long as it holds its lock with the server: Reads::pulse() names those without.
// `others_wrote` is set before each piece of news; may be null. `first` as the Notifier takes it.
std::unique_ptr<Neighbours> make_neighbours(
    const ConnectSettings& settings, OthersWrote others_wrote, Log log, Handle first = nullptr
);

// What a notification says, as text and back. Text that cannot be read, of a newer program maybe,
// means that anything may have changed.
std::string encode_changes(const Changes& changes);
Changes decode_changes(std::string_view payload);

} // namespace sluice::postgres
