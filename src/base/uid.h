// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/ids.h"
#include "base/time.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

// A public id: UUID version 7 (RFC 9562) that is computed from the database's own integer key
// instead of being stored and indexed beside it (docs/decisions/0003).
//
//   48 bits  milliseconds of the creation
//    4       version 7
//   12       the key, bits 47..36
//    2       variant
//   36       the key, bits 35..0
//   26       a keyed hash of all that and the kind of object
//
// Ids of one millisecond sort like their keys, which is the order of creation. An id that was made
// up, or that belongs to another database or kind of object, fails the hash.
using Uid = std::array<std::uint8_t, 16>;

enum class UidKind : std::uint8_t {
    run,
    task,
    worker,
    key,
    file,
    delivery,
    schedule,
    rule,
    action,
    tick, // of a schedule: its key, with the milliseconds of the tick
};

// `secret` is the database's own random number, made by its first migration.
Uid make_uid(UidKind kind, Time created_at, std::int64_t key, std::uint64_t secret);

// The key within `uid`; nothing when the hash says it is not one of this database's `kind`.
std::optional<std::int64_t> key_of(UidKind kind, const Uid& uid, std::uint64_t secret);

std::string format_uid(const Uid& uid);
std::optional<Uid> parse_uid(std::string_view text);

} // namespace sluice
