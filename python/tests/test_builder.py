# SPDX-License-Identifier: Apache-2.0
"""Blocks that collect tasks."""

import inspect
import threading

import pytest

from sluice import Workflow, WorkflowBuilder, register_workflow_constructor, task


def add(id="a", dependencies=None):
    @task(id=id, dependencies=dependencies)
    def function(context):
        return context

    return function


def test_parameters_are_those_of_the_contract():
    parameters = inspect.signature(WorkflowBuilder).parameters
    assert list(parameters) == ["name", "tenant", "package", "workflow"]
    assert [one.kind.name for one in parameters.values()][1:] == ["KEYWORD_ONLY"] * 3


def test_everything_that_is_said_can_be_chained():
    with WorkflowBuilder("w") as builder:
        add()
        assert builder.description("d").tag("k", "v").add_task("a") is builder
    assert repr(builder) == "WorkflowBuilder(name='w')"


def test_unknown_task_is_refused_by_its_name():
    with pytest.raises(ValueError) as refusal:
        WorkflowBuilder("fresh").add_task("absent")
    assert str(refusal.value) == "Task 'absent' not found in registry"


@pytest.mark.parametrize("thing", [123, None, object(), ["a"]])
def test_what_is_no_task_is_refused(thing):
    with pytest.raises(ValueError) as refusal:
        WorkflowBuilder("fresh").add_task(thing)
    assert str(refusal.value) == "Task must be either a string task ID or a function object"


def test_task_that_is_collected_already_is_not_added_again():
    with WorkflowBuilder("w") as builder:
        function = add()
        builder.add_task("a")
        builder.add_task(function)
        assert builder.build().topological_sort() == ["public::embedded::w::a"]


def test_later_builder_of_the_same_name_finds_tasks():
    with WorkflowBuilder("found"):
        function = add()
    for known in ("a", function):
        again = WorkflowBuilder("found")
        again.add_task(known)
        assert again.build().topological_sort() == ["public::embedded::found::a"]
    with pytest.raises(ValueError, match="not found in registry"):
        WorkflowBuilder("found", tenant="other").add_task("a")


def test_empty_workflow_cannot_be_built():
    with pytest.raises(ValueError) as refusal:
        WorkflowBuilder("empty").build()
    assert str(refusal.value) == "Failed to build workflow: Workflow cannot be empty"
    with pytest.raises(ValueError, match="Workflow cannot be empty"):
        with WorkflowBuilder("empty"):
            pass


def test_build_may_be_repeated_and_sees_all_tasks_so_far():
    with WorkflowBuilder("w") as builder:
        add("a")
        first = builder.build()
        add("b", ["a"])
        second = builder.build()
    assert len(first.topological_sort()) == 1
    assert second.topological_sort() == ["public::embedded::w::a", "public::embedded::w::b"]


def test_error_in_the_block_is_not_masked():
    with pytest.raises(KeyError, match="mine"):
        with WorkflowBuilder("w"):
            raise KeyError("mine")
    with pytest.raises(ValueError, match="WorkflowBuilder"):
        add()


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_block_is_left_by_whatever_ends_it(error):
    with pytest.raises(error):
        with WorkflowBuilder("w"):
            add()
            raise error
    with pytest.raises(ValueError, match="WorkflowBuilder"):
        add()


def test_block_is_left_when_its_workflow_is_refused():
    with pytest.raises(ValueError):
        with WorkflowBuilder("w"):
            pass
    with pytest.raises(ValueError, match="WorkflowBuilder"):
        add()


def test_threads_do_not_see_each_others_blocks():
    refused = []

    def other_thread():
        with pytest.raises(ValueError, match="WorkflowBuilder"):
            add()
        refused.append(True)

    with WorkflowBuilder("w"):
        add()
        thread = threading.Thread(target=other_thread)
        thread.start()
        thread.join()
    assert refused == [True]


def built(name="w", **more):
    with WorkflowBuilder(name, **more) as builder:
        builder.description("text").tag("env", "test")
        add("a")
        add("b", ["a"])
        return builder.build()


def test_workflow_says_what_it_is():
    workflow = built()
    assert (workflow.name, workflow.description, workflow.tags) == ("w", "text", {"env": "test"})
    assert repr(workflow) == "Workflow(name='w', tasks=2)"
    workflow.validate()


def test_tasks_are_told_by_full_names():
    workflow = built("w", tenant="t", package="p", workflow="inner")
    assert workflow.name == "w"
    assert workflow.topological_sort() == ["t::p::inner::a", "t::p::inner::b"]
    assert workflow.get_execution_levels() == [["t::p::inner::a"], ["t::p::inner::b"]]
    assert workflow.get_roots() == ["t::p::inner::a"]
    assert workflow.get_leaves() == ["t::p::inner::b"]


def test_equal_definitions_have_equal_versions():
    first, second = built(), built()
    assert first.version == second.version
    assert len(first.version) == 16 and int(first.version, 16) >= 0
    assert built("other").version != first.version


def test_source_of_a_function_is_part_of_the_version():
    versions = set()
    for number in range(2):
        with WorkflowBuilder("w") as builder:
            if number:
                @task(id="a")
                def function(context):
                    return context
            else:
                @task(id="a")
                def function(context):
                    return None
            versions.add(builder.build().version)
    assert len(versions) == 2


def test_constructor_is_called_at_once():
    calls = []

    def construct():
        calls.append(True)
        return built()

    register_workflow_constructor("again", construct)
    assert calls == [True]


def test_constructor_has_to_return_a_workflow():
    with pytest.raises(ValueError, match="'w' returned NoneType, not a Workflow"):
        register_workflow_constructor("w", lambda: None)


def test_error_of_a_constructor_goes_through():
    with pytest.raises(ZeroDivisionError):
        register_workflow_constructor("w", lambda: 1 // 0)


def test_workflow_is_not_made_by_hand_without_tasks():
    with pytest.raises(TypeError):
        Workflow()


@pytest.mark.parametrize("format", ["ascii", "json", "dot", "mermaid"])
def test_workflow_is_drawn(format):
    with WorkflowBuilder("w") as builder:
        add("extract")
        add("load", ["extract"])
        drawing = builder.build().draw(format)
    assert "extract" in drawing and "load" in drawing


def test_unknown_drawing_is_refused():
    with pytest.raises(ValueError, match="Failed to draw workflow"):
        built().draw("png")
