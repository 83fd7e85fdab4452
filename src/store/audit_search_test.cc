// SPDX-License-Identifier: Apache-2.0
#include "store/audit_search.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::audit_search_test {

namespace {

using Filter = ServiceReads::AuditFilter;
using Ids = std::vector<std::int64_t>;

constexpr Time start = from_micros(1'700'000'000'000'000);

// Lines with the ids from 1 on, three at each moment; every hundredth was done by ada.
class Audit {
public:
    explicit Audit(std::int64_t size)
    {
        for (std::int64_t id = size; id > 0; --id) {
            EventRow& line = lines_.emplace_back();
            line.id = id;
            line.at = start + Micros(id / 3);
            line.run = RunId{1};
            line.kind = "report";
            line.actor = id % 100 == 0 ? "ada" : "";
        }
    }

    ServiceReads::AuditPage page(const Filter& filter)
    {
        std::optional<AuditPlace> from;
        if (filter.cursor != 0)
            from = {start + Micros(filter.cursor / 3), filter.cursor};
        return search_audit(filter, from, [&](const AuditPlace& place, std::size_t limit) {
            return look(place, limit);
        });
    }

    std::size_t looked_at = 0;

private:
    std::vector<EventRow> look(const AuditPlace& from, std::size_t limit)
    {
        std::vector<EventRow> found;
        for (const EventRow& line : lines_)
            if (found.size() < limit &&
                (line.at < from.at || (line.at == from.at && line.id < from.id)))
                found.push_back(line);
        looked_at += found.size();
        return found;
    }

    std::vector<EventRow> lines_; // newest first
};

Ids ids_of(const ServiceReads::AuditPage& page)
{
    Ids ids;
    for (const EventRow& line : page.events)
        ids.push_back(line.id);
    return ids;
}

TEST(SearchAudit, pages_hang_together)
{
    Audit audit(7);
    Filter filter;
    filter.limit = 3;
    ServiceReads::AuditPage page = audit.page(filter);
    EXPECT_EQ(ids_of(page), (Ids{7, 6, 5}));
    filter.cursor = page.next_cursor.value();
    page = audit.page(filter);
    EXPECT_EQ(ids_of(page), (Ids{4, 3, 2}));
    filter.cursor = page.next_cursor.value();
    page = audit.page(filter);
    EXPECT_EQ(ids_of(page), Ids{1});
    EXPECT_FALSE(page.next_cursor);
}

TEST(SearchAudit, the_last_page_may_be_full)
{
    Audit audit(3);
    Filter filter;
    filter.limit = 3;
    EXPECT_FALSE(audit.page(filter).next_cursor);
}

TEST(SearchAudit, a_filter_that_finds_little_looks_at_a_bounded_number_of_lines)
{
    Audit audit(50'000);
    Filter filter;
    filter.actor = "nobody";
    filter.limit = 10;
    const ServiceReads::AuditPage page = audit.page(filter);
    EXPECT_TRUE(page.events.empty());
    EXPECT_TRUE(page.next_cursor) << "there may be more";
    EXPECT_LE(audit.looked_at, 21'000u);
}

TEST(SearchAudit, what_a_filter_asks_for_is_found_whole_by_its_pages)
{
    Audit audit(50'000);
    Filter filter;
    filter.actor = "ada";
    filter.limit = 70;
    std::size_t count = 0;
    for (std::optional<std::int64_t> next = 0; next;) {
        filter.cursor = *next;
        const ServiceReads::AuditPage page = audit.page(filter);
        EXPECT_LE(page.events.size(), filter.limit);
        count += page.events.size();
        next = page.next_cursor;
    }
    EXPECT_EQ(count, 500u);
}

TEST(SearchAudit, a_time_bounds_where_it_begins)
{
    Audit audit(9);
    Filter filter;
    filter.before = start + Micros(1);
    EXPECT_EQ(ids_of(audit.page(filter)), (Ids{5, 4, 3, 2, 1}));
    filter.cursor = 4;
    EXPECT_EQ(ids_of(audit.page(filter)), (Ids{3, 2, 1}));
    filter.cursor = 9;
    EXPECT_EQ(ids_of(audit.page(filter)), (Ids{5, 4, 3, 2, 1}));
}

TEST(AuditPath, is_the_index_that_holds_the_fewest)
{
    Filter filter;
    EXPECT_EQ(audit_path(filter), AuditPath::newest);
    filter.actor = "handle";
    EXPECT_EQ(audit_path(filter), AuditPath::newest) << "the targets are most";
    filter.actor = "ada";
    EXPECT_EQ(audit_path(filter), AuditPath::actor);
    filter.action = "report";
    EXPECT_EQ(audit_path(filter), AuditPath::actor);
    filter.action = "cancel";
    EXPECT_EQ(audit_path(filter), AuditPath::kind);
    filter.object = "task";
    EXPECT_EQ(audit_path(filter), AuditPath::kind);
    filter.object = "rule";
    EXPECT_EQ(audit_path(filter), AuditPath::object);
    filter.run = RunId{1};
    EXPECT_EQ(audit_path(filter), AuditPath::run);
    filter.task = TaskId{1};
    EXPECT_EQ(audit_path(filter), AuditPath::task);
}

} // namespace

} // namespace sluice::audit_search_test
