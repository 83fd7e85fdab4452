// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace sluice {

class CliCommand;

// Every command of the program. Each function stands in a file of its name and adds its command,
// with those below it.
void add_commands(CliCommand root);

void add_action(CliCommand& root);
void add_audit(CliCommand& root);
void add_batch(CliCommand& root);
void add_bench(CliCommand& root);
void add_config(CliCommand& root);
void add_datum(CliCommand& root);
void add_db(CliCommand& root);
void add_delivery(CliCommand& root);
void add_deploy(CliCommand& root);
void add_drain(CliCommand& root);
void add_group(CliCommand& root);
void add_job(CliCommand& root);
void add_key(CliCommand& root);
void add_migrate(CliCommand& root);
void add_proxy(CliCommand& root);
void add_rule(CliCommand& root);
void add_workflow(CliCommand& root);
void add_run(CliCommand& root);
void add_schedule(CliCommand& root);
void add_schema(CliCommand& root);
void add_serve(CliCommand& root);
void add_task(CliCommand& root);
void add_tenant(CliCommand& root);
void add_undeploy(CliCommand& root);
void add_version(CliCommand& root);
void add_worker(CliCommand& root);

} // namespace sluice
