# SPDX-License-Identifier: Apache-2.0
"""The machine itself: what the other tests take for granted. Nothing of Sluice is in it."""

from programs import wait_until

SCRIPT = "id -u; until nslookup sleeper.{namespace}.svc.cluster.local | grep {address}; do " \
         "sleep 0.2; done"


def pod(name, script, **labels):
    return {
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels},
        "spec": {
            "restartPolicy": "Never", "terminationGracePeriodSeconds": 1,
            "containers": [{"name": "main", "image": "localhost/busybox:1",
                            "imagePullPolicy": "Never", "command": ["sh", "-c", script]}],
        },
    }


def service(name, port):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"selector": {"app": name}, "ports": [{"port": port}]}}


def phase_of(machine, name, namespace):
    return machine.get("pod", name, f"--namespace={namespace}")["status"]["phase"]


def test_pods_run_and_find_each_other_by_the_names_of_services(machine):
    namespace = machine.new_namespace()
    try:
        machine.apply(service("sleeper", 80), pod("sleeper", "sleep 600", app="sleeper"),
                      namespace=namespace)
        wait_until(lambda: phase_of(machine, "sleeper", namespace) == "Running", 60)
        sleeper = machine.get("pod", "sleeper", f"--namespace={namespace}")["status"]["podIP"]
        script = SCRIPT.format(namespace=namespace, address=sleeper)
        machine.apply(pod("asker", script), namespace=namespace)
        wait_until(lambda: phase_of(machine, "asker", namespace) == "Succeeded", 60)
        said = machine.kubectl("logs", "asker", f"--namespace={namespace}")
        assert said.startswith("0\n")
        assert sleeper in said
        assert machine.process_of("sleeper", "main") > 1
    finally:
        machine.remove_namespace(namespace)


def test_minio_keeps_what_it_is_given_and_asks_for_its_key(minio):
    minio.client.put("bucket", "machine/a b", b"content")
    assert minio.client.contents("bucket", "machine/") == {"a b": b"content"}


def test_gcs_answers(gcs):
    assert gcs.contents("bucket", "nothing/") == {}
