// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/workflow/workflow_definition.h"
#include "store/requests.h"

#include <string>
#include <vector>

namespace sluice {

// What all runs of a workflow have in common: names, policies, links, parents and rules of the
// tasks, made once. Immutable.
//
// A task without a rule hears `not_failed` of its dependencies and is skipped otherwise; one with a
// rule hears all ends, also of ancestors that only the rule names, and the rule is judged when it
// is claimed.
class SubmissionTemplate {
public:
    // `definition` has no problems. `task_timeout`: of tasks that have none of their own.
    SubmissionTemplate(const WorkflowDefinition& definition, Micros task_timeout);

    // `context` as stored. May be large: see engine/submit.h.
    Submit make(WorkflowId workflow, std::string context, Micros run_timeout) const;

    // In the order in which submissions name them: that of the definition, but of a workflow that
    // is loaded in pieces parents come first.
    const std::vector<NewTask>& tasks() const { return tasks_; }

    bool is_large() const; // loaded in pieces

private:
    std::string queue_;
    std::vector<NewTask> tasks_;
    std::vector<GraphLink> links_;
};

} // namespace sluice
