// SPDX-License-Identifier: Apache-2.0
#include "sdk/workflows/errors.h"
#include "sluice/admin.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::workflows::errors_test {
namespace {

using Kind = Error::Kind;

TEST(WorkflowErrors, say_what_is_wrong_and_then_each_problem_on_a_line)
{
    const DefinitionError error("workflow 'a' cannot be", {"it has no tasks", "it has no name"});
    EXPECT_EQ(error.kind(), Kind::invalid);
    EXPECT_STREQ(error.what(), "workflow 'a' cannot be\n  it has no tasks\n  it has no name");
    EXPECT_EQ(error.problems(), (std::vector<std::string>{"it has no tasks", "it has no name"}));
    const Error copy = error;
    EXPECT_STREQ(copy.what(), error.what());
    EXPECT_EQ(ContextError("order.items[2]", "no").key(), "order.items[2]");
}

TEST(WorkflowErrors, have_the_kind_of_what_went_wrong_below)
{
    const std::pair<Errc, Kind> cases[] = {
        {Errc::invalid, Kind::invalid},         {Errc::unauthorized, Kind::invalid},
        {Errc::not_found, Kind::not_found},     {Errc::conflict, Kind::conflict},
        {Errc::unavailable, Kind::unavailable}, {Errc::timed_out, Kind::unavailable},
        {Errc::overloaded, Kind::overloaded},   {Errc::corrupt, Kind::broken},
    };
    for (const auto& [code, kind] : cases) {
        const Error error = to_error(sluice::Error{code, "text"});
        EXPECT_EQ(error.kind(), kind) << sluice::name(code);
        EXPECT_STREQ(error.what(), "text");
    }
}

TEST(WorkflowErrors, have_the_kinds_of_calls_by_the_same_names)
{
    for (int i = 0; i <= static_cast<int>(CallError::Kind::broken); ++i) {
        const auto kind = static_cast<CallError::Kind>(i);
        std::string word(name(kind_of(kind)));
        std::replace(word.begin(), word.end(), ' ', '_');
        EXPECT_EQ(word, sluice::name(kind));
    }
    EXPECT_EQ(to_error(CallError{CallError::Kind::invalid, "no", {"a"}}).problems().size(), 1u);
}

TEST(Admin, needs_postgresql)
{
    try {
        Admin admin("sqlite:///x.db");
        FAIL() << "it was made";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Kind::invalid);
        EXPECT_STREQ(
            error.what(), "a schema needs PostgreSQL; give each tenant an SQLite file of its own"
        );
    }
}

} // namespace
} // namespace sluice::workflows::errors_test
