# SPDX-License-Identifier: Apache-2.0
"""Tutorial 2: what flows along the links: contexts, and how they are merged."""

from example import database
from sluice import Context, DefaultRunner, WorkflowBuilder, task

# Two tasks side by side write to the same keys; the one after them gets both.
with WorkflowBuilder("stock"):

    @task()
    def receive(context):
        context.set("customer", context["order"]["customer"])

    @task(dependencies=[receive])
    def north(context):
        context.set("stock", {"north": 3})
        context.set("sizes", [36, 38])
        context.set("last", "north")

    @task(dependencies=[receive])
    def south(context):
        context.set("stock", {"south": 4})
        context.set("sizes", [38, 40])
        context.set("last", "south")

    @task(dependencies=[north, south])
    def add_up(context):
        context.set("total", sum(context["stock"].values()))


def contexts() -> None:
    """What a context does without any workflow."""
    context = Context({"name": "Ada", "tags": ["a", "b"]})
    context.set("count", 1)  # whether or not there is one
    context.update("count", 2)  # only over an old one
    context.insert("ratio", 0.5)  # only a new one

    assert context.get("count") == 2
    assert context.get("missing") is None
    assert context.get("missing", 7) == 7

    context["largest"] = 2**64 - 1
    assert context["largest"] == 2**64 - 1  # 64 bits are exact

    assert context.remove("ratio") == 0.5 and "ratio" not in context
    assert Context.from_json(context.to_json()) == context

    # What comes out is a copy: set it again to change it.
    tags = context["tags"]
    tags.append("c")
    assert context["tags"] == ["a", "b"]
    context["tags"] = tags


def mistakes() -> None:
    """Mistakes are errors that name the key."""
    context = Context({"name": "Ada"})
    for key, value in {"ratio": float("nan"), "call": print, "big": 2**64}.items():
        try:
            context.set(key, value)
        except ValueError as error:
            print(error)
            assert f"'{key}'" in str(error)
        else:
            raise AssertionError(f"{value} was taken")
    try:
        context["missing"]
    except KeyError as error:
        print(error)


def main() -> None:
    contexts()
    mistakes()
    with DefaultRunner(database()) as runner:
        order = Context({"order": {"id": 7, "customer": "Ada"}})
        result = runner.execute("stock", order)

        end = result.final_context
        print(end)
        assert end["total"] == 7  # objects are merged member by member
        assert end["sizes"] == [36, 38, 40]  # lists are united
        assert end["last"] == "south"  # of the rest the later dependency wins
        assert end["customer"] == "Ada"  # what came in goes on
        assert result.initial_context == order  # and is kept beside it


if __name__ == "__main__":
    main()
