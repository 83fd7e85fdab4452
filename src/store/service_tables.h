// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/rows.h"
#include "store/service_requests.h"

#include <optional>
#include <span>
#include <vector>

namespace sluice {

// The statements of the task service in an open transaction; see Tables.
class ServiceTables {
public:
    virtual ~ServiceTables() = default;

    // --- cards -------------------------------------------------------------------------------
    virtual void insert_cards(std::span<const CardRow> rows) = 0;
    virtual std::optional<CardRow> card(TaskId task) = 0;
    virtual std::vector<CardRow> cards(std::span<const TaskId> tasks) = 0;
    virtual void update_card(const CardRow& row) = 0;      // metadata, expected_count, times
    virtual void set_priority(TaskId task, int nprio) = 0; // in its task and lease rows

    // What a transition must know of tasks.
    struct Duty {
        TaskId task;
        std::uint8_t flags = 0; // CardRow::Flag bits
        int success_actions = 0;
        int failure_actions = 0;
        int cancel_actions = 0; // those that its target has asked for, too
        std::string kind = {};
    };
    virtual std::vector<Duty> duties(std::span<const TaskId> tasks) = 0;

    // --- progress ----------------------------------------------------------------------------
    struct Report {
        TaskId task;
        Time at;                  // the time of the last report moves there, and always forward
        std::int64_t success = 0; // added, up to the largest number
        std::int64_t failures = 0;
        std::optional<std::string> failure_reason = {}; // replaces, as what follows
        std::string cancel_actions = {};                // empty: left as they are
        int cancel_actions_count = 0;
    };
    // Each task once, by id. Tells those that have a card; the others are passed over.
    virtual std::vector<TaskId> report(std::span<const Report> reports) = 0;
    // The attempts of these tasks are over: the same time moves to `now`, and their reasons go.
    virtual void begin_anew(std::span<const TaskId> tasks, Time now) = 0;
    virtual std::vector<ProgressRow> progress(std::span<const TaskId> tasks) = 0;

    // --- deliveries --------------------------------------------------------------------------
    struct Owed {
        DeliveryId delivery;
        Time due;
    };
    virtual void insert_deliveries(std::span<const DeliveryRow> rows) = 0;
    virtual void insert_owed(std::span<const Owed> rows) = 0;
    // Due and nobody's, the longest due first; now they are the worker's.
    virtual std::vector<OwedDelivery> take_owed(WorkerId worker, Time now, std::size_t limit) = 0;
    // The rows of those that the worker is sending.
    virtual std::vector<DeliveryRow>
    deliveries_sent_by(WorkerId worker, std::span<const DeliveryId> ids) = 0;
    virtual std::vector<DeliveryRow> deliveries(std::span<const DeliveryId> ids) = 0;
    virtual std::vector<std::string> follow_up_keys(TaskId task) = 0;
    virtual void update_deliveries(std::span<const DeliveryRow> rows) = 0; // all but what it is of
    virtual void owe_again(std::span<const Owed> rows) = 0; // nobody's, due at another time
    virtual void delete_owed(std::span<const DeliveryId> ids) = 0;
    // Those of workers whose time ended before `before` or that are unknown are nobody's again.
    virtual std::size_t rescue_owed(Time before) = 0;

    // --- retention ---------------------------------------------------------------------------
    // Those of the locked runs that no webhook waits for and no live task of another run.
    virtual std::vector<RunId> unneeded_runs(std::span<const RunId> runs) = 0;
    // Those of the tasks of a locked run that were hidden before a time, likewise; by id.
    virtual std::vector<TaskId>
    unneeded_tasks(RunId run, std::span<const TaskId> tasks, Time hidden_before) = 0;
    // The links from other tasks of the run.
    virtual void delete_links_to(const RunRow& run, std::span<const TaskId> tasks) = 0;
};

} // namespace sluice
