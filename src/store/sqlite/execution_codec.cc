// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/execution_codec.h"

namespace sluice::sqlite {

WorkflowRow read_workflow(Row& row)
{
    WorkflowRow workflow;
    row.into(workflow.id);
    row.into(workflow.workflow_namespace);
    row.into(workflow.version);
    row.into(workflow.created_at);
    row.into(workflow.registered_at);
    return workflow;
}

} // namespace sluice::sqlite
