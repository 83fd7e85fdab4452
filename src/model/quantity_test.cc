// SPDX-License-Identifier: Apache-2.0
#include "model/quantity.h"

#include "base/random.h"

#include <gtest/gtest.h>

namespace sluice::quantity_test {
namespace {

using enum QuantityUnit;

std::int64_t amount_of(std::string_view text, QuantityUnit unit)
{
    const Result<Quantity> quantity = parse_quantity(text, unit);
    EXPECT_TRUE(quantity) << text << ": " << quantity.error().detail;
    return quantity ? quantity->amount : -1;
}

TEST(Quantity, bytes_are_counted_exactly)
{
    const std::pair<std::string_view, std::int64_t> table[] = {
        {"0", 0},
        {"1", 1},
        {"512Mi", 512 << 20},
        {"1Ki", 1024},
        {"1.5Gi", 1610612736},
        {"2e3", 2000},
        {"2E3", 2000},
        {"1E", 1'000'000'000'000'000'000},
        {"7Ei", 8070450532247928832},
        {"200M", 200'000'000},
        {".5k", 500},
        {"5.k", 5000},
        {"+1k", 1000},
        {"1e-3", 1},
        {"1500m", 2},
        {"0.1", 1},
        {"1n", 1},
        {"1000000u", 1},
        {"9223372036854775807", INT64_MAX}};
    for (const auto& [text, bytes] : table) {
        if (text == "9223372036854775807")
            EXPECT_FALSE(parse_quantity(text, whole)) << "more than 18 digits";
        else
            EXPECT_EQ(amount_of(text, whole), bytes) << text;
    }
}

TEST(Quantity, cpus_are_counted_in_thousandths)
{
    const std::pair<std::string_view, std::int64_t> table[] = {
        {"1", 1000},
        {"1.5", 1500},
        {"100m", 100},
        {"1500m", 1500},
        {"2e3", 2'000'000},
        {"0.001", 1},
        {"0.0001", 1},
        {"1.0001", 1001},
        {"1u", 1},
        {"1e-07", 1},
        {"1.20", 1200},
        {"000.5", 500},
        {"1.50000000000000000000000", 1500}};
    for (const auto& [text, thousandths] : table)
        EXPECT_EQ(amount_of(text, milli), thousandths) << text;
}

TEST(Quantity, other_spellings_are_refused_with_the_reason)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"", "needs 1 to 18 digits"},
        {".", "needs 1 to 18 digits"},
        {"Mi", "needs 1 to 18 digits"},
        {"1234567890123456789", "needs 1 to 18 digits"},
        {"-1", "below zero"},
        {"1 Gi", "unknown suffix ' Gi'"},
        {"1mb", "unknown suffix 'mb'"},
        {"1MB", "unknown suffix 'MB'"},
        {"1ki", "unknown suffix 'ki'"},
        {"1K", "unknown suffix 'K'"},
        {"1.2.3", "unknown suffix '.3'"},
        {"1e", "unknown suffix 'e'"},
        {"1e+", "unknown suffix 'e+'"},
        {"1e+-3", "unknown suffix 'e+-3'"},
        {"8Ei", "too large"},
        {"1e19", "too large"},
        {"1e1000000", "too large"},
        {"1e99999999999999", "unknown suffix"}};
    for (const auto& [text, reason] : table) {
        const Result<Quantity> quantity = parse_quantity(text, whole);
        ASSERT_FALSE(quantity) << text;
        EXPECT_NE(quantity.error().detail.find(reason), std::string::npos)
            << text << ": " << quantity.error().detail;
    }
}

TEST(Quantity, the_spelling_of_the_user_is_kept)
{
    EXPECT_EQ(parse_quantity("0.50Gi", whole)->text, "0.50Gi");
}

TEST(Quantity, whole_numbers_with_a_binary_suffix_are_exact)
{
    constexpr std::uint64_t seed = 7;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    constexpr std::string_view suffixes[] = {"", "Ki", "Mi", "Gi"};
    for (int i = 0; i < 5'000; ++i) {
        const std::size_t power = random.next() % 4;
        const auto count = static_cast<std::int64_t>(random.next() % (1u << 30));
        const std::string text = fmt::format("{}{}", count, suffixes[power]);
        EXPECT_EQ(amount_of(text, whole), count << (10 * power)) << text;
        EXPECT_EQ(
            amount_of(fmt::format("{}.{:03}", count, i % 1000), milli), count * 1000 + i % 1000
        );
    }
}

} // namespace
} // namespace sluice::quantity_test
