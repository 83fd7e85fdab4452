// SPDX-License-Identifier: Apache-2.0
#include "model/schedule/zone.h"

#include "base/text.h"

#include <absl/time/civil_time.h>
#include <absl/time/time.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

namespace sluice {

using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

struct Zone::Rules {
    std::string name;
    absl::TimeZone zone;
};

namespace {

absl::Time to_absl(sys_seconds time)
{
    return absl::FromUnixSeconds(time.time_since_epoch().count());
}

sys_seconds from_absl(absl::Time time)
{
    return sys_seconds(seconds(absl::ToUnixSeconds(time)));
}

std::filesystem::path database()
{
    const char* chosen = std::getenv("TZDIR"); // what Abseil reads, too
    return chosen && *chosen ? chosen : "/usr/share/zoneinfo";
}

// Whether it looks like a name of the database: "Europe/Berlin", "Etc/GMT+1". Also keeps paths
// out, and what Abseil itself gives a meaning to ("localtime", "file:…").
bool is_zone_name(std::string_view name)
{
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '+' || c == '/';
    };
    return !name.empty() && std::all_of(name.begin(), name.end(), fits) && name[0] >= 'A' &&
           name[0] <= 'Z';
}

// The names in tzdata.zi, the text form of the database: lines "Z name …" for zones and
// "L target name" for other names (zic(8)).
std::vector<std::string> zone_names(const std::filesystem::path& directory)
{
    std::vector<std::string> names;
    std::ifstream file(directory / "tzdata.zi");
    for (std::string line; std::getline(file, line);) {
        const std::vector<std::string> words = split(line, ' ');
        if (words[0] == "Z" && words.size() > 1)
            names.push_back(words[1]);
        if (words[0] == "L" && words.size() > 2)
            names.push_back(words[2]);
    }
    return names;
}

// Whole names that are near, else zones whose place is meant: "berlin" is "Europe/Berlin".
std::vector<std::string>
near_names(std::string_view name, const std::vector<std::string>& candidates)
{
    std::vector<std::string> near = nearest(name, candidates);
    const std::string place = "/" + to_lower(name);
    for (const std::string& candidate : candidates)
        if (near.empty() && to_lower(candidate).ends_with(place))
            near.push_back(candidate);
    return near;
}

Error unknown_zone(std::string_view name, const std::filesystem::path& directory)
{
    std::error_code ignored;
    if (!std::filesystem::is_directory(directory, ignored))
        return {
            Errc::unavailable, fmt::format(
                                   "time zone '{}': there is no time zone database at '{}'",
                                   printable(name), printable(directory.string())
                               )};

    const std::vector<std::string> near = near_names(name.substr(0, 100), zone_names(directory));
    const std::string hint = near.empty() ? "accepted: UTC and the IANA names like 'Europe/Berlin'"
                                          : fmt::format("did you mean '{}'?", join(near, "', '"));
    return {
        Errc::invalid,
        fmt::format("unknown time zone '{}' ({})", printable(name.substr(0, 100)), hint)};
}

} // namespace

Result<Zone> find_zone(std::string_view name)
{
    if (name == "UTC")
        return Zone();

    // Abseil remembers every name that it is asked for, for ever: ask it for files only.
    const std::filesystem::path directory = database();
    std::error_code ignored;
    if (!is_zone_name(name) || !std::filesystem::is_regular_file(directory / name, ignored))
        return unknown_zone(name, directory);

    auto rules = std::make_shared<Zone::Rules>();
    rules->name = std::string(name);
    if (!absl::LoadTimeZone(rules->name, &rules->zone))
        return Error{
            Errc::unavailable, fmt::format("time zone '{}': its file cannot be read", name)};
    Zone zone;
    zone.rules_ = std::move(rules);
    return zone;
}

const std::string& Zone::name() const
{
    static const std::string utc = "UTC";
    return rules_ ? rules_->name : utc;
}

ZonePeriod Zone::period_at(sys_seconds time) const
{
    if (!rules_)
        return {seconds(0), zone_end};
    const absl::TimeZone& zone = rules_->zone;
    const seconds offset(zone.At(to_absl(time)).offset);
    absl::TimeZone::CivilTransition change;
    if (!zone.NextTransition(to_absl(time), &change))
        return {offset, zone_end};
    return {offset, std::min(zone_end, from_absl(zone.At(change.to).trans))};
}

local_seconds Zone::local(sys_seconds time) const
{
    const int offset = rules_ ? rules_->zone.At(to_absl(time)).offset : 0;
    return local_seconds(time.time_since_epoch() + seconds(offset));
}

LocalInstants Zone::instants(local_seconds local) const
{
    if (!rules_) {
        const sys_seconds time(local.time_since_epoch());
        return {time, time};
    }
    const absl::CivilSecond shown =
        absl::CivilSecond(1970, 1, 1, 0, 0, 0) + local.time_since_epoch().count();
    const absl::TimeZone::TimeInfo info = rules_->zone.At(shown);
    const sys_seconds change = from_absl(info.trans);
    const bool is_skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
    return {is_skipped ? change : from_absl(info.pre), change};
}

} // namespace sluice
