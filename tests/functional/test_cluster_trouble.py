# SPDX-License-Identifier: Apache-2.0
"""Pods that do not start: what is the matter is shown at once, and an error in the end."""

import time

import pod_states
from cluster_world import is_empty, secret
from programs import wait_until

LICENCE = [{"name": "licence", "key": "word", "env_var": "WORD"}]

NODES = "0/3 nodes are available: 3 Insufficient memory."

# What Kubernetes says of a pod that does not start: its reason and its words.
WAITING = {
    "ErrImagePull": 'failed to pull and unpack image "none:1": not found',
    "ImagePullBackOff": 'Back-off pulling image "none:1"',
    "InvalidImageName": 'couldn\'t parse image name "None:1": invalid reference format',
    "ErrImageNeverPull": 'Container image "none:1" is not present with pull policy of Never',
    "CreateContainerConfigError": 'secret "licence" not found',
    "CreateContainerError": "context deadline exceeded",
    "RunContainerError": 'exec: "/sluice/worker": stat /sluice/worker: no such file or directory',
}


def pod_of(kube, job):
    """The name of the one that is there, or comes."""
    def pods():
        return [pod["metadata"]["name"] for pod in kube.items("pods")
                if pod["metadata"]["labels"]["job-name"] == job]

    wait_until(pods)
    return pods()[-1]


def shown_after(server, job, words):
    """Seconds until they stand in the description."""
    begin = time.monotonic()
    wait_until(lambda: words in server.trouble(job))
    return time.monotonic() - begin


def assert_shown(server, kube, job, status, words):
    kube.set_status("pods", pod_of(kube, job), status)
    assert shown_after(server, job, words) < 2
    assert words in server.why(job)
    assert server.job(job)["status"] == "running"


def test_what_keeps_a_pod_from_starting_is_shown_within_two_seconds(cluster, kube):
    server = cluster.serve()
    troubles = {f"{reason}: {text}": pod_states.waiting(reason, text)
                for reason, text in WAITING.items()}
    troubles[f"Unschedulable: {NODES}"] = pod_states.unschedulable(NODES)
    for words, status in troubles.items():
        job = server.run()
        assert_shown(server, kube, job, status, words)
    assert words in server.call("job", "describe", job).stdout
    kube.set_status("pods", pod_of(kube, job), pod_states.running())
    wait_until(lambda: server.trouble(job) == "")


def test_a_worker_that_cannot_be_started_is_shown_with_its_reason(cluster, kube):
    server = cluster.serve()
    for reason in ("StartError", "ContainerCannotRun"):
        job = server.run()
        status = pod_states.ended(128, reason, "exec /sluice/worker: exec format error")
        assert_shown(server, kube, job, status, "exec format error")


def test_a_worker_that_crashes_before_its_first_datum_says_why(cluster, kube):
    server = cluster.serve()
    job = server.run()
    kube.set_log(pod_of(kube, job), "starting\nerror: SLUICE_PREFETCH_MAX: 'much' is no size\n")
    assert_shown(server, kube, job, pod_states.ended(1),
                 "the worker has ended with exit status 1; it printed: starting")
    assert "'much' is no size" in server.trouble(job)


def test_pods_that_never_begin_are_an_error_after_the_start_timeout(cluster, kube):
    server = cluster.serve("--job-start-timeout", "4s", "--kube-trouble-after", "1s")
    job = server.run()
    status = pod_states.waiting("ImagePullBackOff", 'Back-off pulling image "none:1"')
    kube.set_status("pods", pod_of(kube, job), status)
    ended = server.wait(job, "error")
    assert ended["error_message"] == ("no pod of it has begun within 4s: ImagePullBackOff: "
                                      'Back-off pulling image "none:1"')
    wait_until(lambda: is_empty(kube))
    warnings = [line for line in server.program.stderr().splitlines()
                if "Back-off pulling" in line and "no pod" not in line]
    assert len(warnings) == 1, warnings


def test_a_secret_that_is_missing_is_shown_until_it_comes(cluster, kube, kubelet):
    server = cluster.serve()
    job = server.run("echo $WORD >/pfs/out/word", secrets=LICENCE)
    assert shown_after(server, job, 'CreateContainerConfigError: secret "licence" not found') < 5
    kube.put("secrets", secret("licence", other="not asked for"))
    wait_until(lambda: "couldn't find key word" in server.trouble(job))
    kube.put("secrets", secret("licence", other="not asked for", word="open\n"))
    server.wait(job)
    assert cluster.out() == {"word": b"open\n"}
    assert server.trouble(job) == ""
