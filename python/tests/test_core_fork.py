# SPDX-License-Identifier: Apache-2.0
"""A child of fork has nothing of its parent's runner, and does it no harm."""

import pytest
from programs import PRELUDE, run_program

FORK = PRELUDE + """
import gc


def in_child(function):
    '''The exit code of a child that calls this, and ends as any program does.'''
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        function()
        sys.exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def refused(call):
    try:
        call()
    except RuntimeError as error:
        print("was made in process" in str(error))
"""


def run_forking(directory, text):
    return run_program(directory, text, FORK)


def test_calls_on_the_parents_runner_say_so(tmp_path):
    run_forking(tmp_path, """
        single("w", lambda context: None)
        runner = DefaultRunner(URL)
        handle = runner.execute_async("w")

        def child():
            refused(lambda: runner.execute("w"))
            refused(handle.wait)
            refused(handle.status)
            refused(runner.shutdown)

        print(in_child(child))
        print(handle.wait().status, runner.execute("w").status)
    """).check(*["True"] * 4, "7", "Completed Completed")


def test_child_that_drops_everything_leaves_the_parent_alone(tmp_path):
    run_forking(tmp_path, """
        def child():
            global runner, handle, result
            del runner, handle, result
            gc.collect()

        single("w", lambda context: None)
        runner = DefaultRunner(URL)
        handle = runner.execute_async("w")
        result = handle.wait()
        print(in_child(child))
        print(runner.execute("w").status)
    """).check("7", "Completed")


def test_child_makes_a_runner_of_its_own(tmp_path):
    run_forking(tmp_path, """
        def child():
            with DefaultRunner(URL + ".child") as mine:
                print(mine.execute("w").status)

        single("w", lambda context: None)
        runner = DefaultRunner(URL)
        runner.execute("w")
        print(in_child(child))
        print(runner.execute("w").status)
    """).check("Completed", "7", "Completed")


def test_child_does_not_open_the_parents_file(tmp_path):
    run_forking(tmp_path, """
        def child():
            try:
                DefaultRunner(URL)
            except ValueError as error:
                print("spawn" in str(error))

        single("w", lambda context: None)
        runner = DefaultRunner(URL)
        print(in_child(child))
        print(runner.execute("w").status)
    """).check("True", "7", "Completed")


def test_fork_while_other_threads_wait(tmp_path):
    run_forking(tmp_path, """
        everybody = threading.Barrier(9)
        go_on = threading.Event()
        statuses = []

        def only(context):
            everybody.wait()
            go_on.wait()

        def wait():
            statuses.append(runner.execute("w").status)

        single("w", only)
        runner = DefaultRunner.with_config(URL, DefaultRunnerConfig(max_concurrent_tasks=8))
        threads = [threading.Thread(target=wait) for _ in range(8)]
        for thread in threads:
            thread.start()
        everybody.wait()
        print([in_child(lambda: refused(lambda: runner.execute("w"))) for _ in range(5)])
        go_on.set()
        for thread in threads:
            thread.join()
        print(statuses == ["Completed"] * 8)
    """).check(*["True"] * 5, "[7, 7, 7, 7, 7]", "True")


@pytest.mark.parametrize("leave", ["os._exit(7)", "return"])
def test_body_may_fork(tmp_path, leave):
    code = "7" if "7" in leave else "0"
    run_forking(tmp_path, f"""
        def only(context):
            child = os.fork()
            if child == 0:
                {leave}
            context["code"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

        single("w", only)
        with DefaultRunner(URL) as runner:
            print(runner.execute("w").final_context["code"])
    """).check(code)
