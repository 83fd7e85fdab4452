// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/webhook/trigger.h"
#include "store/rows.h"
#include "store/service_requests.h"

#include <optional>
#include <vector>

namespace sluice {

struct WriteContext;

// What the end of an attempt owes to those outside: the webhooks of its end, and those that tell
// its target to stop.
struct Debt {
    TaskId task;
    RunId run;
    int attempt = 0;
    std::optional<Trigger> end;        // success, failure
    bool tells_target = false;         // the target had it: cancel actions first
    std::optional<Micros> ran;         // since the attempt began; none: it never did
    std::optional<Micros> waited = {}; // until then, when no start has told that
};

// Turns the debts of a group into deliveries (docs/decisions/0004). Those of one attempt are tried
// in order: each is owed once the one before was tried.
void settle_debts(WriteContext& context);

// What an answer has asked for, likewise. `of` says whose answer it was.
void owe_follow_ups(
    WriteContext& context, const DeliveryRow& of, const std::vector<FollowUpAction>& actions
);

// What the answer to a start has asked for.
struct StartAnswer {
    TaskId task;
    RunId run;
    int attempt = 0;
    WorkerId worker;
    const std::vector<FollowUpAction>& follow_ups;
};

template <class Report> // Start or Finish
StartAnswer answer_of(const Report& report)
{
    return {report.task, report.run, report.attempt, report.worker, report.follow_ups};
}

void owe_follow_ups(WriteContext& context, const StartAnswer& answer);

// The task was done before the answer was known: by its target, which was faster, or by this very
// report, which is repeated then.
void owe_late_follow_ups(WriteContext& context, const StartAnswer& answer, const DoneRow& done);

} // namespace sluice
