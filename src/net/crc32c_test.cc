// SPDX-License-Identifier: Apache-2.0
#include "net/crc32c.h"

#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace sluice::crc32c_test {
namespace {

std::string random_bytes(std::size_t size)
{
    SeededRandom random(7);
    std::string bytes(size, '\0');
    std::generate(bytes.begin(), bytes.end(), [&random] {
        return static_cast<char>(random.next());
    });
    return bytes;
}

TEST(Crc32c, agrees_with_the_vectors_of_rfc_3720)
{
    std::string rising(32, '\0');
    std::iota(rising.begin(), rising.end(), '\0');
    const std::string falling(rising.rbegin(), rising.rend());
    const struct {
        std::string bytes;
        std::uint32_t crc;
    } vectors[] = {
        {"", 0},
        {"123456789", 0xe3069283},
        {std::string(32, '\0'), 0x8a9136aa},
        {std::string(32, '\xff'), 0x62a8ab43},
        {rising, 0x46dd794e},
        {falling, 0x113fdb5c},
    };

    for (const auto& vector : vectors) {
        EXPECT_EQ(crc32c(vector.bytes), vector.crc);
        EXPECT_EQ(crc32c_by_table(vector.bytes), vector.crc);
    }
}

TEST(Crc32c, is_the_same_by_instruction_and_by_table)
{
    const std::string bytes = random_bytes(5000);
    for (std::size_t from = 0; from < 9; ++from)
        for (std::size_t size : {0, 1, 7, 8, 9, 63, 4096, 4991}) {
            const std::string_view piece = std::string_view(bytes).substr(from, size);
            EXPECT_EQ(crc32c(piece, 0x1234), crc32c_by_table(piece, 0x1234)) << from << ' ' << size;
        }
}

TEST(Crc32c, goes_on_from_the_bytes_before)
{
    EXPECT_EQ(crc32c("6789", crc32c("12345")), crc32c("123456789"));
    EXPECT_EQ(crc32c_by_table("6789", crc32c_by_table("12345")), crc32c("123456789"));
}

TEST(Crc32c, of_two_pieces_comes_from_theirs)
{
    const std::string bytes = random_bytes(100'000);
    const std::string_view all = bytes;
    for (std::size_t cut : {0, 1, 9, 4096, 65'537, 99'999, 100'000}) {
        const std::string_view second = all.substr(cut);
        EXPECT_EQ(
            crc32c_combine(crc32c(all.substr(0, cut)), crc32c(second), second.size()), crc32c(all)
        ) << cut;
    }
}

TEST(Crc32c, is_written_as_base64_of_big_endian_bytes)
{
    EXPECT_EQ(encode_crc32c(0xe3069283), "4waSgw==");
    EXPECT_EQ(parse_crc32c("4waSgw=="), 0xe3069283);
    for (const char* bad : {"", "4waSgw", "4waS", "4waSgwAA", "?waSgw=="})
        EXPECT_EQ(parse_crc32c(bad), std::nullopt) << bad;
}

} // namespace
} // namespace sluice::crc32c_test
