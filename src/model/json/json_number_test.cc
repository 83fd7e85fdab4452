// SPDX-License-Identifier: Apache-2.0
#include "model/json/json_number.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace sluice::json_number_test {
namespace {

// Each double and each integer of 64 bits is one of these, so that comparing them is exact.
using Exact = long double;
static_assert(std::numeric_limits<Exact>::digits >= 64);

Exact exact(const Json& value)
{
    if (value.is_number_unsigned())
        return value.get<std::uint64_t>();
    if (value.is_number_integer())
        return value.get<std::int64_t>();
    return value.get<double>();
}

// What lies around zero and each power of two, as every type that can hold it.
std::vector<Json> numbers_at_the_limits()
{
    std::vector<Json> numbers;
    for (int power = 0; power < 64; ++power)
        for (const std::uint64_t step : {-1, 0, 1}) {
            const std::uint64_t value = (std::uint64_t{1} << power) + step;
            numbers.emplace_back(value);
            numbers.emplace_back(static_cast<std::int64_t>(value));
            numbers.emplace_back(static_cast<std::int64_t>(0 - value));
        }
    for (const double value :
         {0.0, 0.5, 1.0, 0x1p52, 0x1p53, 0x1p62, 0x1p63, 0x1p64, 0x1p65, 1e300})
        for (const double near : {value, std::nextafter(value, 0.0), std::nextafter(value, 1e301)})
            for (const double number : {near, -near})
                numbers.emplace_back(number);
    return numbers;
}

TEST(JsonNumber, two_are_equal_exactly_when_their_values_are)
{
    const std::vector<Json> numbers = numbers_at_the_limits();
    for (const Json& a : numbers)
        for (const Json& b : numbers)
            ASSERT_EQ(json_number(a) == json_number(b), exact(a) == exact(b))
                << a.type_name() << " " << a << " and " << b << ", doubles: " << a.is_number_float()
                << b.is_number_float();
}

TEST(JsonNumber, only_fractions_and_what_64_bits_cannot_hold_are_doubles)
{
    for (const double value : {0.5, -0.5, 0x1p64, -0x1.0000000000001p63, 1e300, 5e-324})
        EXPECT_EQ(json_number(value), JsonNumber(value)) << value;
    EXPECT_EQ(json_number(-0.0), JsonNumber(std::uint64_t{0}));
    EXPECT_EQ(json_number(-1.0), JsonNumber(std::int64_t{-1}));
    EXPECT_EQ(json_number(-0x1p63), JsonNumber(INT64_MIN));
    EXPECT_EQ(json_number(0x1p63), JsonNumber(std::uint64_t{1} << 63));
    EXPECT_EQ(json_number(0x1.fffffffffffffp63), JsonNumber(UINT64_MAX - 2047));
}

TEST(JsonNumberDeathTest, text_is_no_number)
{
    EXPECT_DEATH(json_number(Json("1")), "");
}

} // namespace
} // namespace sluice::json_number_test
