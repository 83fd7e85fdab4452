// SPDX-License-Identifier: Apache-2.0
// Rules and actions that are stored at the server, for tasks to name with Stored{id}; and
// schedules.
#pragma once

#include "sluice/graph.h"
#include "sluice/results.h"

namespace sluice::client {

// `type` says which of the maxima it has; `uses` is how many tasks name it that are not final.
struct StoredRule {
    std::string id;
    std::optional<std::string> name;
    std::string type;
    std::optional<std::int64_t> max_concurency; // one r: the spelling is the contract
    std::optional<std::int64_t> max_capacity;
    Json matcher;
    std::int64_t uses = 0;
    Time created_at;
    Time updated_at;
};

// What was not sent with it is empty.
struct StoredAction {
    std::string id;
    std::optional<std::string> name;
    std::string kind;
    Json params;
    std::optional<Json> retry;
    std::optional<int> timeout;
    std::optional<Json> when;
    Time created_at;
    Time updated_at;
};

// Makes a batch of `tasks` at each of its ticks; rules and actions are written out in them. One of
// `cron`, `every` and `at` says when. `catchup` is what becomes of missed ticks: none, skip or
// run_all; `overlap` what a tick does while the batch of the one before is not final: allow, skip
// or cancel.
struct NewSchedule {
    std::string name = {};
    Batch tasks = {};
    std::optional<std::string> cron = {};
    std::optional<std::chrono::seconds> every = {};
    std::optional<Time> at = {};
    std::optional<std::string> timezone = {}; // whose clocks `cron` follows
    std::optional<Time> start = {};
    std::optional<Time> end = {};
    std::optional<std::chrono::seconds> jitter = {};
    std::optional<std::string> catchup = {};
    std::optional<int> max_catchup = {};
    std::optional<std::string> overlap = {};
    std::optional<bool> enabled = {};
};

// A schedule as the server shows it; `next_run_at` is empty when it is over, or not enabled.
struct Schedule {
    std::string id;
    std::string name;
    std::optional<std::string> cron;
    std::optional<Json> every; // as it was sent: a text or seconds
    std::optional<Time> at;
    std::optional<std::string> timezone;
    Json tasks; // as they were sent
    std::string catchup;
    int max_catchup = 0;
    std::string overlap;
    Json jitter; // as it was sent: a text or seconds
    bool enabled = false;
    std::optional<Time> start;
    std::optional<Time> end;
    std::optional<Time> next_run_at;
    std::optional<Time> last_run_at; // when its last batch was created
    std::optional<std::string> last_batch_id;
    Time created_at;
    Time updated_at;
};

// A tick. `outcome` is created, skipped or failed; `reason` says why there is no batch.
struct ScheduleRun {
    std::string schedule_id;
    Time scheduled_at;
    Time fired_at;
    std::string outcome;
    std::optional<std::string> batch_id;
    std::optional<std::string> reason;
};

} // namespace sluice::client
