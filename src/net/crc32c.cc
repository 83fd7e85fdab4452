// SPDX-License-Identifier: Apache-2.0
#include "net/crc32c.h"

#include "net/credentials.h"
#include "net/hmac.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

// The polynomial is written with its bits reversed: the highest bit of a word stands for x^0.

namespace sluice {

namespace {

constexpr std::uint32_t polynomial = 0x82f63b78;
constexpr std::uint32_t one = 0x80000000;

// Eight tables let eight bytes be taken in one step: table n is for a byte with n bytes behind it.
using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables make_tables()
{
    Tables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1) ? polynomial : 0);
        tables[0][byte] = crc;
    }
    for (std::size_t table = 1; table < 8; ++table)
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = tables[table - 1][byte];
            tables[table][byte] = (before >> 8) ^ tables[0][before & 0xff];
        }
    return tables;
}

constexpr Tables tables = make_tables();

std::uint64_t word_at(const char* bytes)
{
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    if constexpr (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
        word = __builtin_bswap64(word);
    return word;
}

std::uint32_t table_step(std::uint32_t crc, char byte)
{
    return (crc >> 8) ^ tables[0][(crc ^ static_cast<unsigned char>(byte)) & 0xff];
}

#if defined(__x86_64__)

constexpr bool has_instruction_here = true;

bool processor_has_it()
{
    return __builtin_cpu_supports("sse4.2");
}

__attribute__((target("sse4.2"))) std::uint32_t
instruction(const char* bytes, std::size_t size, std::uint32_t crc)
{
    std::uint64_t wide = crc;
    for (; size >= 8; bytes += 8, size -= 8)
        wide = _mm_crc32_u64(wide, word_at(bytes));
    crc = static_cast<std::uint32_t>(wide);
    for (; size > 0; ++bytes, --size)
        crc = _mm_crc32_u8(crc, static_cast<unsigned char>(*bytes));
    return crc;
}

#elif defined(__aarch64__)

constexpr bool has_instruction_here = true;

bool processor_has_it()
{
    return (::getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
}

__attribute__((target("+crc"))) std::uint32_t
instruction(const char* bytes, std::size_t size, std::uint32_t crc)
{
    for (; size >= 8; bytes += 8, size -= 8)
        crc = __crc32cd(crc, word_at(bytes));
    for (; size > 0; ++bytes, --size)
        crc = __crc32cb(crc, static_cast<unsigned char>(*bytes));
    return crc;
}

#else

constexpr bool has_instruction_here = false;

bool processor_has_it()
{
    return false;
}

std::uint32_t instruction(const char*, std::size_t, std::uint32_t crc)
{
    return crc;
}

#endif

// The product of two polynomials, modulo that of the checksum.
std::uint32_t multiply(std::uint32_t a, std::uint32_t b)
{
    std::uint32_t product = 0;
    for (std::uint32_t bit = one; bit != 0; bit >>= 1) {
        if (a & bit)
            product ^= b;
        b = (b >> 1) ^ ((b & 1) ? polynomial : 0);
    }
    return product;
}

// x^(8 * bytes): what `bytes` more zeros do to a checksum.
std::uint32_t shift_by(std::uint64_t bytes)
{
    std::uint32_t shift = one;
    std::uint32_t power = one >> 8; // x^8, squared for each bit of the count
    for (; bytes != 0; bytes >>= 1) {
        if (bytes & 1)
            shift = multiply(shift, power);
        power = multiply(power, power);
    }
    return shift;
}

} // namespace

std::uint32_t crc32c_by_table(std::string_view bytes, std::uint32_t before)
{
    std::uint32_t crc = ~before;
    const char* at = bytes.data();
    std::size_t size = bytes.size();
    for (; size >= 8; at += 8, size -= 8) {
        const std::uint64_t word = word_at(at) ^ crc;
        crc = 0;
        for (std::size_t byte = 0; byte < 8; ++byte)
            crc ^= tables[7 - byte][(word >> (8 * byte)) & 0xff];
    }
    for (; size > 0; ++at, --size)
        crc = table_step(crc, *at);
    return ~crc;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t before)
{
    static const bool use_instruction = has_instruction_here && processor_has_it();
    if (use_instruction)
        return ~instruction(bytes.data(), bytes.size(), ~before);
    return crc32c_by_table(bytes, before);
}

std::uint32_t crc32c_combine(std::uint32_t first, std::uint32_t second, std::uint64_t second_bytes)
{
    return multiply(shift_by(second_bytes), first) ^ second;
}

std::string encode_crc32c(std::uint32_t crc)
{
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
    return encode_base64(bytes);
}

std::optional<std::uint32_t> parse_crc32c(std::string_view base64)
{
    const std::optional<std::string> bytes = decode_base64(base64);
    if (!bytes || bytes->size() != 4)
        return std::nullopt;
    std::uint32_t crc = 0;
    for (const char byte : *bytes)
        crc = (crc << 8) | static_cast<unsigned char>(byte);
    return crc;
}

} // namespace sluice
