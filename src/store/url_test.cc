// SPDX-License-Identifier: Apache-2.0
#include "store/url.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::url_test {
namespace {

using Dialect = DatabaseUrl::Dialect;

DatabaseUrl parsed(std::string_view url)
{
    const Result<DatabaseUrl> result = parse_database_url(url);
    EXPECT_TRUE(result) << url;
    return result ? *result : DatabaseUrl{};
}

std::string refusal_of(std::string_view url)
{
    const Result<DatabaseUrl> result = parse_database_url(url);
    EXPECT_FALSE(result) << url;
    if (result)
        return {};
    EXPECT_EQ(result.error().code, Errc::invalid);
    return result.error().detail;
}

TEST(DatabaseUrl, of_sqlite_names_the_path_behind_the_scheme)
{
    const std::pair<const char*, const char*> cases[] = {
        {"sqlite:///var/a.db", "/var/a.db"},
        {"sqlite://a.db", "a.db"},
        {"sqlite://./b/a.db", "./b/a.db"},
        {"a.db", "a.db"},
        {"/var/a b.db", "/var/a b.db"},
        {"sqlite://:memory:", ":memory:"},
        {":memory:", ":memory:"},
        {"sqlite:///:memory:", "/:memory:"},
    };
    for (const auto& [url, path] : cases) {
        const DatabaseUrl read = parsed(url);
        EXPECT_EQ(read.dialect, Dialect::sqlite) << url;
        EXPECT_EQ(read.target, path) << url;
        EXPECT_EQ(read.query, "") << url;
        EXPECT_FALSE(read.must_exist) << url;
        EXPECT_TRUE(read.warnings.empty()) << url;
    }
}

TEST(DatabaseUrl, of_postgres_is_kept_as_it_came)
{
    for (const std::string url :
         {"postgres://u:p@host/db", "postgresql:///db?host=/run&options=-c%20a=b"}) {
        const DatabaseUrl read = parsed(url);
        EXPECT_EQ(read.dialect, Dialect::postgres);
        EXPECT_EQ(read.target, url);
        EXPECT_TRUE(read.warnings.empty());
    }
}

TEST(DatabaseUrl, a_query_is_never_part_of_the_file_name)
{
    for (const std::string path : {"sqlite:///var/a.db", "sqlite://a.db", "a.db", ":memory:"}) {
        const DatabaseUrl read = parsed(path + "?mode=rwc");
        EXPECT_EQ(read.target, parsed(path).target);
        EXPECT_EQ(read.query, "?mode=rwc");
        EXPECT_FALSE(read.must_exist);
        EXPECT_TRUE(read.warnings.empty());
    }
}

TEST(DatabaseUrl, mode_rw_makes_no_file)
{
    EXPECT_TRUE(parsed("sqlite://a.db?mode=rw").must_exist);
    EXPECT_TRUE(parsed("a.db?cache=shared&mode=rw").must_exist);
}

TEST(DatabaseUrl, warns_of_each_part_that_does_nothing)
{
    const DatabaseUrl read = parsed("sqlite://a.db?cache=shared&mode=rwc&&_journal=WAL");
    EXPECT_EQ(read.target, "a.db");
    EXPECT_EQ(
        read.warnings,
        (std::vector<std::string>{
            "database URL: 'cache=shared' is ignored", "database URL: '_journal=WAL' is ignored"})
    );
    EXPECT_TRUE(parsed("a.db?").warnings.empty());
}

TEST(DatabaseUrl, a_value_may_hold_a_url)
{
    EXPECT_EQ(parsed("a.db?see=http://b").target, "a.db");
}

TEST(DatabaseUrl, modes_that_cannot_work_are_refused_with_the_remedy)
{
    EXPECT_EQ(
        refusal_of("a.db?mode=ro"),
        "database URL 'a.db?mode=ro': mode=ro: a database that cannot be written is of no use here"
    );
    EXPECT_EQ(
        refusal_of("sqlite://a?mode=memory"),
        "database URL 'sqlite://a?mode=memory': mode=memory: a database in memory is "
        "sqlite://:memory:"
    );
    EXPECT_EQ(refusal_of("a?mode=x"), "database URL 'a?mode=x': mode=x: mode is rw or rwc");
}

TEST(DatabaseUrl, other_kinds_and_empty_paths_are_refused)
{
    for (const char* url : {"mysql://host/x", "sqlite:a.db", "sqlite:/a.db", "file://a"})
        EXPECT_EQ(
            refusal_of(url), fmt::format(
                                 "database URL '{}': sqlite:///path, postgresql://… or a path is "
                                 "accepted",
                                 url
                             )
        );
    EXPECT_EQ(
        refusal_of("postgres:user:secret@host/d"),
        "database URL 'postgres:…': sqlite:///path, postgresql://… or a path is accepted"
    );
    for (const char* url : {"", "sqlite://", "sqlite://?mode=rwc", "?mode=rwc"})
        EXPECT_EQ(refusal_of(url), fmt::format("database URL '{}' names no file", url));
}

TEST(DatabaseUrl, with_a_nul_is_refused_and_not_cut)
{
    using namespace std::string_view_literals;
    for (const std::string_view url :
         {"a.db\0"sv, "sqlite://\0x"sv, "a.db?mode=rw\0c"sv, "postgres://u:secret@h/d\0x"sv})
        EXPECT_EQ(
            refusal_of(url), fmt::format(
                                 "database URL: text without NUL is accepted, not with one at byte "
                                 "{}",
                                 url.find('\0')
                             )
        ) << "and nothing of it is shown";
}

} // namespace
} // namespace sluice::url_test
