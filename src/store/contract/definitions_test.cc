// SPDX-License-Identifier: Apache-2.0
// Rules and actions that are stored under an id.
#include "store/contract/stored_rules_contract.h"

namespace sluice::definitions_test {

class Definitions : public StoredRulesContract {
protected:
    using View = ServiceReads::DefinitionView;

    std::optional<View> find(DefinitionKind kind, DefinitionId id)
    {
        return db.read([&](Reads& reads) { return reads.service().definition_view(kind, id); });
    }
    std::vector<DefinitionId>
    list(DefinitionKind kind, std::size_t skip = 0, std::size_t limit = 100)
    {
        std::vector<DefinitionId> ids;
        for (const View& view :
             db.read([&](Reads& reads) { return reads.service().definitions(kind, skip, limit); }))
            ids.push_back(view.row.id);
        return ids;
    }
};

TEST_P(Definitions, are_found_as_they_were_stored)
{
    for (const DefinitionKind kind : {DefinitionKind::rule, DefinitionKind::action})
        for (const auto& name : {std::optional<std::string>(), std::optional<std::string>("n")}) {
            const Define request = new_definition(fmt::format("{{\"n\":{}}}", !!name), name, kind);
            const Defined defined = db(request).value();
            EXPECT_TRUE(defined.is_new);
            DefinitionRow expected = request.row;
            expected.id = defined.row.id;
            expected.created_at = db.store().clock().now();
            expected.updated_at = db.store().clock().now();
            EXPECT_EQ(defined.row, expected);
            EXPECT_EQ(find(kind, defined.row.id).value().row, expected);
            const auto other =
                kind == DefinitionKind::rule ? DefinitionKind::action : DefinitionKind::rule;
            EXPECT_FALSE(find(other, defined.row.id)) << "it is of another kind";
        }
}

TEST_P(Definitions, that_are_equal_are_one_unless_another_name_is_given)
{
    const Defined first = db(new_definition("1", "a")).value();
    for (const auto& name : {std::optional<std::string>(), std::optional<std::string>("a")}) {
        const Defined again = db(new_definition("1", name)).value();
        EXPECT_FALSE(again.is_new);
        EXPECT_EQ(again.row, first.row);
    }
    EXPECT_TRUE(db(new_definition("1", "b"))->is_new);
    EXPECT_TRUE(db(new_definition("2"))->is_new);
    EXPECT_TRUE(db(new_definition("1", "a", DefinitionKind::action))->is_new);
    const auto [one, two] = db.together(new_definition("3"), new_definition("3"));
    EXPECT_EQ(one->row.id, two->row.id) << "in one group";
}

TEST_P(Definitions, are_listed_newest_first_in_pages)
{
    std::vector<DefinitionId> rules;
    for (int i = 0; i < 5; ++i) {
        rules.insert(rules.begin(), stored(std::to_string(i)).id);
        ASSERT_TRUE(db(new_definition(std::to_string(i), {}, DefinitionKind::action)));
    }
    EXPECT_EQ(list(DefinitionKind::rule), rules);
    const std::vector<DefinitionId> middle(rules.begin() + 1, rules.begin() + 3);
    EXPECT_EQ(list(DefinitionKind::rule, 1, 2), middle);
    EXPECT_TRUE(list(DefinitionKind::rule, 5).empty());
    EXPECT_TRUE(list(DefinitionKind::rule, SIZE_MAX).empty());
    EXPECT_EQ(list(DefinitionKind::action).size(), 5u);
}

TEST_P(Definitions, get_a_new_version_with_a_new_document_only)
{
    const DefinitionRow first = db(new_definition("1", "a")).value().row;
    clock.advance(1s);
    DefinitionRow asked = first;
    asked.name = "b";
    asked.actor = "bob";
    const DefinitionRow renamed = db(Redefine{asked}).value();
    asked.updated_at = db.store().clock().now();
    EXPECT_EQ(renamed, asked);
    EXPECT_FALSE(tasks_are_to_follow());

    const DefinitionRow changed = change(renamed, "2");
    EXPECT_EQ(changed.version, 2);
    EXPECT_EQ(changed.created_at, first.created_at);
    EXPECT_EQ(find(DefinitionKind::rule, first.id).value().row, changed);
    EXPECT_TRUE(tasks_are_to_follow());
    EXPECT_EQ(follow(), 0);
    EXPECT_FALSE(tasks_are_to_follow()) << "there are none";
}

TEST_P(Definitions, of_actions_concern_no_task)
{
    const DefinitionRow action = db(new_definition("1", {}, DefinitionKind::action)).value().row;
    EXPECT_EQ(change(action, "2").version, 2);
    EXPECT_FALSE(tasks_are_to_follow());
    EXPECT_TRUE(remove(action));
}

TEST_P(Definitions, that_are_gone_are_not_found)
{
    const DefinitionRow rule = stored("1");
    DefinitionRow action = rule;
    action.kind = DefinitionKind::action;
    EXPECT_EQ(remove(action).error().code, Errc::not_found) << "it is a rule";
    EXPECT_EQ(db(change_of(action, "2")).error().code, Errc::not_found);
    ASSERT_TRUE(remove(rule));
    EXPECT_FALSE(find(rule.kind, rule.id));
    EXPECT_EQ(remove(rule).error().code, Errc::not_found);
    EXPECT_EQ(db(change_of(rule, "2")).error().code, Errc::not_found);
    EXPECT_TRUE(db(new_definition("1"))->is_new);
}

INSTANTIATE_TEST_SUITE_P(Dialects, Definitions, ::testing::ValuesIn(all_dialects), dialect_name);

} // namespace sluice::definitions_test
