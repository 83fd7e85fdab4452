# SPDX-License-Identifier: Apache-2.0
"""What the package exports, and what it does without its extension."""

import os
import pathlib
import subprocess
import sys

import pytest

import sluice
import sluice.compat

ROOT = pathlib.Path(__file__).resolve().parents[1]
CONTRACT = """
Context task WorkflowBuilder Workflow register_workflow_constructor WorkflowContext TaskNamespace
RetryPolicy BackoffStrategy RetryCondition trigger TriggerResult TaskHandle always all_of any_of
none_of task_success task_failed task_skipped context_value DatabaseAdmin TenantConfig
TenantCredentials var var_or DefaultRunner DefaultRunnerConfig get_version __version__
""".split()


def python(program, **environment):
    """What a fresh interpreter prints, one that has no extension and no fake of it."""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )


@pytest.mark.parametrize("name", CONTRACT)
def test_names_of_the_contract_are_public(name):
    assert name in sluice.__all__
    assert getattr(sluice, name) is not None


@pytest.mark.parametrize("name", sluice.__all__)
def test_every_public_name_exists_and_is_documented(name):
    value = getattr(sluice, name)
    assert name in dir(sluice)
    assert isinstance(value, str) or value.__doc__


def test_all_is_complete_and_sorted():
    assert sluice.__all__ == sorted(set(sluice.__all__))
    homes = {name for names in sluice._HOMES.values() for name in names}
    assert homes | {"__version__", "get_version"} == set(sluice.__all__)


def test_package_is_typed_and_says_which_python():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'requires-python = ">=3.9"' in project
    assert '"py.typed"' in project and (ROOT / "sluice/py.typed").is_file()


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="'sluice' has no attribute 'ComputationGraph'"):
        sluice.ComputationGraph


def test_version_is_one():
    assert sluice.get_version() == sluice.__version__


def test_star_gives_a_program_all_it_imports():
    names = {}
    exec("from sluice import *\nfrom sluice.compat import *", names)
    assert set(sluice.__all__) | set(sluice.compat.__all__) <= set(names)


def test_old_names_answer_as_they_did():
    assert sluice.compat.hello_world() == "Hello from Cloaca backend!"
    assert sluice.compat.HelloClass().get_message() == "Hello from HelloClass!"
    assert "HelloClass" in repr(sluice.compat.HelloClass())
    assert sorted(sluice.compat.__all__) == [
        "HelloClass", "__backend__", "get_backend", "hello_world",
    ]


@pytest.mark.parametrize("said, backend", [
    ("postgres", "postgres"), ("Postgres", "postgres"), ("sqlite", "sqlite"), ("", "sqlite"),
    ("other", "sqlite"),
])
def test_backend_is_what_the_environment_asks_for(said, backend):
    program = "from sluice.compat import *; print(get_backend(), __backend__)"
    assert python(program, CLOACA_BACKEND=said).stdout.split() == [backend, backend]


def test_package_is_imported_without_what_it_offers():
    program = (
        "import sys, sluice, sluice.compat\n"
        "print([name for name in sys.modules if name.startswith('sluice.')])"
    )
    assert python(program).stdout.strip() == "['sluice.compat']"


def test_variables_and_names_need_no_extension():
    program = "import sluice; print(sluice.var_or('A', 'b'), sluice.TaskNamespace(*'abcd'))"
    assert python(program).stdout.strip() == "b a::b::c::d"


def test_client_of_the_task_service_needs_no_extension_and_says_which_python():
    told = python("import sluice.client; print('here')")
    if sys.version_info >= (3, 11):
        assert told.stdout.strip() == "here", told.stderr
    else:
        assert "sluice.client needs Python 3.11 or newer" in told.stderr
