// SPDX-License-Identifier: Apache-2.0
#include "net/hmac.h"

#include "base/random.h"
#include "net/credentials.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::hmac_test {
namespace {

std::string hex(const Sha256& bytes)
{
    std::string text;
    for (const std::uint8_t byte : bytes)
        text += fmt::format("{:02x}", byte);
    return text;
}

std::string random_bytes(Random& random, std::size_t size)
{
    std::string bytes;
    while (bytes.size() < size)
        bytes += static_cast<char>(random.next());
    return bytes;
}

std::span<const std::uint8_t> bytes_of(std::string_view text)
{
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(Hmac, is_that_of_the_test_vectors_in_rfc_4231)
{
    EXPECT_EQ(
        hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    );
    EXPECT_EQ(
        hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    EXPECT_EQ(
        hex(hmac_sha256(
            std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First"
        )),
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    );
}

TEST(Base64, is_written_as_in_rfc_4648)
{
    const std::pair<const char*, const char*> examples[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : examples)
        EXPECT_EQ(encode_base64(bytes_of(bytes)), text);
    EXPECT_EQ(encode_base64(bytes_of("\xfb\xff\xbf")), "+/+/");
    EXPECT_EQ(encode_base64url(bytes_of("\xfb\xff\xbf\xff")), "-_-__w");
    EXPECT_EQ(encode_base64url(bytes_of("")), "");
}

TEST(Base64, that_we_write_is_read_back)
{
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        SeededRandom random(seed);
        const std::string bytes = random_bytes(random, seed);
        EXPECT_EQ(decode_base64(encode_base64(bytes_of(bytes))), bytes) << "seed " << seed;
    }
}

} // namespace
} // namespace sluice::hmac_test
