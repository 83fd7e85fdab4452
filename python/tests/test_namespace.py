# SPDX-License-Identifier: Apache-2.0
"""Full names and their parts."""

import pytest

from sluice import TaskNamespace, WorkflowContext

FULL = TaskNamespace("acme", "shop", "order", "pay")


def test_parts_have_names():
    assert FULL.tenant_id == "acme"
    assert FULL.package_name == "shop"
    assert FULL.workflow_id == "order"
    assert FULL.task_id == "pay"


def test_text_and_back():
    assert str(FULL) == "acme::shop::order::pay"
    assert TaskNamespace.from_string(str(FULL)) == FULL
    assert repr(FULL) == "TaskNamespace('acme', 'shop', 'order', 'pay')"


@pytest.mark.parametrize("text", ["", "pay", "a::b", "a::b::c", "a::b::c::d::e", "a:b:c:d"])
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match="Invalid namespace format"):
        TaskNamespace.from_string(text)


def test_arguments_have_the_names_of_the_contract():
    assert TaskNamespace(tenant="acme", package="shop", workflow="order", task="pay") == FULL


def test_parent_is_the_workflow():
    parent = FULL.parent()
    assert parent.task_id == "" and parent.workflow_id == "order"
    assert FULL.is_child_of(parent)
    assert not parent.is_child_of(parent)
    assert not FULL.is_child_of(FULL)
    assert not FULL.is_child_of(TaskNamespace("acme", "shop", "other", ""))


@pytest.mark.parametrize("other, are_siblings", [
    (("acme", "shop", "order", "ship"), True),
    (("acme", "shop", "order", "pay"), False),
    (("acme", "shop", "order", ""), False),
    (("acme", "shop", "other", "ship"), False),
    (("else", "shop", "order", "ship"), False),
])
def test_siblings_are_two_tasks_of_one_workflow(other, are_siblings):
    assert FULL.is_sibling_of(TaskNamespace(*other)) is are_siblings


def test_names_are_values():
    assert {FULL, TaskNamespace("acme", "shop", "order", "pay")} == {FULL}
    assert FULL != TaskNamespace("acme", "shop", "order", "ship")
    assert FULL != "acme::shop::order::pay"


def test_workflow_names_its_tasks():
    workflow = WorkflowContext("acme", "shop", "order")
    assert workflow.task_namespace("pay") == FULL
    assert workflow.resolve_dependency("pay") == FULL
    assert workflow.workflow_namespace() == FULL.parent()
    assert workflow.contains_namespace(FULL)
    assert not workflow.contains_namespace(TaskNamespace("acme", "shop", "other", "pay"))
    assert str(workflow) == "acme::shop::order"
    assert repr(workflow) == "WorkflowContext('acme', 'shop', 'order')"
    assert {workflow, WorkflowContext("acme", "shop", "order")} == {workflow}
    assert (workflow.tenant_id, workflow.package_name, workflow.workflow_id) == (
        "acme", "shop", "order"
    )
