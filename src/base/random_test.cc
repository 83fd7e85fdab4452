// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace sluice::random_test {

namespace {

// Answers with the numbers given, one after the other.
class Scripted final : public Random {
public:
    explicit Scripted(std::vector<std::uint64_t> values) : values_(std::move(values)) {}
    std::uint64_t next() override { return values_.at(used_++); }
    std::size_t used() const { return used_; }

private:
    std::vector<std::uint64_t> values_;
    std::size_t used_ = 0;
};

TEST(SeededRandom, repeats_the_published_sequence_of_splitmix64)
{
    SeededRandom random(1234567);

    EXPECT_EQ(random.next(), 6457827717110365317ULL);
    EXPECT_EQ(random.next(), 3203168211198807973ULL);
    EXPECT_EQ(random.next(), 9817491932198370423ULL);
}

TEST(SystemRandom, does_not_repeat_itself)
{
    SystemRandom random;
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(random.next());

    EXPECT_EQ(seen.size(), 1000u);
}

TEST(RandomText, has_the_length_and_only_letters_of_the_alphabet)
{
    SeededRandom random(1);

    const std::string text = random_text(random, "abc", 1000);

    EXPECT_EQ(text.size(), 1000u);
    EXPECT_EQ(text.find_first_not_of("abc"), std::string::npos);
    EXPECT_EQ(random_text(random, "abc", 0), "");
}

TEST(RandomText, favours_no_letter)
{
    SeededRandom random(7);
    std::map<char, int> counts;
    for (const char c : random_text(random, "0123456789", 100'000))
        ++counts[c];

    ASSERT_EQ(counts.size(), 10u);
    for (const auto& [letter, count] : counts)
        EXPECT_NEAR(count, 10'000, 500) << letter; // five standard deviations of 95
}

TEST(RandomText, draws_again_above_the_last_full_round_of_the_alphabet)
{
    Scripted random({UINT64_MAX, 4});

    EXPECT_EQ(random_text(random, "abc", 1), "b");
    EXPECT_EQ(random.used(), 2u);
}

} // namespace

} // namespace sluice::random_test
