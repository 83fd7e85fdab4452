// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/zone.h"

#include "base/time.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace sluice::zone_test {
namespace {

using namespace std::chrono;

sys_seconds at(std::string_view text)
{
    return floor<seconds>(parse_time(text).value());
}

local_seconds local_at(std::string_view text)
{
    return local_seconds(at(text).time_since_epoch());
}

Zone zone_of(std::string_view name)
{
    const Result<Zone> zone = find_zone(name);
    EXPECT_TRUE(zone) << zone.error().detail;
    return zone ? *zone : Zone();
}

TEST(Zone, the_default_is_utc)
{
    EXPECT_EQ(Zone().name(), "UTC");
    EXPECT_EQ(Zone(), zone_of("UTC"));
    EXPECT_NE(Zone(), zone_of("Europe/Berlin"));
    EXPECT_EQ(zone_of("Europe/Berlin"), zone_of("Europe/Berlin"));
}

TEST(Zone, utc_has_one_period)
{
    const sys_seconds time = at("2026-07-01T00:00:00Z");

    EXPECT_EQ(Zone().period_at(time), (ZonePeriod{seconds(0), zone_end}));
    EXPECT_EQ(Zone().local(time), local_at("2026-07-01T00:00:00Z"));
    EXPECT_EQ(Zone().instants(Zone().local(time)), (LocalInstants{time, time}));
}

TEST(Zone, a_period_ends_when_the_offset_changes)
{
    struct Case {
        std::string_view zone, time;
        minutes offset;
        std::string_view end;
    };
    const Case table[] = {
        {"Europe/Berlin", "2026-01-01T00:00:00Z", 60min, "2026-03-29T01:00:00Z"},
        {"Europe/Berlin", "2026-03-29T00:59:59Z", 60min, "2026-03-29T01:00:00Z"},
        {"Europe/Berlin", "2026-03-29T01:00:00Z", 120min, "2026-10-25T01:00:00Z"},
        {"America/New_York", "2026-07-01T00:00:00Z", -240min, "2026-11-01T06:00:00Z"},
        {"Australia/Lord_Howe", "2026-01-01T00:00:00Z", 660min, "2026-04-04T15:00:00Z"},
        {"Australia/Lord_Howe", "2026-06-01T00:00:00Z", 630min, "2026-10-03T15:30:00Z"},
        {"Pacific/Apia", "2011-12-01T00:00:00Z", -600min, "2011-12-30T10:00:00Z"},
        {"Asia/Kathmandu", "2026-01-01T00:00:00Z", 345min, "2400-01-01T00:00:00Z"}};
    for (const Case& c : table)
        EXPECT_EQ(zone_of(c.zone).period_at(at(c.time)), (ZonePeriod{c.offset, at(c.end)}))
            << c.zone << " " << c.time;
}

TEST(Zone, the_rules_go_on_after_what_the_database_lists)
{
    const Zone zone = zone_of("America/New_York");

    for (const std::string_view july : {"2038-07-01T00:00:00Z", "2399-07-01T00:00:00Z"})
        EXPECT_EQ(zone.period_at(at(july)).offset, -4h) << july;
    EXPECT_EQ(zone.period_at(at("2040-01-01T00:00:00Z")).end, at("2040-03-11T07:00:00Z"));
    EXPECT_EQ(zone.period_at(at("2399-12-31T00:00:00Z")).end, zone_end);
}

TEST(Zone, a_skipped_local_time_stands_for_the_first_instant_after_the_gap)
{
    const Zone zone = zone_of("Europe/Berlin");
    const sys_seconds change = at("2026-03-29T01:00:00Z");

    for (const std::string_view skipped : {"2026-03-29T02:00:00Z", "2026-03-29T02:59:59Z"})
        EXPECT_EQ(zone.instants(local_at(skipped)), (LocalInstants{change, change})) << skipped;
    EXPECT_EQ(zone.instants(local_at("2026-03-29T01:59:59Z")).first, change - 1s);
    EXPECT_EQ(zone.instants(local_at("2026-03-29T03:00:00Z")).first, change);
    EXPECT_EQ(zone.instants(local_at("2026-03-29T03:00:01Z")).first, change + 1s);
}

TEST(Zone, a_repeated_local_time_stands_for_its_first_occurrence)
{
    const Zone zone = zone_of("Europe/Berlin");
    const sys_seconds change = at("2026-10-25T01:00:00Z");

    EXPECT_EQ(
        zone.instants(local_at("2026-10-25T02:00:00Z")), (LocalInstants{change - 1h, change})
    );
    EXPECT_EQ(
        zone.instants(local_at("2026-10-25T02:59:59Z")), (LocalInstants{change - 1s, change})
    );
    EXPECT_EQ(zone.instants(local_at("2026-10-25T03:00:00Z")).first, change + 1h);
}

TEST(Zone, a_whole_day_may_be_skipped)
{
    const Zone zone = zone_of("Pacific/Apia");

    EXPECT_EQ(zone.instants(local_at("2011-12-30T12:00:00Z")).first, at("2011-12-30T10:00:00Z"));
    EXPECT_EQ(zone.local(at("2011-12-30T09:59:59Z")), local_at("2011-12-29T23:59:59Z"));
    EXPECT_EQ(zone.local(at("2011-12-30T10:00:00Z")), local_at("2011-12-31T00:00:00Z"));
}

TEST(Zone, an_unknown_name_is_refused_with_near_ones)
{
    const std::pair<std::string_view, std::string_view> table[] = {
        {"Europe/Berln", "unknown time zone 'Europe/Berln' (did you mean 'Europe/Berlin'"},
        {"europe/berlin", "did you mean 'Europe/Berlin'"},
        {"berlin", "did you mean 'Europe/Berlin'?)"},
        {"New_York", "did you mean 'America/New_York'?)"},
        {"utc", "did you mean 'UTC'"},
        {"Middle/Earth_and_more", "(accepted: UTC and the IANA names like 'Europe/Berlin')"},
        {"", "unknown time zone '' (accepted: "}};
    for (const auto& [name, reason] : table) {
        const Result<Zone> zone = find_zone(name);
        ASSERT_FALSE(zone) << name;
        EXPECT_EQ(zone.error().code, Errc::invalid);
        EXPECT_NE(zone.error().detail.find(reason), std::string::npos) << zone.error().detail;
    }
}

TEST(Zone, what_is_no_name_of_the_database_is_not_looked_for)
{
    using namespace std::string_view_literals;
    for (const std::string_view name :
         {"localtime"sv, "posix/Europe/Berlin"sv, "right/Europe/Berlin"sv, "posixrules"sv,
          "/usr/share/zoneinfo/Europe/Berlin"sv, "../zoneinfo/Europe/Berlin"sv,
          "Europe/../Europe/Berlin"sv, "file:Europe/Berlin"sv, "Fixed/UTC+01:00:00"sv, "Europe"sv,
          "tzdata.zi"sv, "Europe/Berlin\0"sv, "Europe/Berlin "sv, "\xff"sv}) {
        const Result<Zone> zone = find_zone(name);
        ASSERT_FALSE(zone) << name;
        EXPECT_EQ(zone.error().code, Errc::invalid) << name;
    }
}

TEST(Zone, utc_needs_no_database)
{
    ::setenv("TZDIR", "/nowhere", 1);
    const Result<Zone> utc = find_zone("UTC");
    const Result<Zone> other = find_zone("Europe/Berlin");
    ::unsetenv("TZDIR");

    EXPECT_TRUE(utc);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, Errc::unavailable);
    EXPECT_EQ(
        other.error().detail,
        "time zone 'Europe/Berlin': there is no time zone database at '/nowhere'"
    );
}

} // namespace
} // namespace sluice::zone_test
