# SPDX-License-Identifier: Apache-2.0
"""The event loops of body threads."""

import asyncio
import threading

from sluice._loops import loop_of_this_thread, run_here


async def loop_here():
    return asyncio.get_running_loop()


def in_another_thread(call):
    answers = []
    thread = threading.Thread(target=lambda: answers.append(call()))
    thread.start()
    thread.join()
    return answers[0]


def test_bodies_of_one_thread_share_a_loop():
    assert run_here(loop_here()) is run_here(loop_here())


def test_each_thread_has_a_loop_of_its_own():
    assert in_another_thread(lambda: run_here(loop_here())) is not run_here(loop_here())


def test_loop_is_closed_with_its_thread():
    assert in_another_thread(loop_of_this_thread).is_closed()


def test_loop_that_a_body_has_closed_is_made_anew():
    run_here(loop_here()).close()

    assert not run_here(loop_here()).is_closed()


def test_what_a_body_leaves_on_its_loop_is_cancelled():
    left = []

    async def leaves_something():
        left.append(asyncio.ensure_future(asyncio.Event().wait()))

    run_here(leaves_something())

    assert left[0].cancelled()
