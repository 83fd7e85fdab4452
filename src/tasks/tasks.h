// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/uid.h"
#include "model/refusal.h"
#include "model/task/task_request.h"
#include "store/requests.h"
#include "store/service_reads.h"
#include "tasks/batch_facts.h"
#include "tasks/definitions.h"
#include "tasks/target_names.h"
#include "tasks/task_history.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace sluice {

class Engine;
class Store;
struct ServiceMetrics;

// The task service over an engine: what its HTTP routes stand on. A batch is a run of kind batch.
// Ids are the public ones (UUID). Lives on the loop; what it is given outlives it.
//
// Errors of all methods that take an id: not_found; of all: unavailable.
class Tasks {
public:
    Tasks(Engine& engine, BatchFacts& facts, const AddressGuard& guard, ServiceMetrics& metrics);

    struct NewBatch {
        Json body;               // as POST /task gets it
        std::string requester;   // of tasks that do not name one; empty: nobody
        std::string request_key; // idempotency key; empty: none
        std::string body_hash;
    };
    struct Created {
        std::string batch_id;
        std::vector<TaskView> tasks; // in the order of the request; empty: nothing was created
    };
    // Reads, checks and submits; nothing is left behind after an error. A request key that was used
    // before is looked at first. All problems of the body come at once (invalid); other refusals:
    // conflict (the key), overloaded, unavailable.
    Async<Judged<Created>> create(NewBatch request);

    Async<Result<TaskView>> find(std::string id);
    Async<Result<std::vector<TaskView>>> list(ServiceReads::TaskFilter filter); // newest first

    // `task` and `run` of the change are filled in. not_found: a report for a task that is not
    // leased, an edit of a final one; conflict: an attempt that is not the current one.
    Async<Result<void>> update(std::string id, UpdateTask change);
    Async<Result<void>> count(std::string id, std::int64_t success, std::int64_t failures);

    // conflict: the task's state does not allow it; the detail says so.
    Async<Result<void>> cancel(std::string id, std::string actor);
    Async<Result<void>> pause(std::string id, std::string actor);
    Async<Result<void>> resume(std::string id, std::string actor);
    Async<Result<void>> retry(std::string id, std::string actor);

    // Soft deletion; conflict: the task is not final, or is hidden (or not) already.
    Async<Result<void>> hide(std::string id, std::string actor);
    Async<Result<void>> restore(std::string id, std::string actor);

    Async<Result<TaskHistory>> history(std::string id, HistoryFor purpose);

    Async<Result<BatchView>> batch(std::string id);
    Async<Result<std::vector<BatchView>>> batches(ServiceReads::BatchFilter filter);
    Async<Result<Affected>> cancel_batch(std::string id, std::string actor);
    Async<Result<Affected>> pause_batch(std::string id, std::string actor);
    Async<Result<Affected>> resume_batch(std::string id, std::string actor);
    // Other rules, a JSON array that was checked, for its tasks of a kind that are not final. The
    // reply: how many there are.
    Async<Result<std::size_t>>
    set_batch_rules(std::string id, std::string kind, std::string rules, std::string actor);

    Async<Result<GroupView>> group(std::string id);
    Async<Result<std::vector<GroupView>>> groups(std::size_t skip, std::size_t limit);
    Async<Result<Affected>> cancel_group(std::string id, std::string actor);
    Async<Result<Affected>> pause_group(std::string id, std::string actor);
    Async<Result<Affected>> resume_group(std::string id, std::string actor);

    // Nothing: there is no such batch.
    Async<Result<std::optional<Time>>> batch_created_at(std::string id);
    // A page of the tasks of a batch by id, and of the links between them by parent, after one.
    // Empty: there are no more, or there is no such batch.
    Async<Result<std::vector<TaskView>>> dag_tasks(std::string batch_id, TaskId after);
    Async<Result<std::vector<LinkRow>>> dag_links(std::string batch_id, TaskId after);
    // Likewise of the links to parents in other batches, those that dedupe_strategy found among
    // them; only while such a parent has not ended.
    Async<Result<std::vector<OutsideLinkView>>>
    dag_outside_links(std::string batch_id, LinkRow after);

    Async<Result<ServiceReads::DeliveryView>> delivery(std::string id);
    Async<Result<std::vector<ServiceReads::DeliveryView>>>
    deliveries(ServiceReads::DeliveryFilter filter);
    // How many dead ones are owed again. not_found: the one that was named.
    Async<Result<std::size_t>> redeliver(std::string id, std::string actor);
    Async<Result<std::size_t>> redeliver(ServiceReads::DeliveryFilter filter, std::string actor);

    // What users did, newest first.
    Async<Result<ServiceReads::AuditPage>> audit(ServiceReads::AuditFilter filter);
    Definitions& definitions() { return definitions_; }

    // The keys behind public ids; nothing when the text is no id of that kind of this database.
    std::optional<TaskId> task_id(std::string_view uuid) const;
    std::optional<RunId> batch_id(std::string_view uuid) const;
    std::optional<DeliveryId> delivery_id(std::string_view uuid) const;

    Time now() const; // of the store

    // How all tasks stand, for metrics.
    Async<Result<TaskFigures>> figures();

    // The public id of what belongs to a batch that was created then.
    std::string uuid(UidKind kind, Time created_at, std::int64_t key) const;

private:
    Store& store() const;
    Created created(const Submit& plan, const Submitted& submitted);
    Async<Judged<Created>> created_again(Submitted first);
    Async<Judged<Created>> created_before(Submitted first, std::unordered_set<TaskId> children);
    Async<Result<RunId>> run_of(std::string id);
    Async<Judged<Submit>> plan(NewBatch& request);
    struct Outside {
        std::vector<Submit::OutsideLink> links;
        std::vector<Problem> problems; // of dependencies on nothing
    };
    Async<Result<Outside>> find_outside(const std::vector<TaskRequest>& tasks);
    Async<Result<std::unordered_set<TaskId>>> children_within(RunId run);
    Async<Result<Target>> target_of(std::string id, std::string actor);
    Async<Result<void>> set_hidden(std::string id, std::string actor, bool hidden);
    template <class Request>
    Async<Result<Affected>> for_group(
        std::string id, std::string kind, std::string actor, std::string reason,
        Async<Result<Affected>> (Store::*action)(Request)
    );
    Async<Result<Target>> batch_target(std::string id, std::string actor);
    Async<Result<Affected>> unless_final(std::string id, Result<Affected> answer);

    Engine& engine_;
    BatchFacts& facts_;
    const AddressGuard& guard_;
    ServiceMetrics& metrics_;
    TargetNames names_;
    Definitions definitions_;
};

} // namespace sluice
