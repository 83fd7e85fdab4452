// SPDX-License-Identifier: Apache-2.0
#include "workflows/registry.h"

#include "model/workflow/definition_testing.h"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

namespace sluice::registry_test {
namespace {

class NoBody final : public TaskBody {
public:
    void begin(std::shared_ptr<BodyAttempt>) override {}
    void timed_out(const BodyFacts&, const std::string&) override {}
};

KnownWorkflowPtr known(WorkflowNamespace name, std::vector<std::string> aliases = {})
{
    const auto registration = std::make_shared<WorkflowRegistration>();
    registration->definition = workflow({task("a"), task("b", {"a"})});
    registration->definition.name = std::move(name);
    registration->aliases = std::move(aliases);
    registration->bodies = {std::make_shared<NoBody>(), std::make_shared<NoBody>()};
    const auto made = std::make_shared<KnownWorkflow>();
    made->workflow_namespace = registration->definition.name.text();
    made->registration = registration;
    return made;
}

KnownWorkflowPtr known(std::string name, std::vector<std::string> aliases = {})
{
    return known(WorkflowNamespace{.workflow = std::move(name)}, std::move(aliases));
}

TEST(Registry, finds_a_workflow_by_its_namespace_its_short_name_and_its_aliases)
{
    Registry registry;
    const KnownWorkflowPtr etl = known("etl", {"daily", "nightly"});
    registry.add(etl);
    for (const char* name : {"etl", "public::embedded::etl", "daily", "nightly"})
        EXPECT_EQ(registry.find(name).value(), etl) << name;
    EXPECT_EQ(registry.of_namespace("public::embedded::etl"), etl);
    EXPECT_EQ(registry.of_namespace("etl"), nullptr);
}

TEST(Registry, lets_go_of_everything_when_it_is_cleared)
{
    Registry registry;
    KnownWorkflowPtr etl = known("etl", {"daily"});
    const std::weak_ptr<const KnownWorkflow> held = etl;
    registry.add(std::move(etl));
    registry.clear();
    EXPECT_TRUE(held.expired());
    for (const char* name : {"etl", "public::embedded::etl", "daily"})
        EXPECT_FALSE(registry.find(name)) << name;
    EXPECT_TRUE(registry.queues().empty() && registry.all().empty());
}

TEST(Registry, names_the_nearest_workflow_when_there_is_none)
{
    Registry registry;
    const CallError alone = registry.find("etl").error();
    EXPECT_EQ(alone.kind, CallError::Kind::not_found);
    EXPECT_EQ(alone.text, "no workflow named 'etl'");
    registry.add(known("orders"));
    EXPECT_EQ(
        registry.find("ordres").error().text, "no workflow named 'ordres' (did you mean 'orders'?)"
    );
    EXPECT_EQ(registry.find("x").error().text, "no workflow named 'x'");
}

TEST(Registry, gives_a_name_to_the_workflow_that_was_added_last)
{
    Registry registry;
    const KnownWorkflowPtr first = known({"acme", "a", "etl"});
    const KnownWorkflowPtr second = known({"acme", "b", "etl"});
    registry.add(first);
    registry.add(second);
    EXPECT_EQ(registry.find("etl").value(), second);
    EXPECT_EQ(registry.find("acme::a::etl").value(), first);

    registry.add(first); // again, and so the last
    EXPECT_EQ(registry.find("etl").value(), first);
}

TEST(Registry, forgets_the_aliases_of_a_workflow_that_was_replaced)
{
    Registry registry;
    const KnownWorkflowPtr other = known("other", {"daily"});
    registry.add(other);
    registry.add(known("etl", {"daily", "old"}));
    const KnownWorkflowPtr replaced = known("etl");
    registry.add(replaced);
    EXPECT_EQ(registry.find("etl").value(), replaced);
    EXPECT_EQ(registry.find("daily").value(), other);
    EXPECT_FALSE(registry.find("old"));
    EXPECT_EQ(registry.all().size(), 2U);
}

// What it does as it goes is the program's.
class BodyThatEnds final : public TaskBody {
public:
    explicit BodyThatEnds(std::function<void()> at_end) : at_end_(std::move(at_end)) {}
    ~BodyThatEnds() override { at_end_(); }
    void begin(std::shared_ptr<BodyAttempt>) override {}
    void timed_out(const BodyFacts&, const std::string&) override {}

private:
    std::function<void()> at_end_;
};

KnownWorkflowPtr known_with(std::shared_ptr<TaskBody> body)
{
    const auto made = std::make_shared<KnownWorkflow>(*known("etl"));
    const auto registration = std::make_shared<WorkflowRegistration>(*made->registration);
    registration->bodies[0] = std::move(body);
    made->registration = registration;
    return made;
}

TEST(Registry, may_be_called_by_what_goes_with_a_workflow_that_is_replaced)
{
    Registry registry;
    KnownWorkflowPtr seen;
    registry.add(known_with(std::make_shared<BodyThatEnds>([&] {
        seen = registry.find("etl").value();
    })));
    const KnownWorkflowPtr second = known("etl");
    registry.add(second);
    EXPECT_EQ(seen, second);
}

TEST(Registry, finds_the_body_of_a_task_by_its_queue)
{
    Registry registry;
    const KnownWorkflowPtr etl = known("etl");
    registry.add(etl);
    const std::vector<std::string> queues{"workflow/public::embedded::etl"};
    EXPECT_EQ(registry.queues(), queues);

    const Registry::Found found = registry.body(queues[0], "b");
    EXPECT_EQ(found.body, etl->registration->bodies[1]);
    EXPECT_EQ(found.workflow, etl);
    EXPECT_EQ(registry.body(queues[0], "c").body, nullptr);
    EXPECT_EQ(registry.body("workflow/public::embedded::other", "b").body, nullptr);
    EXPECT_EQ(registry.body("job/etl", "b").body, nullptr);
}

TEST(Registry, keeps_the_id_of_a_declaration_only_for_the_present_definition)
{
    Registry registry;
    const KnownWorkflowPtr old = known("etl");
    registry.add(old);
    const auto declared = std::make_shared<KnownWorkflow>(*old);
    declared->id = WorkflowId{7};
    registry.declared(declared);
    EXPECT_EQ(registry.find("etl").value()->id, WorkflowId{7});

    registry.add(known("etl"));
    registry.declared(declared);
    EXPECT_EQ(registry.find("etl").value()->id, WorkflowId{});
}

} // namespace
} // namespace sluice::registry_test
