// SPDX-License-Identifier: Apache-2.0
#include "kube/workload.h"

#include <gtest/gtest.h>

namespace sluice::kube::workload_test {

namespace {

// The text as one line of JSON, to compare with what is written.
std::string golden(std::string_view text)
{
    return dump_json(parse_json(text).value());
}

Container full_container()
{
    Container container;
    container.name = "worker";
    container.image = "busybox:1.36";
    container.image_pull_policy = "IfNotPresent";
    container.command = {"/sluice/worker", "id"};
    container.args = {"-v"};
    container.env = {
        {.name = "PLAIN", .value = "a b"},
        {.name = "EMPTY"},
        {.name = "NODE", .field_path = "spec.nodeName"},
        {.name = "KEY", .secret_name = "s3", .secret_key = "id", .optional = true},
        {.name = "TOKEN", .secret_name = "count", .secret_key = "token"}};
    container.resources.requests = {{"cpu", "1"}, {"memory", "1Gi"}};
    container.resources.limits = {{"memory", "1Gi"}};
    container.mounts = {
        {.name = "pfs", .mount_path = "/pfs", .sub_path = "now"},
        {.name = "secret-0", .mount_path = "/secrets", .read_only = true}};
    container.security.allow_privilege_escalation = false;
    container.security.read_only_root = true;
    container.security.run_as_non_root = true;
    container.security.run_as_user = 10001;
    container.security.drop_all_capabilities = true;
    container.ports = {8085};
    container.readiness = Probe{.path = "/ready", .port = 8085};
    container.liveness =
        Probe{.path = "/health", .port = 8085, .period_seconds = 30, .failure_threshold = 5};
    container.startup = Probe{.path = "/health", .port = 8085, .failure_threshold = 360};
    container.pre_stop = {"/usr/bin/sluice", "drain"};
    return container;
}

constexpr std::string_view full_container_json = R"({
    "name": "worker",
    "image": "busybox:1.36",
    "imagePullPolicy": "IfNotPresent",
    "command": ["/sluice/worker", "id"],
    "args": ["-v"],
    "env": [
        {"name": "PLAIN", "value": "a b"},
        {"name": "EMPTY", "value": ""},
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "KEY",
         "valueFrom": {"secretKeyRef": {"name": "s3", "key": "id", "optional": true}}},
        {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "count", "key": "token"}}}
    ],
    "ports": [{"containerPort": 8085}],
    "resources": {
        "requests": {"cpu": "1", "memory": "1Gi"},
        "limits": {"memory": "1Gi"}
    },
    "volumeMounts": [
        {"name": "pfs", "mountPath": "/pfs", "subPath": "now"},
        {"name": "secret-0", "mountPath": "/secrets", "readOnly": true}
    ],
    "securityContext": {
        "allowPrivilegeEscalation": false,
        "readOnlyRootFilesystem": true,
        "runAsNonRoot": true,
        "runAsUser": 10001,
        "capabilities": {"drop": ["ALL"]}
    },
    "lifecycle": {"preStop": {"exec": {"command": ["/usr/bin/sluice", "drain"]}}},
    "readinessProbe": {
        "httpGet": {"path": "/ready", "port": 8085}, "periodSeconds": 10, "failureThreshold": 3
    },
    "livenessProbe": {
        "httpGet": {"path": "/health", "port": 8085}, "periodSeconds": 30, "failureThreshold": 5
    },
    "startupProbe": {
        "httpGet": {"path": "/health", "port": 8085}, "periodSeconds": 10, "failureThreshold": 360
    }
})";

PodTemplate full_pods()
{
    Container init;
    init.name = "install";
    init.image = "sluice";
    PodTemplate pods;
    pods.labels = {{"app", "count"}};
    pods.annotations = {{"note", "x"}};
    pods.spec.init_containers = {init};
    pods.spec.containers = {full_container()};
    pods.spec.volumes = {
        {.name = "sluice"},
        {.name = "scratch", .medium = "Memory", .size_limit = "1Gi"},
        {.name = "secret-0", .kind = Volume::Kind::secret, .source = "s3"},
        {.name = "data", .kind = Volume::Kind::claim, .source = "sluice-postgres"}};
    pods.spec.restart_policy = "Never";
    pods.spec.service_account = "jobs";
    pods.spec.automount_token = false;
    pods.spec.service_links = false;
    pods.spec.termination_grace_seconds = 60;
    pods.spec.node_selector = {{"disk", "fast"}};
    pods.spec.tolerations = {
        {.key = "fdy.io/falconeri", .op = "Equal", .value = "worker", .effect = "NoExecute"},
        {.key = "sluice.dev/worker", .op = "Exists"}};
    pods.spec.seccomp = "RuntimeDefault";
    pods.spec.run_as_non_root = true;
    pods.spec.run_as_user = 10001;
    pods.spec.fs_group = 10001;
    return pods;
}

std::string full_pods_json()
{
    return std::string(R"({
    "metadata": {"labels": {"app": "count"}, "annotations": {"note": "x"}},
    "spec": {
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 60,
        "serviceAccountName": "jobs",
        "automountServiceAccountToken": false,
        "enableServiceLinks": false,
        "securityContext": {
            "runAsNonRoot": true, "runAsUser": 10001, "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"}
        },
        "nodeSelector": {"disk": "fast"},
        "tolerations": [
            {"key": "fdy.io/falconeri", "operator": "Equal", "value": "worker",
             "effect": "NoExecute"},
            {"key": "sluice.dev/worker", "operator": "Exists"}
        ],
        "initContainers": [{"name": "install", "image": "sluice"}],
        "containers": [)") +
           std::string(full_container_json) + R"(],
        "volumes": [
            {"name": "sluice", "emptyDir": {}},
            {"name": "scratch", "emptyDir": {"medium": "Memory", "sizeLimit": "1Gi"}},
            {"name": "secret-0", "secret": {"secretName": "s3"}},
            {"name": "data", "persistentVolumeClaim": {"claimName": "sluice-postgres"}}
        ]
    }
})";
}

} // namespace

TEST(Workload, pods_are_written_in_full)
{
    EXPECT_EQ(dump_json(to_json(full_pods())), golden(full_pods_json()));
}

TEST(Workload, what_is_empty_is_left_out)
{
    PodTemplate pods;
    Container container;
    container.name = "worker";
    container.image = "busybox";
    pods.spec.containers = {container};

    EXPECT_EQ(
        dump_json(to_json(pods)),
        golden(R"({"spec": {"containers": [{"name": "worker", "image": "busybox"}]}})")
    );
}

TEST(Workload, a_job_is_written_in_full)
{
    JobObject job;
    job.meta.name = "count";
    job.meta.name_space = "jobs";
    job.meta.labels = {{"app", "count"}, {"sluice.dev/job-id", "id"}};
    job.meta.annotations = {{"note", "x"}};
    job.parallelism = 3;
    job.backoff_limit = 1'000'000;
    job.ttl_seconds_after_finished = 86'400;
    job.active_deadline_seconds = 4200;
    job.pods = full_pods();

    const std::string expected = R"({
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": "count", "namespace": "jobs",
            "labels": {"app": "count", "sluice.dev/job-id": "id"},
            "annotations": {"note": "x"}
        },
        "spec": {
            "parallelism": 3,
            "backoffLimit": 1000000,
            "ttlSecondsAfterFinished": 86400,
            "activeDeadlineSeconds": 4200,
            "template": )" + full_pods_json() +
                                 "}}";
    EXPECT_EQ(dump_json(to_json(job)), golden(expected));
}

TEST(Workload, a_plain_job_has_no_limits)
{
    JobObject job;
    job.meta.name = "count";

    EXPECT_EQ(dump_json(to_json(job)), golden(R"({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "count"},
            "spec": {"parallelism": 1, "backoffLimit": 0, "template": {"spec": {}}}
        })"));
}

TEST(Workload, a_secret_is_base64_and_belongs_to_its_owner)
{
    SecretObject secret;
    secret.meta.name = "count";
    secret.meta.owners = {
        {.api_version = "batch/v1", .kind = "Job", .name = "count", .uid = "u-1"}};
    secret.data = {{"bytes", std::string("\0\xff", 2)}, {"token", "abc"}};

    EXPECT_EQ(dump_json(to_json(secret)), golden(R"({
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {
                "name": "count",
                "ownerReferences": [
                    {"apiVersion": "batch/v1", "kind": "Job", "name": "count", "uid": "u-1"}
                ]
            },
            "type": "Opaque",
            "data": {"bytes": "AP8=", "token": "YWJj"}
        })"));
}

} // namespace sluice::kube::workload_test
