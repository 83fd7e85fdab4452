// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/execution_codec.h"

namespace sluice::postgres {

WorkflowRow read_workflow(Row& row)
{
    WorkflowRow workflow;
    row.into(workflow.id, workflow.workflow_namespace, workflow.version);
    row.into(workflow.created_at, workflow.registered_at);
    return workflow;
}

} // namespace sluice::postgres
