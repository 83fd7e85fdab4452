// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"
#include "base/text.h"
#include "model/schedule/cron.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace sluice::cron_parse_test {
namespace {

Cron cron_of(std::string_view text)
{
    const Result<Cron> cron = parse_cron(text);
    EXPECT_TRUE(cron) << text << ": " << cron.error().detail;
    return cron ? *cron : Cron{};
}

TEST(CronParse, all_spellings_are_read_and_have_one_form)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"* * * * *", "* * * * *"},
        {" 5  4\t* * * ", "5 4 * * *"},
        {"05 04 * * *", "5 4 * * *"},
        {"? ? ? ? ?", "* * * * *"},
        {"*/15 * * * *", "*/15 * * * *"},
        {"0,15,30,45 * * * *", "*/15 * * * *"},
        {"0/15 * * * *", "*/15 * * * *"},
        {"10/15 * * * *", "10,25,40,55 * * * *"},
        {"10-40/10 * * * *", "10,20,30,40 * * * *"},
        {"*/60 */24 */31 */12 */7", "0 0 */31 1 0"},
        {"1-3,5,7-8 * * * *", "1-3,5,7,8 * * * *"},
        {"0-59 0-23 1-31 1-12 0-6", "* * 1-31 * 0-6"},
        {"0 9 * * MON-FRI", "0 9 * * 1-5"},
        {"0 9 * Jan,jUL sun", "0 9 * 1,7 0"},
        {"0 9 * 1-mar *", "0 9 * 1-3 *"},
        {"0 9 * * 7", "0 9 * * 0"},
        {"0 9 * * 5-7", "0 9 * * 0,5,6"},
        {"0 9 * * FRI-SUN", "0 9 * * 0,5,6"},
        {"0 9 * * 0-7", "0 9 * * *"},
        {"0 9 * * */2", "0 9 * * */2"},
        {"0 9 * * 1/2", "0 9 * * 1,3,5"},
        {"0 0 L * *", "0 0 L * *"},
        {"0 0 l-3,lw,15w,L,1 * *", "0 0 1,15W,LW,L-3,L * *"},
        {"0 0 * * 5L,FRI#3,7l,0#1,MON", "0 0 * * 1,0#1,5#3,0L,5L"},
        {"0 0 1,15 * MON", "0 0 1,15 * 1"},
        {"0 0 1,15 * *", "0 0 1,15 * *"},
        {"0 0 */2 * MON", "0 0 */2 * 1"},
        {"0 0 13 * */2", "0 0 13 * */2"},
        {"0 0 */2,4 1 MON", "0 0 */31,3-5,7,9,11,13,15,17,19,21,23,25,27,29,31 1 1"},
        {"0 0 4 1 */3,5", "0 0 4 1 */7,3,5,6"},
        {"0 0 *,L * 5", "0 0 *,L * 5"},
        {"0 30 9 * * *", "30 9 * * *"},
        {"*/10 * * * * ?", "*/10 * * * * *"},
        {"59 59 23 31 12 6", "59 59 23 31 12 6"},
        {"@yearly", "0 0 1 1 *"},
        {"@annually", "0 0 1 1 *"},
        {"@monthly", "0 0 1 * *"},
        {"@weekly", "0 0 * * 0"},
        {" @Daily ", "0 0 * * *"},
        {"@midnight", "0 0 * * *"},
        {"@hourly", "0 * * * *"}};
    for (const auto& [text, form] : table) {
        EXPECT_EQ(format_cron(cron_of(text)), form) << text;
        EXPECT_EQ(cron_of(form), cron_of(text)) << text;
    }
}

TEST(CronParse, expressions_are_equal_when_the_same_matches)
{
    EXPECT_EQ(cron_of("0 0 * * SUN"), cron_of("@weekly"));
    EXPECT_EQ(cron_of("0 0 0 * * 7"), cron_of("@weekly"));
    EXPECT_EQ(cron_of("* * * * *"), Cron{});
    EXPECT_NE(cron_of("0 0 1 * MON"), cron_of("0 0 1 * *"));
    EXPECT_NE(cron_of("0 0 */2 * MON"), cron_of("0 0 1-31/2 * MON"));
}

using Refusals = std::vector<std::pair<std::string_view, std::string_view>>;

// Each text is refused with a message that begins so, after the text itself.
void expect_refused(const Refusals& table)
{
    for (const auto& [text, reason] : table) {
        const Result<Cron> cron = parse_cron(text);
        ASSERT_FALSE(cron) << text;
        EXPECT_EQ(cron.error().code, Errc::invalid) << text;
        const std::string whole = fmt::format("bad cron expression '{}': {}", text, reason);
        EXPECT_TRUE(cron.error().detail.starts_with(whole)) << text << ": " << cron.error().detail;
    }
}

TEST(CronParse, a_bad_value_is_named_with_its_field_and_what_is_accepted)
{
    expect_refused(
        {{"60 * * * *", "minute '60': 60 is out of range (accepted: 0 to 59, "},
         {"* 24 * * *", "hour '24': 24 is out of range (accepted: 0 to 23, "},
         {"* * 0 * *", "day '0': 0 is out of range (accepted: 1 to 31, "},
         {"* * 32 * *", "day '32': 32 is out of range"},
         {"* * * 0 *", "month '0': 0 is out of range"},
         {"* * * 13 *", "month '13': 13 is out of range (accepted: 1 to 12 or JAN to DEC, "},
         {"* * * * 8", "weekday '8': 8 is out of range (accepted: 0 to 7 or SUN to SAT, "},
         {"60 * * * * *", "second '60': 60 is out of range"},
         {"1,2,61 * * * *", "minute '61': 61 is out of range"},
         {"99999999999 * * * *", "minute '99999999999': '99999999999' is not a value"},
         {"x * * * *", "minute 'x': 'x' is not a value"},
         {"1.5 * * * *", "minute '1.5': '1.5' is not a value"},
         {"+5 * * * *", "minute '+5': '+5' is not a value"},
         {"** * * * *", "minute '**': '**' is not a value"},
         {"*5 * * * *", "minute '*5': '*5' is not a value"},
         {"MON * * * *", "minute 'MON': 'MON' is not a value"},
         {"* * * MON *", "month 'MON': 'MON' is not a value"},
         {"* * * * JAN", "weekday 'JAN': 'JAN' is not a value"},
         {"* * * * MONDAY", "weekday 'MONDAY': 'MONDAY' is not a value"},
         {"5- * * * *", "minute '5-': a value is missing"},
         {"-5 * * * *", "minute '-5': a value is missing"},
         {"1,,2 * * * *", "minute '': a value is missing"},
         {", * * * *", "minute '': a value is missing"},
         {"1-2-3 * * * *", "minute '1-2-3': '2-3' is not a value"}}
    );
}

TEST(CronParse, a_bad_range_or_step_is_named_with_its_field)
{
    expect_refused(
        {{"30-20 * * * *", "minute '30-20': the range runs backwards; write two ranges"},
         {"* 22-2 * * *", "hour '22-2': the range runs backwards"},
         {"* * * * SAT-MON", "weekday 'SAT-MON': the range runs backwards"},
         {"*/0 * * * *", "minute '*/0': the step must be 1 to 60"},
         {"*/61 * * * *", "minute '*/61': the step must be 1 to 60"},
         {"*/ * * * *", "minute '*/': the step must be 1 to 60"},
         {"*/5/5 * * * *", "minute '*/5/5': the step must be 1 to 60"},
         {"* */25 * * *", "hour '*/25': the step must be 1 to 24"},
         {"* * */-1 * *", "day '*/-1': the step must be 1 to 31"}}
    );
}

TEST(CronParse, what_only_day_or_weekday_may_hold_is_checked)
{
    expect_refused(
        {{"L * * * *", "minute 'L': 'L' is not a value"},
         {"* * W * *", "day 'W': a value is missing"},
         {"* * 32W * *", "day '32W': 32 is out of range (accepted: 1 to 31, "},
         {"* * L-0 * *", "day 'L-0': 0 is out of range"},
         {"* * L-31 * *", "day 'L-31': no month has 32 days"},
         {"* * L-3W * *", "day 'L-3W': '3W' is not a value"},
         {"* * 5L * *", "day '5L': '5L' is not a value"},
         {"* * 1-5W * *", "day '1-5W': '1-5' is not a value"},
         {"* * * * L", "weekday 'L': a value is missing"},
         {"* * * * 8L", "weekday '8L': 8 is out of range"},
         {"* * * * 5#6", "weekday '5#6': after '#' comes 1 to 5 (accepted: 0 to 7 or SUN to SAT, "},
         {"* * * * 5#0", "weekday '5#0': after '#' comes 1 to 5"},
         {"* * * * 5#", "weekday '5#': after '#' comes 1 to 5"},
         {"* * * * #3", "weekday '#3': a value is missing"},
         {"* * * * 1-5#3", "weekday '1-5#3': '1-5' is not a value"}}
    );
}

TEST(CronParse, there_are_five_or_six_fields_that_match_some_date)
{
    expect_refused(
        {{"",
          "it has 0 fields (accepted: 5, minute hour day month weekday, or 6, the second first)"},
         {"* * * *", "it has 4 fields"},
         {"* * * * * * *", "it has 7 fields"},
         {"@reboot", "accepted: @yearly @annually @monthly @weekly @daily @midnight @hourly"},
         {"@every 5m", "it has 2 fields"},
         {"0 0 31 2 *", "no date ever matches day '31' in month '2' with weekday '*'"},
         {"0 0 30,31 FEB ?", "no date ever matches day '30,31' in month 'FEB' with weekday '?'"},
         {"0 0 31 2,4,6,9,11 *", "no date ever matches day '31' in month '2,4,6,9,11'"},
         {"0 0 31W 4 *", "no date ever matches day '31W'"},
         {"0 0 L-29 2 *", "no date ever matches day 'L-29'"},
         {"0 0 */31 * 1#2", "no date ever matches day '*/31' in month '*' with weekday '1#2'"}}
    );
}

TEST(CronParse, what_matches_once_in_28_years_is_accepted)
{
    for (const std::string_view text :
         {"0 0 29 2 *", "0 0 L-28 2 *", "0 0 * 2 5#5", "0 0 29W 2 *", "0 0 */28 2 0#5"})
        EXPECT_TRUE(parse_cron(text)) << text;
}

TEST(CronParse, long_text_is_refused_without_repeating_it)
{
    const Result<Cron> cron = parse_cron(std::string(100'000, '1') + " * * * *");

    ASSERT_FALSE(cron);
    EXPECT_LT(cron.error().detail.size(), 200u);
}

TEST(CronParse, no_text_breaks_it)
{
    constexpr std::uint64_t seed = 20260201;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (int i = 0; i < 10'000; ++i) {
        std::string text = random_text(random, "0123459*?,-/#LWlw@ aAjJnN\t\x80", i % 40);
        const Result<Cron> cron = parse_cron(text);
        if (!cron) {
            EXPECT_TRUE(is_utf8(cron.error().detail));
            continue;
        }
        EXPECT_EQ(cron_of(format_cron(*cron)), *cron) << text;
    }
}

std::string random_list(Random& random, std::string_view star, std::vector<std::string> items)
{
    std::vector<std::string> chosen;
    if (random.next() % 3 == 0)
        chosen.emplace_back(star);
    for (const std::string& item : items)
        if (random.next() % 2 == 0)
            chosen.push_back(item);
    return chosen.empty() ? items[0] : join(chosen, ",");
}

TEST(CronParse, what_is_written_is_read_back)
{
    constexpr std::uint64_t seed = 20260202;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    SeededRandom random(seed);
    for (int i = 0; i < 2'000; ++i) {
        const std::string minutes = random_list(random, "*/7", {"3", "9-20", "50/2"});
        const std::string hours = random_list(random, "*/6", {"1", "2-5", "22"});
        const std::string days = random_list(random, "*/4", {"1", "31", "2-9/3", "L", "L-2", "9W"});
        const std::string months = random_list(random, "*", {"1", "3", "MAY-AUG"});
        const std::string weekdays = random_list(random, "*/3", {"0", "1-5", "3#2", "6L", "SAT"});
        const std::string text =
            fmt::format("{} {} {} {} {}", minutes, hours, days, months, weekdays);
        EXPECT_EQ(cron_of(format_cron(cron_of(text))), cron_of(text)) << text;
    }
}

} // namespace
} // namespace sluice::cron_parse_test
