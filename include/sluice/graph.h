// SPDX-License-Identifier: Apache-2.0
// Describes a graph of tasks, which Client::create then makes a batch of.
//
//     Batch batch;
//     const TaskDraft build = batch.task(
//         {.name = "Build", .kind = "build", .on_start = webhook("https://w.example.com/build")});
//     batch.task({.name = "Test", .kind = "test",
//                 .on_start = webhook("https://w.example.com/test"), .after = {build}});
//
// A task can only be named after it was described, so there are no cycles. Ids within the request
// are made here; what a task may say is checked by the server, which tells all problems at once.
#pragma once

#include "sluice/actions.h"
#include "sluice/export.h"
#include "sluice/results.h"
#include "sluice/rules.h"

#include <concepts>
#include <set>

namespace sluice::client {

// A task of a Batch; `id` is its id within the request.
class TaskDraft {
public:
    const std::string& id() const { return id_; }

private:
    friend class Batch;
    friend class Parent;
    TaskDraft(std::string id, std::uint64_t batch) : id_(std::move(id)), batch_(batch) {}

    std::string id_;
    std::uint64_t batch_;
};

// What a dependency may name: a task of the same batch, or one that exists, or the id of that.
class Parent {
public:
    Parent(const TaskDraft& draft) : id_(draft.id_), batch_(draft.batch_) {}
    Parent(const LightTask& task) : id_(task.id) {}
    Parent(std::string task_id) : id_(std::move(task_id)) {}
    Parent(const char* task_id) : id_(task_id) {}

private:
    friend class Batch;

    std::string id_;
    std::uint64_t batch_ = 0; // 0: it exists already
};

enum class Condition { on_success, on_failure, always };

// Made by succeeded(), failed() and always(). A bare parent means succeeded().
struct Dependency {
    template <std::convertible_to<Parent> Of>
    Dependency(const Of& of) : parent(of)
    {}
    Dependency(Parent of, Condition how) : parent(std::move(of)), condition(how) {}

    Parent parent;
    Condition condition = Condition::on_success;
};

// When the parent has succeeded; otherwise the child fails.
SLUICE_API Dependency succeeded(const Parent& parent);

// When the parent has failed or was canceled; otherwise the child is skipped.
SLUICE_API Dependency failed(const Parent& parent);

// When the parent has ended, however.
SLUICE_API Dependency always(const Parent& parent);

// `on_start` begins the work; the others tell how the task has ended. It fails after `timeout`
// without a report. It starts when everything in `after` has ended as asked, not before
// `scheduled_at`, or `delay` from now.
struct NewTask {
    std::string name = {};
    std::string kind = {};
    Action on_start = {};
    std::vector<Dependency> after = {};
    std::vector<Action> on_success = {};
    std::vector<Action> on_failure = {};
    std::vector<Action> on_cancel = {};
    std::optional<std::chrono::seconds> timeout = {};
    std::optional<Retry> retry = {};
    std::optional<Time> scheduled_at = {};
    std::optional<std::chrono::seconds> delay = {};
    std::optional<Json> metadata = {};
    std::optional<std::int64_t> expected_count = {};
    std::vector<Rule> rules = {};
    std::vector<Matcher> dedupe = {};
    std::optional<int> priority = {};
    std::optional<bool> preemptible = {};
    std::optional<bool> preempts = {};
    std::optional<bool> dead_end_barrier = {};
    std::optional<std::string> group_id = {};
    std::optional<std::string> requester = {};
    std::optional<std::string> id = {}; // within the request; by default one is made
};

// A graph that is being described. A copy is the same graph, which goes on apart.
class SLUICE_API Batch {
public:
    Batch();

    // Adds a task and returns it, for `after` of others. Throws std::invalid_argument for an id
    // that another task of this batch has, and for a parent of another batch.
    TaskDraft task(const NewTask& task);

    // The body of the request: a list of tasks.
    Json to_json() const { return Json::array(tasks_); }

private:
    std::string new_id(const std::optional<std::string>& wanted);
    Json dependencies(const std::vector<Dependency>& after) const;

    std::uint64_t identity_;
    std::vector<Json> tasks_;
    std::set<std::string, std::less<>> ids_;
};

} // namespace sluice::client
