// SPDX-License-Identifier: Apache-2.0
#include "base/uid.h"

#include "base/assert.h"
#include "base/text.h"

namespace sluice {

namespace {

constexpr std::int64_t key_max = (std::int64_t{1} << 48) - 1;
constexpr std::uint64_t check_mask = (std::uint64_t{1} << 26) - 1;

// The finaliser of splitmix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

std::uint64_t
check_bits(UidKind kind, std::uint64_t millis, std::uint64_t key, std::uint64_t secret)
{
    const std::uint64_t seeded = mix(secret + static_cast<std::uint64_t>(kind) + 1);
    return mix(mix(seeded ^ millis) + key) & check_mask;
}

void put(Uid& uid, std::size_t offset, std::uint64_t value)
{
    for (std::size_t i = 0; i < 8; ++i)
        uid[offset + i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
}

std::uint64_t get(const Uid& uid, std::size_t offset)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i)
        value = value << 8 | uid[offset + i];
    return value;
}

} // namespace

Uid make_uid(UidKind kind, Time created_at, std::int64_t key, std::uint64_t secret)
{
    SLUICE_ASSERT(key >= 0 && key <= key_max);
    const auto wide = static_cast<std::uint64_t>(key);
    const auto millis =
        static_cast<std::uint64_t>(to_micros(created_at) / 1000) & 0xffffffffffffULL;

    Uid uid;
    put(uid, 0, millis << 16 | 0x7000 | wide >> 36);
    put(uid, 8,
        std::uint64_t{2} << 62 | (wide & 0xfffffffffULL) << 26 |
            check_bits(kind, millis, wide, secret));
    return uid;
}

std::optional<std::int64_t> key_of(UidKind kind, const Uid& uid, std::uint64_t secret)
{
    const std::uint64_t high = get(uid, 0);
    const std::uint64_t low = get(uid, 8);
    if ((high & 0xf000) != 0x7000 || low >> 62 != 2)
        return std::nullopt;

    const std::uint64_t key = (high & 0xfff) << 36 | (low >> 26 & 0xfffffffffULL);
    if ((low & check_mask) != check_bits(kind, high >> 16, key, secret))
        return std::nullopt;
    return static_cast<std::int64_t>(key);
}

std::string format_uid(const Uid& uid)
{
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < uid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text += '-';
        text += digits[uid[i] >> 4];
        text += digits[uid[i] & 15];
    }
    return text;
}

std::optional<Uid> parse_uid(std::string_view text)
{
    if (text.size() != 36)
        return std::nullopt;

    Uid uid{};
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (is_dash != (text[i] == '-'))
            return std::nullopt;
        if (is_dash)
            continue;
        const int digit = hex_digit(text[i]);
        if (digit < 0)
            return std::nullopt;
        uid[nibble / 2] = static_cast<std::uint8_t>(uid[nibble / 2] << 4 | digit);
        ++nibble;
    }
    return uid;
}

} // namespace sluice
