// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/cli_command.h"

namespace sluice {

// In the order of `sluice --help`.
void add_commands(CliCommand root)
{
    add_job(root);
    add_datum(root);
    add_task(root);
    add_batch(root);
    add_group(root);
    add_rule(root);
    add_action(root);
    add_delivery(root);
    add_workflow(root);
    add_run(root);
    add_schedule(root);
    add_audit(root);
    add_serve(root);
    add_worker(root);
    add_drain(root);
    add_deploy(root);
    add_undeploy(root);
    add_proxy(root);
    add_key(root);
    add_tenant(root);
    add_schema(root);
    add_config(root);
    add_db(root);
    add_migrate(root);
    add_bench(root);
    add_version(root);
}

} // namespace sluice
