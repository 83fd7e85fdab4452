// SPDX-License-Identifier: Apache-2.0
#include "base/uid.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace sluice::uid_test {

namespace {

constexpr std::uint64_t secret = 0x5eed'5eed'5eed'5eedULL;
constexpr std::int64_t key_max = (std::int64_t{1} << 48) - 1;
const Time noon = from_micros(1'769'860'800'123'456);

TEST(Uid, gives_its_key_back)
{
    for (const std::int64_t key :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{1} << 36, key_max})
        EXPECT_EQ(key_of(UidKind::task, make_uid(UidKind::task, noon, key, secret), secret), key);
}

TEST(Uid, gives_random_keys_back_whatever_the_time)
{
    SeededRandom random(20260131);
    for (int i = 0; i < 10'000; ++i) {
        const auto key = static_cast<std::int64_t>(random.next() >> 16);
        const Time time = from_micros(static_cast<std::int64_t>(random.next() >> 13));
        const Uid uid = make_uid(UidKind::run, time, key, secret);
        ASSERT_EQ(key_of(UidKind::run, uid, secret), key);
    }
}

TEST(Uid, is_a_uuid_of_version_7)
{
    const std::string text = format_uid(make_uid(UidKind::run, noon, key_max, secret));

    EXPECT_EQ(text[14], '7');
    EXPECT_NE(std::string_view("89ab").find(text[19]), std::string_view::npos);
    EXPECT_EQ(text.substr(0, 13), "019c13ec-9e7b") << "the milliseconds of its creation";
}

TEST(Uid, sorts_like_time_and_then_like_its_key)
{
    const Uid first = make_uid(UidKind::task, noon, 5, secret);
    const Uid second = make_uid(UidKind::task, noon, 6, secret);
    const Uid later = make_uid(UidKind::task, noon + std::chrono::milliseconds(1), 4, secret);

    EXPECT_LT(first, second);
    EXPECT_LT(second, later);
    EXPECT_LT(format_uid(first), format_uid(second));
}

TEST(Uid, of_another_kind_or_database_is_refused)
{
    const Uid uid = make_uid(UidKind::task, noon, 42, secret);

    EXPECT_EQ(key_of(UidKind::run, uid, secret), std::nullopt);
    EXPECT_EQ(key_of(UidKind::task, uid, secret + 1), std::nullopt);
}

TEST(Uid, with_any_bit_changed_is_refused)
{
    const Uid uid = make_uid(UidKind::task, noon, 42, secret);
    for (std::size_t bit = 0; bit < 128; ++bit) {
        Uid changed = uid;
        changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
        EXPECT_EQ(key_of(UidKind::task, changed, secret), std::nullopt) << bit;
    }
}

TEST(Uid, that_somebody_made_up_is_refused)
{
    SeededRandom random(3);
    int accepted = 0;
    for (int i = 0; i < 100'000; ++i) {
        Uid uid;
        for (std::uint8_t& byte : uid)
            byte = static_cast<std::uint8_t>(random.next());
        uid[6] = 0x70 | (uid[6] & 0xf);
        uid[8] = 0x80 | (uid[8] & 0x3f);
        accepted += key_of(UidKind::task, uid, secret).has_value();
    }
    EXPECT_EQ(accepted, 0) << "one in 67 million passes";
}

TEST(Uid, survives_format_and_parse)
{
    const Uid uid = make_uid(UidKind::worker, noon, 42, secret);
    const std::string text = format_uid(uid);

    EXPECT_EQ(text.size(), 36u);
    EXPECT_EQ(parse_uid(text), uid);
}

TEST(ParseUid, reads_capital_letters)
{
    EXPECT_EQ(
        parse_uid("019C13E8-667B-7000-8000-00ABCDEF0123"),
        parse_uid("019c13e8-667b-7000-8000-00abcdef0123")
    );
}

TEST(ParseUid, refuses_everything_else)
{
    for (const char* text :
         {"", "019c13e8667b7000800000abcdef0123", "019c13e8-667b-7000-8000-00abcdef012",
          "019c13e8-667b-7000-8000-00abcdef01234", "019c13e8-667b-7000-800000-abcdef0123",
          "019c13e8-667b-7000-8000-00abcdefg123", "{19c13e8-667b-7000-8000-00abcdef012}",
          "019c13e8-667b-7000-8000-00abcdef012\x10"})
        EXPECT_EQ(parse_uid(text), std::nullopt) << text;
}

TEST(UidDeathTest, a_key_beyond_48_bits_is_a_bug)
{
    EXPECT_DEATH(make_uid(UidKind::task, noon, key_max + 1, secret), "broken expectation");
    EXPECT_DEATH(make_uid(UidKind::task, noon, -1, secret), "broken expectation");
}

} // namespace

} // namespace sluice::uid_test
