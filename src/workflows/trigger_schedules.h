// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "store/execution_reads.h"
#include "store/schedule_requests.h"
#include "workflows/registration.h"
#include "workflows/schedule_documents.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

class Store;

// A trigger as users see it.
struct TriggerView {
    std::string id; // public id
    std::string name;
    std::string workflow;    // as it came; empty: none
    Micros poll_interval{0}; // 0: asked at times of cron
    bool allow_concurrent = false;
    bool enabled = true;
    std::optional<Time> last_poll_at = {}; // to a few seconds
    Time created_at;
    Time updated_at;
};

struct TriggerFireView {
    std::string id;
    std::string schedule_id;
    std::string context_hash;
    std::string run_id = {}; // empty: it could not be started
    std::string error = {};
    Time started_at;
    std::optional<Time> completed_at = {}; // when the run became final
    Time created_at;
};

// The triggers that programs have registered, in the database: of the Runner. Asking them is the
// work of TriggerPolling. Lives on the loop; borrows the store.
class TriggerSchedules {
public:
    TriggerSchedules(Store& store, std::string actor) : store_(store), actor_(std::move(actor)) {}

    // Records it, or what has changed of it; one that is disabled stays so. `workflow_namespace` is
    // what its workflow is; empty: nobody knows yet. Errors: invalid (name, interval, cron, zone).
    Async<Result<bool>> add(RegisteredTrigger trigger, std::string workflow_namespace);

    Async<Result<std::optional<TriggerView>>> get(std::string name);
    Async<Result<bool>> set_enabled(std::string name, bool enabled); // errors: not_found

    struct Page {
        std::optional<bool> enabled = {};
        std::size_t limit = 100;
        std::size_t offset = 0;
    };
    Async<Result<std::vector<TriggerView>>> list(Page page); // newest first

    // Newest first; none for an unknown name.
    Async<Result<std::vector<TriggerFireView>>>
    history(std::string name, std::size_t limit, std::size_t offset);

    // As it is stored. Errors: not_found.
    Async<Result<StoredSchedule>> find(std::string name);

private:
    Async<Result<std::optional<StoredSchedule>>> look_up(std::string name);
    Async<Result<bool>> record(const std::string& name, TriggerDocument document);
    Async<Result<bool>>
    change(const StoredSchedule& stored, const TriggerDocument& document, bool is_enabled);
    Result<TriggerView> view(const StoredSchedule& schedule) const;
    std::string uid_of(const ScheduleRow& row) const;

    Store& store_;
    std::string actor_;
};

} // namespace sluice
