// SPDX-License-Identifier: Apache-2.0
// The client of Sluice's task service. A graph of tasks is described with Batch, each task with a
// webhook() that starts it, and sent with Client::create. Who receives such a webhook reports with
// a TaskHandle.
#pragma once

#include "sluice/actions.h"
#include "sluice/error.h"
#include "sluice/export.h"
#include "sluice/graph.h"
#include "sluice/handle.h"
#include "sluice/history.h"
#include "sluice/options.h"
#include "sluice/page.h"
#include "sluice/requests.h"
#include "sluice/results.h"
#include "sluice/rules.h"
#include "sluice/stored.h"

#include <memory>
#include <string_view>

namespace sluice::client {

class Sender;

// Speaks to a server of the task service.
//
//     const Client client("http://127.0.0.1:8085", {.api_key = key});
//     const CreatedBatch created = client.create(batch);
//
// Each call blocks until it is answered, and throws an Error when it does not get what it asked
// for. A copy shares the connections. Any number of threads may use one client at the same time.
class SLUICE_API Client {
public:
    // Throws std::invalid_argument for what is not the base URL of a server.
    explicit Client(std::string_view base_url, const Options& options = {});

    // --- tasks ---------------------------------------------------------------------------------

    // Makes a batch of a graph, all or nothing. It is made once, however often the request has to
    // be sent: an idempotency key goes with it. Give one of your own, and the same tasks again, to
    // be safe across a restart of your program.
    CreatedBatch
    create(const Batch& batch, const std::optional<std::string>& idempotency_key = {}) const;

    // The same for a list of tasks that was written elsewhere.
    CreatedBatch
    create(const Json& tasks, const std::optional<std::string>& idempotency_key = {}) const;

    // Everything about one task.
    Task get(std::string_view id) const;

    Page<LightTask> list(const TaskQuery& query = {}) const;
    Listing<LightTask> iterate(const TaskQuery& query = {}) const;

    void update(std::string_view id, const TaskUpdate& update) const;

    // Adds to the counts of a task in any state; they are durable when this returns. Not sent again
    // when the connection breaks in between, since it would be counted twice.
    void count(std::string_view id, const Counts& counts) const;

    // Restarts the clock of the task's timeout.
    void heartbeat(std::string_view id, std::optional<int> attempt = {}) const;

    // Cancels a task that is not final.
    Task cancel(std::string_view id) const;

    // Holds a task that is not final; one that runs keeps its attempt and may report.
    Task pause(std::string_view id) const;

    // Goes on with a paused task.
    Task resume(std::string_view id) const;

    // A task that failed, was canceled or skipped lives again, with what failed because of it.
    Task retry(std::string_view id) const;

    // Takes a final task out of lists. It is kept; a TaskQuery with `deleted` finds it.
    Task hide(std::string_view id) const;

    // Brings a hidden task back.
    Task restore(std::string_view id) const;

    // What has happened to a task: its attempts, what users did, its webhooks.
    Timeline timeline(std::string_view id) const;

    // Why a task does not run now, in words and as data.
    Why why(std::string_view id) const;

    // --- batches -------------------------------------------------------------------------------

    // The figures of one batch.
    BatchCounts batch(std::string_view id) const;

    // Asks for them until every task is final, or the limit has passed: `unfinished()` of the
    // counts says which. It asks and does not listen, so it sees the end up to a pause later.
    BatchCounts wait_batch(std::string_view id, const Waiting& waiting = {}) const;

    Page<ListedBatch> batches(const BatchQuery& query = {}) const;
    Listing<ListedBatch> iterate_batches(const BatchQuery& query = {}) const;

    // The tasks of a batch and the links between them.
    Dag dag(std::string_view batch_id) const;

    // Cancels what is not final, all at once.
    Stopped stop_batch(std::string_view id) const;

    // Holds what is not final.
    Paused pause_batch(std::string_view id) const;

    // Goes on with the paused tasks, and says how many they are.
    std::int64_t resume_batch(std::string_view id) const;

    // Gives other rules to the tasks of exactly this kind that are not final; how many they are.
    std::int64_t
    set_rules(std::string_view id, std::string_view kind, const std::vector<Rule>& rules) const;

    // --- groups: the same for all tasks with one group_id ---------------------------------------

    GroupCounts group(std::string_view id) const;
    Page<ListedGroup> groups(const GroupQuery& query = {}) const;
    Listing<ListedGroup> iterate_groups(const GroupQuery& query = {}) const;
    Stopped stop_group(std::string_view id) const;
    Paused pause_group(std::string_view id) const;
    std::int64_t resume_group(std::string_view id) const;

    // --- deliveries: webhooks that ends of attempts owe -----------------------------------------

    Page<Delivery> deliveries(const DeliveryQuery& query = {}) const;
    Listing<Delivery> iterate_deliveries(const DeliveryQuery& query = {}) const;

    // One delivery, with the answer to its last try.
    Delivery delivery(std::string_view id) const;

    // Sends a dead delivery again, with all its tries; 1.
    std::int64_t redeliver(std::string_view id) const;

    // The same for all dead ones that are all of this, without anything every one; how many.
    std::int64_t redeliver_all(const DeadDeliveries& which = {}) const;

    // --- rules and actions that are stored, for tasks to name with Stored{id} --------------------

    Page<StoredRule> rules(const PageQuery& query = {}) const;
    Listing<StoredRule> iterate_rules(const PageQuery& query = {}) const;
    StoredRule rule(std::string_view id) const;

    // When there is an equal one, and no other name is given, the answer is that one.
    StoredRule store_rule(const Rule& rule, const std::optional<std::string>& name = {}) const;

    // Puts another rule in its place, also for the tasks that name it: the whole of it, so that it
    // has no name without `name`.
    StoredRule replace_rule(
        std::string_view id, const Rule& rule, const std::optional<std::string>& name = {}
    ) const;

    // Conflict while a task names it that is not final. With API keys this needs the role admin,
    // like the other calls that delete.
    void delete_rule(std::string_view id) const;

    Page<StoredAction> actions(const PageQuery& query = {}) const;
    Listing<StoredAction> iterate_actions(const PageQuery& query = {}) const;
    StoredAction action(std::string_view id) const;

    // As store_rule. Tasks keep what they have when it is replaced or deleted.
    StoredAction
    store_action(const Action& action, const std::optional<std::string>& name = {}) const;
    StoredAction replace_action(
        std::string_view id, const Action& action, const std::optional<std::string>& name = {}
    ) const;
    void delete_action(std::string_view id) const;

    // --- schedules, which make batches at times --------------------------------------------------

    // Not sent again when the connection breaks in between, since there would be two of them.
    Schedule create_schedule(const NewSchedule& schedule) const;

    Page<Schedule> schedules(const ScheduleQuery& query = {}) const;
    Listing<Schedule> iterate_schedules(const ScheduleQuery& query = {}) const;

    // One schedule, and when it fires next.
    Schedule schedule(std::string_view id) const;

    // Replaces the members that are given: Json::object({{"enabled", false}}). null takes one back
    // to its default; cron, every and at take each other's place. With other times, or enabled
    // again, it owes nothing of what was before.
    Schedule update_schedule(std::string_view id, const Json& changes) const;

    // With its history; its batches stay.
    void delete_schedule(std::string_view id) const;

    // What became of its latest ticks, newest first.
    Page<ScheduleRun> schedule_runs(std::string_view id, const PageQuery& query = {}) const;
    Listing<ScheduleRun>
    iterate_schedule_runs(std::string_view id, const PageQuery& query = {}) const;

    // --- the server ----------------------------------------------------------------------------

    // What users did, newest first. A page of a filter that finds little may be short, or empty,
    // and have a next one.
    Page<AuditLine> audit(const AuditQuery& query = {}) const;
    Listing<AuditLine> iterate_audit(const AuditQuery& query = {}) const;

    // Whether it and its database work; no exception when they do not.
    Health health() const;

    // Whether requests may be sent there; no exception while they may not.
    Readiness ready() const;

    Version version() const;

private:
    std::shared_ptr<const Sender> sender_;
};

} // namespace sluice::client
