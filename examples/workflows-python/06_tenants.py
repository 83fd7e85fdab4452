# SPDX-License-Identifier: Apache-2.0
"""Tutorial 6: tenants that do not see each other.

PostgreSQL: a schema and a user for each, which the user of --db has to be allowed to make. SQLite:
a file for each.
"""

from example import database
from sluice import DatabaseAdmin, DefaultRunner, TenantConfig, WorkflowBuilder, task

with WorkflowBuilder("count"):

    @task()
    def one(context):
        context.set("count", 1)


def refused(call) -> bool:
    try:
        call()
    except ValueError as error:
        print(error)
        return True
    return False


def runs_after_one_more(runner) -> int:
    """Runs the workflow once, and answers how many runs this tenant sees."""
    with runner:
        assert runner.execute("count").status == "Completed"
        return len(runner.list_runs())


def with_files(url) -> None:
    def file_of(tenant):
        return url if url.endswith(":memory:") else f"{url}-{tenant}"

    with DefaultRunner(file_of("south")) as runner:
        before = len(runner.list_runs())
    runs_after_one_more(DefaultRunner(file_of("north")))
    assert runs_after_one_more(DefaultRunner(file_of("south"))) == before + 1
    assert refused(lambda: DefaultRunner.with_schema(url, "north"))


def with_schemas(url) -> None:
    admin = DatabaseAdmin(url)
    north = admin.create_tenant(TenantConfig("example_north", "example_north"))
    south = admin.create_tenant(TenantConfig("example_south", "example_south"))
    print(admin.list_tenants())
    for tenant in (north, south):
        runner = DefaultRunner.with_schema(tenant.connection_string, tenant.schema_name)
        assert runs_after_one_more(runner) == 1

    # The user of one tenant cannot open the schema of the other.
    assert refused(
        lambda: DefaultRunner.with_schema(north.connection_string, south.schema_name)
    )
    for tenant in (north, south):
        admin.remove_tenant(tenant.schema_name, tenant.username)


def main() -> None:
    url = database()
    if url.startswith("postgres"):
        with_schemas(url)
    else:
        with_files(url)


if __name__ == "__main__":
    main()
