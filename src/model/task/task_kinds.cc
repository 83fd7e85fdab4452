// SPDX-License-Identifier: Apache-2.0
#include "model/task/task_kinds.h"

#include "base/uid.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

// Unicode's White_Space.
constexpr std::string_view spaces[] = {
    " ",      "\t",     "\r",     "\n",     "\v",     "\f",     "\u0085", "\u00a0", "\u1680",
    "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008",
    "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

bool is_blank(std::string_view text)
{
    while (!text.empty()) {
        const auto space = std::ranges::find_if(spaces, [&](std::string_view one) {
            return text.starts_with(one);
        });
        if (space == std::end(spaces))
            return false;
        text.remove_prefix(space->size());
    }
    return true;
}

} // namespace

void NameKind::read(const Value& value, std::string& out) const
{
    const std::size_t before = value.problems.count();
    TextKind{}.read(value, out);
    if (value.problems.count() != before)
        return;
    if (is_blank(out))
        value.refuse("must not be blank");
    else if (out.size() > bytes_max)
        value.refuse(fmt::format("has {} bytes, at most {} are accepted", out.size(), bytes_max));
}

Json NameKind::schema() const
{
    Json schema = TextKind{1}.schema();
    schema["maxLength"] = bytes_max;
    schema["pattern"] = "\\S";
    return schema;
}

void UuidKind::read(const Value& value, std::string& out) const
{
    std::optional<Uid> uid;
    if (value.json.is_string())
        uid = parse_uid(value.json.get_ref<const std::string&>());
    if (uid)
        out = format_uid(*uid);
    else
        value.refuse_type("a UUID");
}

Json UuidKind::schema() const
{
    return Json{{"type", "string"}, {"format", "uuid"}};
}

void TimeKind::read(const Value& value, Time& out) const
{
    if (!value.json.is_string())
        return value.refuse_type("a time like '2026-01-31T12:00:00Z'");
    const Result<Time> time = parse_time(value.json.get_ref<const std::string&>());
    if (time)
        out = *time;
    else
        value.refuse(time.error().detail);
}

Json TimeKind::schema() const
{
    return Json{{"type", "string"}, {"format", "date-time"}};
}

void SecondsBetweenKind::read(const Value& value, std::chrono::seconds& out) const
{
    std::int64_t seconds = out.count();
    IntegerKind{min, max}.read(value, seconds);
    out = std::chrono::seconds(seconds);
}

void AnyJsonKind::read(const Value& value, Json& out) const
{
    const std::size_t bytes = dump_json(value.json).size();
    if (bytes > bytes_max)
        value.refuse(fmt::format("has {} bytes, at most {} are accepted", bytes, bytes_max));
    out = value.json; // too large or not: others look for members in it
}

} // namespace sluice
