# SPDX-License-Identifier: Apache-2.0
"""Signals belong to the program: its handlers run while it waits, and nothing else changes."""

from programs import run_program


def test_ctrl_c_ends_the_wait_and_the_run_goes_on(tmp_path):
    run_program(tmp_path, """
        go_on = threading.Event()

        def only(context):
            os.kill(os.getpid(), signal.SIGINT)
            go_on.wait()
            context["done"] = True

        single("w", only)
        with DefaultRunner(URL) as runner:
            try:
                runner.execute("w")
            except KeyboardInterrupt:
                print("interrupted")
            go_on.set()
            [run] = runner.list_runs()
            print(runner.attach(run["id"]).wait().final_context)
    """).check("interrupted", 'Context({"done":true})')


def test_handler_runs_while_the_main_thread_waits(tmp_path):
    run_program(tmp_path, """
        seen = threading.Event()
        signal.signal(signal.SIGUSR1, lambda number, frame: seen.set())

        def only(context):
            os.kill(os.getpid(), signal.SIGUSR1)
            seen.wait()

        single("w", only)
        with DefaultRunner(URL) as runner:
            print(runner.execute("w").status)
            print(runner.execute_async("w").wait().status)
    """).check("Completed", "Completed")


def test_exception_of_a_handler_leaves_a_wait_of_a_handle(tmp_path):
    run_program(tmp_path, """
        class Alarm(Exception):
            pass

        def ring(number, frame):
            raise Alarm

        def only(context):
            os.kill(os.getpid(), signal.SIGALRM)
            go_on.wait()

        signal.signal(signal.SIGALRM, ring)
        go_on = threading.Event()
        single("w", only)
        with DefaultRunner(URL) as runner:
            try:
                handle = runner.execute_async("w")
                handle.wait()
            except Alarm:
                print("left")
            go_on.set()
    """).check("left")


def test_ctrl_c_leaves_a_shutdown_that_goes_on(tmp_path):
    run_program(tmp_path, """
        started = threading.Event()

        def only(context):
            started.set()
            try:
                while True:
                    runner.list_runs()
            except RuntimeError:  # the shutdown has begun, and waits for this body
                os.kill(os.getpid(), signal.SIGINT)
            threading.Event().wait()

        single("w", only)
        runner = DefaultRunner(URL)
        runner.execute_async("w")
        started.wait()
        try:
            runner.shutdown(3600)
        except KeyboardInterrupt:
            print("interrupted")
        os._exit(0)
    """).check("interrupted")


# A body that blocks, and a shutdown that Ctrl-C has left.
INTERRUPTED_SHUTDOWN = """
        started = threading.Event()
        go_on = threading.Event()

        def only(context):
            started.set()
            try:
                while True:
                    runner.list_runs()
            except RuntimeError:  # the shutdown has begun, and waits for this body
                os.kill(os.getpid(), signal.SIGINT)
            go_on.wait()
            context["done"] = True

        single("w", only)
        runner = DefaultRunner(URL)
        handle = runner.execute_async("w")
        started.wait()
        try:
            runner.shutdown(3600)
        except KeyboardInterrupt:
            print("interrupted")
"""


def test_shutdown_after_an_interrupted_one_says_what_still_runs(tmp_path):
    run_program(tmp_path, INTERRUPTED_SHUTDOWN + """
        print(runner.shutdown(0.1))
        print(runner.shutdown(60))
    """).check("interrupted", "1", "1")


def test_shutdown_after_an_interrupted_one_waits_for_bodies(tmp_path):
    run_program(tmp_path, INTERRUPTED_SHUTDOWN + """
        waiting = threading.Thread(target=lambda: print(runner.shutdown(60)))
        waiting.start()
        go_on.set()
        waiting.join()
        print(handle.wait().final_context)
    """).check("interrupted", "0", 'Context({"done":true})')


def test_program_ends_after_an_interrupted_shutdown(tmp_path):
    run_program(tmp_path, INTERRUPTED_SHUTDOWN).check("interrupted")


def test_locale_and_terminal_stay_as_they_were(tmp_path):
    run_program(tmp_path, """
        import locale
        import termios

        _, terminal = os.openpty()
        os.dup2(terminal, 0)

        def now():
            return locale.setlocale(locale.LC_ALL), termios.tcgetattr(0)

        before = now()
        single("w", lambda context: None)
        with DefaultRunner(URL) as runner:
            runner.execute("w")
            print(now() == before)
        print(now() == before)
    """).check("True", "True")


def test_dispositions_and_masks_stay_as_they_were(tmp_path):
    run_program(tmp_path, """
        def now():
            numbers = sorted(signal.valid_signals())
            return ([signal.getsignal(number) for number in numbers],
                    signal.pthread_sigmask(signal.SIG_BLOCK, []))

        before = now()
        single("w", lambda context: None)
        with DefaultRunner(URL) as runner:
            runner.execute("w")
            print(now() == before)
        print(now() == before)
    """).check("True", "True")
