// SPDX-License-Identifier: Apache-2.0
#include "net/router.h"

#include "base/assert.h"
#include "base/text.h"

#include <algorithm>

namespace sluice {

namespace {

bool is_name(std::string_view segment)
{
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

bool matches(std::span<const std::string> pattern, std::span<const std::string> segments)
{
    return std::equal(
        pattern.begin(), pattern.end(), segments.begin(), segments.end(),
        [](const std::string& expected, const std::string& given) {
            return is_name(expected) ? !given.empty() : expected == given;
        }
    );
}

bool match_the_same(std::span<const std::string> a, std::span<const std::string> b)
{
    return std::equal(
        a.begin(), a.end(), b.begin(), b.end(),
        [](const std::string& x, const std::string& y) {
            return x == y || (is_name(x) && is_name(y));
        }
    );
}

// True when the first place in which the patterns differ is a literal in `a`.
bool is_more_literal(std::span<const std::string> a, std::span<const std::string> b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        if (is_name(a[i]) != is_name(b[i]))
            return is_name(b[i]);
    return false;
}

std::vector<Field>
fields_of(std::span<const std::string> pattern, std::span<const std::string> segments)
{
    std::vector<Field> fields;
    for (std::size_t i = 0; i < pattern.size(); ++i)
        if (is_name(pattern[i]))
            fields.push_back({pattern[i].substr(1, pattern[i].size() - 2), segments[i]});
    return fields;
}

bool has_repeated_name(std::span<const std::string> pattern)
{
    for (auto segment = pattern.begin(); segment != pattern.end(); ++segment)
        if (is_name(*segment) && std::find(segment + 1, pattern.end(), *segment) != pattern.end())
            return true;
    return false;
}

bool serves(Method route, Method asked)
{
    return route == asked || (route == Method::get && asked == Method::head);
}

} // namespace

void Router::add(Route route)
{
    SLUICE_ASSERT(route.pattern.starts_with('/') && route.handle);
    std::vector<std::string> segments = split(std::string_view(route.pattern).substr(1), '/');
    SLUICE_ASSERT(!has_repeated_name(segments));
    for (const Entry& entry : entries_)
        SLUICE_ASSERT(
            entry.route.method != route.method || !match_the_same(entry.segments, segments)
        );
    entries_.push_back({std::move(route), std::move(segments)});
}

std::vector<const Route*> Router::routes() const
{
    std::vector<const Route*> routes;
    for (const Entry& entry : entries_)
        routes.push_back(&entry.route);
    return routes;
}

Router::Match Router::find(Method method, std::span<const std::string> segments) const
{
    Match match;
    const Entry* best = nullptr;
    for (const Entry& entry : entries_) {
        if (!matches(entry.segments, segments))
            continue;
        match.allowed.push_back(entry.route.method);
        if (entry.route.method == Method::get)
            match.allowed.push_back(Method::head);
        if (!serves(entry.route.method, method))
            continue;
        if (!best || is_more_literal(entry.segments, best->segments))
            best = &entry;
    }
    if (best) {
        match.route = &best->route;
        match.path_fields = fields_of(best->segments, segments);
    }
    return match;
}

} // namespace sluice
