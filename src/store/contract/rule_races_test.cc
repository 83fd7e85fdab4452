// SPDX-License-Identifier: Apache-2.0
// What changes how a task counts under rules, met by everything else that does.
#include "store/contract/races.h"

#include <fmt/format.h>

#include <array>

namespace sluice::rule_races_test {

namespace {

// `running` keeps `waiting` from starting, which may displace it.
struct Ruled {
    RunId run;
    TaskId running;
    TaskId waiting;
    int attempt = 0;
    WorkerId worker;
};

constexpr std::string_view capacity =
    R"([{"type":"Capacity","max_capacity":5,)"
    R"("matcher":{"status":"Running","kind":"build","fields":["customer"]}}])";

NewTask ruled_task(CardRow::Flag flag, int priority)
{
    NewTask task;
    task.timeout = 60s;
    task.priority = priority;
    task.card.emplace();
    task.card->kind = "build";
    task.card->name = "name";
    task.card->flags = flag;
    task.card->expected_count = 10;
    task.card->metadata = R"({"customer":1})";
    task.card->rules = capacity;
    return task;
}

UpdateTask edit_of(const Ruled& scene, TaskId task)
{
    UpdateTask edit;
    edit.task = task;
    edit.run = scene.run;
    edit.metadata = R"({"customer":2})";
    return edit;
}

Target target_of(const Ruled& scene)
{
    Target target;
    target.run = scene.run;
    target.tasks = {scene.running};
    return target;
}

Claim claim_of_both(const Ruled& scene)
{
    static const auto any = std::make_shared<const QueueFilter>(std::vector<std::string>{"*"});
    Claim request;
    request.worker = scene.worker;
    request.queues = any;
    request.limit = 5;
    return request;
}

Finish end_of(const Ruled& scene)
{
    Finish report;
    report.task = scene.running;
    report.run = scene.run;
    report.attempt = scene.attempt;
    report.worker = scene.worker;
    return report;
}

struct RuledActor {
    std::string_view name;
    Underway (*start)(testing::Driver& store, const Ruled& scene);
};

const std::array actors{
    RuledActor{
        "counts",
        [](auto& store, auto& s) {
            return start(store, AddCounts{s.running, 1, 0});
        }},
    RuledActor{"edit", [](auto& store, auto& s) { return start(store, edit_of(s, s.running)); }},
    RuledActor{
        "edit of who waits",
        [](auto& store, auto& s) { return start(store, edit_of(s, s.waiting)); }},
    RuledActor{"claim", [](auto& store, auto& s) { return start(store, claim_of_both(s)); }},
    RuledActor{"finish", [](auto& store, auto& s) { return start(store, end_of(s)); }},
    RuledActor{"cancel", [](auto& store, auto& s) { return start(store, Cancel{target_of(s)}); }}};

} // namespace

class RuleRaces : public TwoStores {
protected:
    Ruled set_rules()
    {
        Ruled scene;
        scene.worker = worker(100h);
        Submit request;
        request.run.kind = RunKind::batch;
        request.run.queues = {"q"};
        request.tasks = {ruled_task(CardRow::preemptible, 0), ruled_task(CardRow::preempts, 9)};
        request.tasks[1].run_at = clock.wall() + 1s;
        const Submitted made = submit(std::move(request));
        const Leased running = claim_one(scene.worker);
        clock.advance(2s);
        EXPECT_TRUE(db(Tick{}));
        scene.run = made.run;
        scene.running = made.tasks[0];
        scene.waiting = made.tasks[1];
        scene.attempt = running.attempt;
        return scene;
    }

    // False: the first one did not come to its `nth` statement.
    bool meet(const RuledActor& one, const RuledActor& two, int nth)
    {
        const Ruled scene = set_rules();
        db.gate().close_at(nth);
        const Underway first = one.start(db, scene);
        testing::turn_until(loop, [&] { return first.has_answer() || db.gate().is_reached(); });
        const bool paused = db.gate().is_reached();
        SCOPED_TRACE(fmt::format("{} before {}, then {}", one.name, db.gate().reached(), two.name));
        if (paused) {
            const Underway second = two.start(*other, scene);
            turn_until_done_or_blocked(second);
            db.gate().open();
            (void)first.get();
            (void)second.get();
        }
        db.gate().open();
        EXPECT_EQ(violations(), "");
        Target all;
        all.run = scene.run;
        EXPECT_TRUE(db(Cancel{all}));
        return paused && !HasFailure();
    }
};

TEST_P(RuleRaces, count_each_task_as_it_stands)
{
    const int last = GetParam() == Dialect::postgres ? 1000 : 1;
    for (const RuledActor& one : actors)
        for (const RuledActor& two : actors)
            for (int nth = 1; nth <= last && meet(one, two, nth); ++nth) {
            }
}

INSTANTIATE_TEST_SUITE_P(
    Dialects, RuleRaces, ::testing::Values(Dialect::sqlite_file, Dialect::postgres), dialect_name
);

} // namespace sluice::rule_races_test
