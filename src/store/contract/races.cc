// SPDX-License-Identifier: Apache-2.0
#include "store/contract/races.h"

namespace sluice {

namespace {

const std::shared_ptr<const QueueFilter>& any_queue()
{
    static const auto filter = std::make_shared<const QueueFilter>(std::vector<std::string>{"*"});
    return filter;
}

Claim claim_for(WorkerId worker, std::size_t limit)
{
    Claim request;
    request.worker = worker;
    request.queues = any_queue();
    request.limit = limit;
    return request;
}

Finish report_of(const Leased& lease, WorkerId worker)
{
    Finish report;
    report.task = lease.task;
    report.run = lease.run;
    report.attempt = lease.attempt;
    report.worker = worker;
    return report;
}

Underway finish(testing::Driver& store, const Scene& scene)
{
    return start(store, report_of(scene.running_lease, scene.worker));
}

Underway fail(testing::Driver& store, const Scene& scene)
{
    Finish report = report_of(scene.running_lease, scene.worker);
    report.failure = FailureKind::reported;
    return start(store, report);
}

Underway give_back(testing::Driver& store, const Scene& scene)
{
    const Leased& lease = scene.running_lease;
    return start(store, GiveBack{lease.task, lease.run, lease.attempt, scene.worker, "race"});
}

Underway begin(testing::Driver& store, const Scene& scene)
{
    const Leased& lease = scene.claimed_lease;
    return start(store, Start{lease.task, lease.run, lease.attempt, scene.worker});
}

Underway claim(testing::Driver& store, const Scene& scene)
{
    return start(store, claim_for(scene.worker, 5));
}

Underway heartbeat(testing::Driver& store, const Scene& scene)
{
    Heartbeat beat;
    beat.worker = scene.worker;
    beat.held = {{scene.running_lease.task, scene.running_lease.attempt}};
    return start(store, beat);
}

Underway announce(testing::Driver& store, const Scene& scene)
{
    const Leased& lease = scene.running_lease;
    RegisterOutputs request{lease.task, lease.run, lease.attempt, scene.worker, {"a", "b"}, 5s};
    return start(store, request);
}

Underway extend_leave(testing::Driver& store, const Scene& scene)
{
    const Leased& lease = scene.abandoned_lease;
    return start(store, ExtendLeave{lease.task, lease.run, lease.attempt, scene.dead, 5s});
}

Underway end_worker(testing::Driver& store, const Scene& scene)
{
    EndWorker request;
    request.run = scene.run;
    request.leader = scene.dead;
    request.name = "worker"; // that of all
    request.as = EndWorker::As::rescued;
    request.reason = "exit code 1";
    return start(store, request);
}

Underway fail_run(testing::Driver& store, const Scene& scene)
{
    return start(store, FailRun{scene.run, scene.dead, "its pods are gone"});
}

Underway take_cluster_jobs(testing::Driver& store, const Scene& scene)
{
    return start(store, TakeClusterJobs{scene.worker, "default"});
}

Defer defer_of(const Leased& lease, WorkerId worker, Defer::To to)
{
    Defer request;
    request.task = lease.task;
    request.run = lease.run;
    request.attempt = lease.attempt;
    request.worker = worker;
    request.to = to;
    return request;
}

Underway defer(testing::Driver& store, const Scene& scene)
{
    return start(store, defer_of(scene.running_lease, scene.worker, Defer::To::waits));
}

Underway go_on(testing::Driver& store, const Scene& scene)
{
    return start(store, defer_of(scene.abandoned_lease, scene.dead, Defer::To::goes_on));
}

Underway abandon(testing::Driver& store, const Scene&)
{
    Abandon request;
    request.queues = {"q"};
    request.reason = "ABANDONED: nobody knows it";
    return start(store, request);
}

Underway submit_another(testing::Driver& store, const Scene&)
{
    return start(store, new_run(2, {{0, 1}}));
}

template <class Request>
Underway duty(testing::Driver& store, const Scene&)
{
    return start(store, Request{});
}

template <class Request>
Underway whole(testing::Driver& store, const Scene& scene)
{
    return start(store, Request{scene.target()});
}

template <class Request, Scene::Index... which>
Underway some(testing::Driver& store, const Scene& scene)
{
    return start(store, Request{scene.target({which...})});
}

Underway delete_old(testing::Driver& store, const Scene& scene)
{
    return start(store, DeleteRun{scene.old_run});
}

Underway purge_old(testing::Driver& store, const Scene& scene)
{
    const Time now = store.store().clock().now();
    return start(store, PurgeBatches{{scene.old_run}, now, 1000});
}

Underway retry_old(testing::Driver& store, const Scene& scene)
{
    return start(store, RetryTasks{{scene.old_run, {scene.old_task}, "ada", ""}});
}

Underway retry_from(testing::Driver& store, const Scene& scene)
{
    RetryTasks request;
    request.target.run = scene.flow.run;
    request.target.tasks = {scene.flow.tasks[0]};
    request.from = RetryTasks::From::descendants;
    return start(store, request);
}

} // namespace

const std::vector<Actor>& all_actors()
{
    static const std::vector<Actor> actors{
        {"finish", finish},
        {"fail", fail},
        {"give_back", give_back},
        {"start", begin},
        {"claim", claim},
        {"heartbeat", heartbeat},
        {"register_outputs", announce},
        {"submit", submit_another},
        {"tick", duty<Tick>},
        {"expire", duty<Expire>},
        {"rescue", duty<Rescue>},
        {"sweep", duty<Sweep>},
        {"cancel_run", whole<Cancel>},
        {"cancel_running", some<Cancel, Scene::running>},
        {"cancel_pending", some<Cancel, Scene::due, Scene::pending, Scene::paused, Scene::child>},
        {"pause_run", whole<Pause>},
        {"pause_some", some<Pause, Scene::child, Scene::due, Scene::pending, Scene::running>},
        {"resume_run", whole<Resume>},
        {"resume_some", some<Resume, Scene::paused>},
        {"retry", some<RetryTasks, Scene::canceled>},
        {"delete", delete_old},
        {"purge", purge_old},
        {"retry_old", retry_old},
        {"defer", defer},
        {"go_on", go_on},
        {"abandon", abandon},
        {"retry_from", retry_from},
        {"extend_leave", extend_leave},
        {"end_worker", end_worker},
        {"fail_run", fail_run},
        {"take_cluster_jobs", take_cluster_jobs}};
    return actors;
}

void TwoStores::set_flow(Scene& scene)
{
    Submit flow = new_run(2, {{0, 1}});
    for (NewTask& task : flow.tasks)
        task.priority = -20;
    scene.flow = submit(std::move(flow));
    EXPECT_TRUE(succeed(claim_one(scene.worker), scene.worker));
}

Scene TwoStores::set_scene()
{
    Scene scene;
    scene.worker = worker(100h);
    scene.dead = worker(1s);
    set_flow(scene);
    std::vector<NewTask> tasks(Scene::size, new_task());
    for (NewTask& task : tasks) {
        task.priority = -10;
        task.retry.tries_max = 2;
    }
    tasks[Scene::running].timeout = 5s;
    tasks[Scene::running].priority = 9;
    tasks[Scene::claimed].priority = 8;
    tasks[Scene::abandoned].priority = 7;
    tasks[Scene::due].run_at = clock.wall() + 3s;
    Submit request =
        new_run(tasks, {{Scene::running, Scene::child}, {Scene::canceled, Scene::grandchild}});
    request.run.kind = RunKind::job;
    request.run.cluster_job = NewClusterJob{"default"};
    const Submitted submitted = submit(request);
    scene.run = submitted.run;
    scene.tasks = submitted.tasks;
    scene.running_lease = claim_one(scene.worker);
    Claim claimed = claim_of(scene.worker, 1);
    claimed.as = Claim::As::claimed;
    scene.claimed_lease = db(claimed).value().at(0);
    scene.abandoned_lease = claim_one(scene.dead);
    EXPECT_EQ(scene.abandoned_lease.task, scene.tasks[Scene::abandoned]);
    EXPECT_TRUE(db(defer_of(scene.abandoned_lease, scene.dead, Defer::To::waits)));
    const Leased& abandoned = scene.abandoned_lease;
    EXPECT_TRUE(db(RegisterOutputs{
        abandoned.task, abandoned.run, abandoned.attempt, scene.dead, {"c"}, 5s}));
    EXPECT_TRUE(db(TakeClusterJobs{scene.dead, "default"}));
    EXPECT_TRUE(db(Pause{scene.target({Scene::paused})}));
    EXPECT_TRUE(db(Cancel{scene.target({Scene::canceled})}));
    Submit old = new_run(1);
    old.run.kind = RunKind::batch;
    const Submitted old_run = submit(std::move(old));
    scene.old_run = old_run.run;
    scene.old_task = old_run.tasks[0];
    EXPECT_TRUE(db(Cancel{target(scene.old_run)}));
    clock.advance(10s);
    return scene;
}

void TwoStores::play_to_the_end(const Scene& scene)
{
    (void)db(Resume{scene.target()});
    for (const Leased* lease : {&scene.running_lease, &scene.claimed_lease})
        (void)db(report_of(*lease, scene.worker));
    EXPECT_TRUE((*other)(ReleaseWorker{scene.worker, 0s}));
    drain_all();
}

void TwoStores::drain_all()
{
    for (int quiet = 0; quiet < 2;) {
        for (testing::Driver* store : {&db, other.get()})
            store->store().forget_queues(); // news of the other store comes when it likes
        clock.advance(10s);
        // At once, since each answer waits for a commit.
        auto ticked = other->start(Tick{});
        auto swept = other->start(Sweep{});
        auto rescued = db.start(Rescue{});
        auto expired = db.start(Expire{});
        const std::size_t done = ticked.get().value() + swept.get().value() +
                                 rescued.get().value() + expired.get().value();
        const std::vector<Leased> claimed = db(claim_for(patient, 100)).value();
        std::vector<Underway> reports;
        for (const Leased& task : claimed)
            reports.push_back(start(*other, report_of(task, patient)));
        for (const Underway& report : reports)
            EXPECT_FALSE(report.get());
        quiet = done + claimed.size() > 0 ? 0 : quiet + 1;
    }
    EXPECT_EQ(probe->value("SELECT count(*) FROM run WHERE state < 2"), "0") << "a run is stuck";
    EXPECT_EQ(probe->value("SELECT count(*) FROM lease"), "0");
    const std::vector<LedJob> left = db(TakeClusterJobs{patient, "default"}).value();
    for (const LedJob& job : left) {
        NoteClusterJob gone;
        gone.run = job.row.run;
        gone.worker = patient;
        gone.phase = ClusterPhase::gone;
        EXPECT_TRUE((*other)(gone));
    }
    EXPECT_EQ(probe->value("SELECT count(*) FROM cluster_job WHERE phase < 4"), "0");
}

void TwoStores::turn_until_done_or_blocked(const Underway& call)
{
    if (GetParam() != Dialect::postgres)
        return; // writers take turns at a door before their first statement
    const auto is_blocked = [&] {
        return probe->value("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0";
    };
    do {
        // Most calls have an answer by then, and to ask costs as much as they do.
        const auto asks_at = std::chrono::steady_clock::now() + 3ms;
        while (!call.has_answer() && std::chrono::steady_clock::now() < asks_at) {
            loop.restart();
            loop.run_one_until(asks_at);
        }
    } while (!call.has_answer() && !is_blocked());
}

namespace {

void check(std::optional<Error> error, std::string_view who)
{
    if (!error)
        return;
    EXPECT_TRUE(error->code == Errc::conflict || error->code == Errc::not_found)
        << who << ": " << error->detail;
}

} // namespace

bool Races::meet(const Actor& one, const Actor& two, int nth)
{
    const Scene scene = set_scene();
    db.gate().close_at(nth);
    const Underway first_call = one.start(db, scene);
    turn_until(loop, [&] { return first_call.has_answer() || db.gate().is_reached(); });
    const bool paused = db.gate().is_reached();
    const std::string before = db.gate().reached();
    SCOPED_TRACE(std::string(one.name) + " before " + before + ", then " + std::string(two.name));
    if (paused) {
        const Underway second_call = two.start(*other, scene);
        turn_until_done_or_blocked(second_call);
        db.gate().open();
        check(first_call.get(), one.name);
        check(second_call.get(), two.name);
    }
    db.gate().open();
    play_to_the_end(scene);
    return paused;
}

void Races::meet_all(std::string_view name)
{
    const auto& actors = all_actors();
    const auto one = std::find_if(actors.begin(), actors.end(), [&](const Actor& actor) {
        return actor.name == name;
    });
    ASSERT_NE(one, actors.end());
    for (const Actor& two : actors) {
        for (int nth = 1; nth <= last_statement() && meet(*one, two, nth); ++nth) {
        }
        ASSERT_EQ(violations(), "") << one->name << " and " << two.name;
    }
}

} // namespace sluice
