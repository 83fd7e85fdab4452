// SPDX-License-Identifier: Apache-2.0
// Versions of workflows in code, as programs register them.
#include "store/contract/contract.h"

#include <fmt/format.h>

namespace sluice::workflows_test {

class Workflows : public StoreContract {
protected:
    using Declared = DeclareWorkflows::Declared;

    static DeclareWorkflows
    declaring(int version, std::string name = "public::shop::order", int graph = 0)
    {
        DeclareWorkflows request;
        request.workflows.push_back(
            {std::move(name), fmt::format("{:016x}", version), fmt::format("{{\"n\":{}}}", graph)}
        );
        return request;
    }

    Declared declare(int version) { return db(declaring(version)).value().at(0); }
};

TEST_P(Workflows, are_stored_as_they_were_declared)
{
    DeclareWorkflows request = declaring(1);
    request.workflows.push_back(declaring(2, "public::shop::parcel").workflows.at(0));
    const std::vector<Declared> declared = db(request).value();
    ASSERT_EQ(declared.size(), 2u);
    EXPECT_NE(declared[0].row.id, declared[1].row.id);
    for (std::size_t i = 0; i < 2; ++i) {
        EXPECT_TRUE(declared[i].row.id);
        EXPECT_EQ(declared[i].row.workflow_namespace, request.workflows[i].workflow_namespace);
        EXPECT_EQ(declared[i].row.version, request.workflows[i].version);
        EXPECT_EQ(declared[i].row.created_at, db.store().clock().now());
        EXPECT_EQ(declared[i].row.registered_at, db.store().clock().now());
        EXPECT_EQ(declared[i].version_before, "") << "there was none";
    }
    EXPECT_TRUE(db(DeclareWorkflows{}).value().empty());
}

TEST_P(Workflows, that_are_declared_again_change_nothing_but_the_time)
{
    const Declared first = declare(1);
    clock.advance(1s);
    const Declared again = db(declaring(1, "public::shop::order", 7)).value().at(0);
    EXPECT_EQ(again.row.id, first.row.id);
    EXPECT_EQ(again.row.created_at, first.row.created_at);
    EXPECT_EQ(again.row.registered_at, db.store().clock().now());
    EXPECT_EQ(again.version_before, "");
    if (const auto probe = database->probe()) {
        EXPECT_EQ(probe->value("SELECT graph FROM workflow"), "{\"n\":0}") << "it keeps its graph";
    }
}

TEST_P(Workflows, of_another_version_are_the_current_ones_from_then_on)
{
    const Declared first = declare(1);
    const Declared second = declare(2);
    EXPECT_NE(second.row.id, first.row.id);
    EXPECT_EQ(second.version_before, first.row.version);
    EXPECT_GT(second.row.registered_at, first.row.registered_at) << "though the clock stands still";

    const Declared back = declare(1);
    EXPECT_EQ(back.row.id, first.row.id);
    EXPECT_EQ(back.version_before, second.row.version);
    EXPECT_GT(back.row.registered_at, second.row.registered_at);
    EXPECT_EQ(declare(1).version_before, "") << "it is the current one";
    EXPECT_EQ(declare(3).version_before, first.row.version);
}

TEST_P(Workflows, of_one_group_are_declared_in_turn)
{
    const auto [first, second, same] = db.together(declaring(1), declaring(2), declaring(2));
    EXPECT_EQ(first->at(0).version_before, "");
    EXPECT_EQ(second->at(0).version_before, first->at(0).row.version);
    EXPECT_EQ(same->at(0).version_before, "");
    EXPECT_EQ(same->at(0).row.id, second->at(0).row.id);
    EXPECT_EQ(declare(2).version_before, "");
}

TEST_P(Workflows, that_the_tables_refuse_fail_alone)
{
    DeclareWorkflows bad = declaring(1, "public::shop::bad");
    bad.workflows[0].version = "short";
    const auto [refused, declared] = db.together(bad, declaring(1));
    EXPECT_FALSE(refused);
    ASSERT_TRUE(declared);
    EXPECT_EQ(declare(2).version_before, declared->at(0).row.version);
}

TEST_P(Workflows, are_one_for_two_processes)
{
    if (!can_be_shared())
        return;
    const auto other = another_store();
    auto here = db.start(declaring(1));
    auto there = other->start(declaring(1));
    const Result<std::vector<Declared>> mine = here.get();
    const Result<std::vector<Declared>> theirs = there.get();
    ASSERT_TRUE(mine && theirs);
    EXPECT_EQ(mine->at(0).row.id, theirs->at(0).row.id);
    const Declared changed = (*other)(declaring(2)).value().at(0);
    EXPECT_EQ(changed.version_before, mine->at(0).row.version);
    EXPECT_EQ(declare(2).version_before, "");
}

INSTANTIATE_TEST_SUITE_P(Dialects, Workflows, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::workflows_test
