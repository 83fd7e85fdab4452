# SPDX-License-Identifier: Apache-2.0
"""A program may end at any time: in time, with its own exit code, and without a word."""

import textwrap

import pytest
from programs import PRELUDE, run_program

BODIES = {
    "computes": "while True: pass",
    "sleeps": "import time; time.sleep(3600)",
    "waits for a lock": "threading.Event().wait()",
    "waits for its turn": "handle.defer_until(lambda: False, 10)",
    "waits for a pipe": "os.read(os.pipe()[0], 1)",
    "sleeps in a coroutine": "import asyncio; asyncio.run(asyncio.sleep(3600))",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_program_ends_while_a_body_runs(tmp_path, body):
    run_program(tmp_path, f"""
        started = threading.Event()

        def only(context, handle):
            started.set()
            {body}

        single("w", only)
        runner = DefaultRunner(URL)
        handle = runner.execute_async("w")
        started.wait()
        print("over")
    """).check("over")


def test_program_ends_while_its_runner_has_nothing_to_do(tmp_path):
    run_program(tmp_path, """
        single("w", lambda context: None)
        runner = DefaultRunner(URL)
        print(runner.execute("w").status)
    """).check("Completed")


def test_program_ends_that_only_registered(tmp_path):
    run_program(tmp_path, """
        single("w", lambda context: None)
        print("over")
    """).check("over")


@pytest.mark.parametrize("end, code", [
    ("sys.exit(3)", 3), ("os._exit(4)", 4), ("raise SystemExit(5)", 5)])
def test_exit_code_is_that_of_the_program(tmp_path, end, code):
    run_program(tmp_path, f"""
        single("w", lambda context: None)
        runner = DefaultRunner(URL)
        runner.execute("w")
        {end}
    """).check(code=code)


def test_waiting_threads_are_woken_with_an_error(tmp_path):
    run_program(tmp_path, """
        import atexit

        started = threading.Event()

        def only(context):
            started.set()
            threading.Event().wait()

        def wait():
            try:
                runner.execute("w")
            except RuntimeError:
                print("woken")

        waiting = threading.Thread(target=wait, daemon=True)
        atexit.register(waiting.join)  # before the first runner: so it runs after the engine's end
        single("w", only)
        runner = DefaultRunner(URL)
        waiting.start()
        started.wait()
    """).check("woken")


def test_calls_after_the_end_are_errors(tmp_path):
    run_program(tmp_path, """
        import atexit

        def late():
            for call in (lambda: runner.execute("w"), lambda: DefaultRunner(URL), runner.metrics):
                try:
                    call()
                except RuntimeError as error:
                    print(error)

        atexit.register(late)  # before the first runner: so it runs after the engine's end
        single("w", lambda context: None)
        runner = DefaultRunner(URL)
        runner.execute("w")
    """).check(*["the interpreter ends"] * 3)


# A Runner whose database another program then keeps to itself, until this one is gone.
LOCKED_OUT = """
        import subprocess

        HOLD = '''if True:
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1], isolation_level=None)
            database.execute("BEGIN IMMEDIATE")
            print("held", flush=True)
            sys.stdin.read()
        '''

        single("w", lambda context: None)
        runner = DefaultRunner(URL)
        runner.execute("w")
        pipe = subprocess.PIPE
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD, sys.argv[1]], stdin=pipe, stdout=pipe)
        holder.stdout.readline()
"""


@pytest.mark.parametrize("end, told", [
    ("print('over')", "over"), ("print(runner.shutdown(0.1))", "0")])
def test_program_ends_without_a_database_that_others_keep_locked(tmp_path, end, told):
    ended = run_program(tmp_path, f"{LOCKED_OUT}        {end}")
    assert (ended.code, ended.lines) == (0, [told])
    assert "this Runner ends without it" in ended.errors


@pytest.mark.parametrize("rest", [
    "", "DefaultRunner(URL).execute('w')", "runner = DefaultRunner(URL)\nrunner.execute('w')",
    "with DefaultRunner(URL) as runner: runner.execute('w')"])
def test_files_that_modules_hold_are_closed(tmp_path, rest):
    (tmp_path / "tasks.py").write_text(PRELUDE + textwrap.dedent("""
        out = open("out.txt", "w")

        def tell(*said):
            out.write("told")

        single("w", tell, on_success=lambda *said: out.write(" twice"))

        @trigger(on="w", poll_interval="1h")
        def never():
            return bool(out.closed)
    """), encoding="utf-8")
    run_program(tmp_path, f"from tasks import *\n{rest}\ntell()", code="").check()
    assert (tmp_path / "out.txt").read_text(encoding="utf-8").endswith("told")


def test_what_was_not_finished_goes_on_in_the_next_program(tmp_path):
    first = """
        started = threading.Event()

        def only(context):
            started.set()
            threading.Event().wait()

        single("w", only)
        runner = DefaultRunner(URL)
        handle = runner.execute_async("w")
        started.wait()
        print(handle.id)
    """
    ended = run_program(tmp_path, first)
    [run_id] = ended.lines
    run_program(tmp_path, f"""
        single("w", lambda context: None)
        with DefaultRunner(URL) as runner:
            print(runner.attach("{run_id}").wait().status)
    """).check("Completed")


def test_runners_that_are_dropped_end_on_their_own(tmp_path):
    run_program(tmp_path, """
        single("w", lambda context: None)
        for number in range(5):
            result = DefaultRunner(URL + str(number)).execute("w")
        print(result.status, result.final_context)
    """).check("Completed Context({})")
