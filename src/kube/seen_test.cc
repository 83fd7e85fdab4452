// SPDX-License-Identifier: Apache-2.0
#include "kube/seen.h"

#include <gtest/gtest.h>

namespace sluice::seen_test {

namespace {

Json json(std::string_view text)
{
    return parse_json(text).value();
}

// A pod as the API tells it, with what its status says.
SeenPod pod_with(std::string_view status)
{
    Json pod = json(R"({
        "metadata": {
            "name": "count-x7", "namespace": "default", "uid": "u-1", "resourceVersion": "42",
            "labels": {"app.kubernetes.io/managed-by": "sluice", "sluice.dev/job-id": "id-1",
                       "job-name": "count"},
            "ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", "name": "count"}]
        },
        "spec": {"nodeName": "node-1", "containers": [{"name": "worker"}]}
    })");
    pod["status"] = json(status);
    return read_seen_pod(pod).value();
}

SeenPod pod_of_main(const std::string& state)
{
    return pod_with(
        R"({"phase": "Running", "containerStatuses": [
            {"name": "injected", "state": {"running": {}}},
            {"name": "worker", "state": )" +
        state + "}]}"
    );
}

SeenJob job_with(std::string_view conditions)
{
    Json job = json(R"({
        "metadata": {"name": "count", "uid": "u-1", "resourceVersion": "7",
                     "creationTimestamp": "2026-01-02T03:04:05Z",
                     "labels": {"sluice.dev/job-id": "id-1"}}
    })");
    job["status"]["conditions"] = json(conditions);
    return read_seen_job(job).value();
}

} // namespace

TEST(SeenJob, says_whose_it_is_and_since_when)
{
    const SeenJob job = job_with("[]");

    EXPECT_EQ(job.name, "count");
    EXPECT_EQ(job.uid, "u-1");
    EXPECT_EQ(job.version, "7");
    EXPECT_EQ(job.job_id, "id-1");
    EXPECT_EQ(format_time(job.created_at), "2026-01-02T03:04:05.000000Z");
    EXPECT_FALSE(job.is_deleting);
    EXPECT_FALSE(job.is_complete);
    EXPECT_EQ(job.failed_reason, "");
}

TEST(SeenJob, has_ended_by_its_conditions)
{
    EXPECT_TRUE(job_with(R"([{"type": "Complete", "status": "True"}])").is_complete);
    EXPECT_FALSE(job_with(R"([{"type": "Complete", "status": "False"}])").is_complete);

    for (const std::string type : {"Failed", "FailureTarget"}) {
        const SeenJob job = job_with(
            R"([{"type": "Suspended", "status": "False"}, {"type": ")" + type +
            R"(", "status": "True", "reason": "DeadlineExceeded", "message": "too long"}])"
        );
        EXPECT_EQ(job.failed_reason, "DeadlineExceeded") << type;
        EXPECT_EQ(job.failed_message, "too long") << type;
    }
    EXPECT_EQ(
        job_with(R"([{"type": "Failed", "status": "False", "reason": "x"}])").failed_reason, ""
    );
    EXPECT_EQ(job_with(R"([{"type": "Failed", "status": "True"}])").failed_reason, "Failed");
}

TEST(SeenJob, says_that_it_is_suspended)
{
    const std::string held =
        R"([{"type": "Suspended", "status": "True", "message": "in a queue"}])";
    EXPECT_EQ(job_with(held).suspended, "in a queue");
    EXPECT_EQ(
        job_with(R"([{"type": "Suspended", "status": "False", "message": "x"}])").suspended, ""
    );
}

TEST(SeenPod, says_whose_it_is_and_where)
{
    const SeenPod pod = pod_with(R"({"phase": "Pending"})");

    EXPECT_EQ(pod.name, "count-x7");
    EXPECT_EQ(pod.uid, "u-1");
    EXPECT_EQ(pod.version, "42");
    EXPECT_EQ(pod.job_name, "count");
    EXPECT_EQ(pod.job_id, "id-1");
    EXPECT_EQ(pod.node, "node-1");
    EXPECT_EQ(pod.phase, PodPhase::pending);
    EXPECT_FALSE(pod.has_begun);
}

TEST(SeenPod, has_the_phase_of_its_status)
{
    EXPECT_EQ(pod_with(R"({"phase": "Running"})").phase, PodPhase::running);
    EXPECT_EQ(pod_with(R"({"phase": "Succeeded"})").phase, PodPhase::succeeded);
    EXPECT_EQ(pod_with(R"({"phase": "Failed"})").phase, PodPhase::failed);
    EXPECT_EQ(pod_with(R"({"phase": "Unknown"})").phase, PodPhase::unknown);
    EXPECT_EQ(pod_with("{}").phase, PodPhase::unknown);
}

TEST(SeenPod, has_begun_when_its_main_container_has)
{
    EXPECT_TRUE(pod_of_main(R"({"running": {}})").has_begun);
    EXPECT_FALSE(pod_of_main(R"({"waiting": {"reason": "PodInitializing"}})").has_begun);

    const SeenPod killed =
        pod_of_main(R"({"terminated": {"exitCode": 137, "reason": "OOMKilled"}})");
    EXPECT_TRUE(killed.has_begun);
    EXPECT_EQ(killed.exit_code, 137);
    EXPECT_EQ(killed.exit_reason, "OOMKilled");

    for (const std::string reason : {"StartError", "ContainerCannotRun"}) {
        const SeenPod never =
            pod_of_main(R"({"terminated": {"exitCode": 128, "reason": ")" + reason + R"("}})");
        EXPECT_FALSE(never.has_begun) << reason;
        EXPECT_EQ(never.exit_reason, reason);
    }
}

TEST(SeenPod, has_the_message_of_a_container_that_could_not_start)
{
    EXPECT_EQ(
        pod_of_main(R"({"terminated": {"exitCode": 128, "reason": "StartError",
                                       "message": "exec format error"}})")
            .message,
        "exec format error"
    );
    EXPECT_EQ(
        pod_of_main(R"({"terminated": {"exitCode": 1, "reason": "Error", "message": "mine"}})")
            .message,
        "" // whatever the command wrote
    );
}

TEST(SeenPod, says_since_when_its_containers_are_being_created)
{
    const std::string scheduled = R"({"type": "PodScheduled", "status": "True",
        "lastTransitionTime": "2026-01-02T03:04:05Z"})";
    const std::string waiting = R"("phase": "Pending",
        "initContainerStatuses": [{"name": "install",
            "state": {"waiting": {"reason": "PodInitializing"}}}],
        "containerStatuses": [{"name": "worker",
            "state": {"waiting": {"reason": "PodInitializing"}}}])";
    const auto since = [](const std::string& status) {
        return pod_with("{" + status + "}").creating_since;
    };

    const auto at = since(waiting + R"(, "conditions": [)" + scheduled + "]");
    ASSERT_TRUE(at);
    EXPECT_EQ(format_time(*at), "2026-01-02T03:04:05.000000Z");
    EXPECT_FALSE(since(waiting)) << "it has no node";
    EXPECT_FALSE(since(
        waiting + R"(, "conditions": [)" + scheduled +
        R"(, {"type": "PodReadyToStartContainers", "status": "True"}])"
    )) << "its images are being pulled";
    EXPECT_FALSE(since(
        R"("phase": "Pending",
        "initContainerStatuses": [{"name": "install", "state": {"running": {}}}],
        "conditions": [)" +
        scheduled + "]"
    ));
}

TEST(SeenPod, says_why_a_container_cannot_start)
{
    const SeenPod image =
        pod_of_main(R"({"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}})");
    EXPECT_EQ(image.waiting, "ImagePullBackOff");
    EXPECT_EQ(image.waiting_message, "no such image");

    for (const std::string reason : {"ContainerCreating", "PodInitializing"}) {
        const SeenPod coming = pod_of_main(R"({"waiting": {"reason": ")" + reason + R"("}})");
        EXPECT_EQ(coming.waiting, "") << reason << " is the way of every pod";
    }

    const SeenPod init = pod_with(R"({"phase": "Pending",
        "initContainerStatuses": [{"name": "install",
            "state": {"waiting": {"reason": "ErrImagePull", "message": "denied"}}}],
        "containerStatuses": [{"name": "worker",
            "state": {"waiting": {"reason": "PodInitializing"}}}]})");
    EXPECT_EQ(init.waiting, "ErrImagePull");
    EXPECT_EQ(init.waiting_message, "denied");
}

TEST(SeenPod, says_that_an_init_container_has_failed)
{
    const SeenPod pod = pod_with(R"({"phase": "Failed",
        "initContainerStatuses": [{"name": "install",
            "state": {"terminated": {"exitCode": 1, "reason": "Error", "message": "disk full"}}}],
        "containerStatuses": [{"name": "worker",
            "state": {"waiting": {"reason": "PodInitializing"}}}]})");

    EXPECT_EQ(pod.waiting, "Init:Error");
    EXPECT_EQ(pod.waiting_message, "init container 'install' ended with 1: disk full");
    EXPECT_FALSE(pod.exit_code) << "that is the main container's";
    EXPECT_FALSE(pod.has_begun);
}

TEST(SeenPod, says_why_it_was_taken_away)
{
    const SeenPod evicted = pod_with(
        R"({"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory.",
            "conditions": [{"type": "DisruptionTarget", "status": "True",
                            "reason": "TerminationByKubelet"}]})"
    );
    EXPECT_EQ(evicted.reason, "Evicted");
    EXPECT_EQ(evicted.message, "The node was low on memory.");
    EXPECT_EQ(evicted.disruption, "TerminationByKubelet");

    const SeenPod lost = pod_with(
        R"({"phase": "Running",
            "conditions": [{"type": "Ready", "status": "False", "reason": "NodeLost"}]})"
    );
    EXPECT_EQ(lost.reason, "NodeLost");
}

TEST(SeenPod, says_why_it_has_no_node)
{
    const SeenPod pod = pod_with(
        R"({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
            "reason": "Unschedulable", "message": "0/3 nodes are available"}]})"
    );
    EXPECT_EQ(pod.unschedulable, "0/3 nodes are available");

    const SeenPod gated = pod_with(
        R"({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False",
            "reason": "SchedulingGated", "message": "later"}]})"
    );
    EXPECT_EQ(gated.unschedulable, "");
}

TEST(SeenPod, keeps_long_texts_short_and_whole_characters)
{
    std::string message(1023, 'x');
    message += "ä and more";
    Json status = Json::object();
    status["message"] = message;

    const SeenPod pod = pod_with(dump_json(status));

    EXPECT_EQ(pod.message, std::string(1023, 'x'));
}

TEST(SeenObjects, that_are_deleted_say_so)
{
    const Json object = json(
        R"({"metadata": {"name": "a", "uid": "u", "deletionTimestamp": "2026-01-02T03:04:05Z"}})"
    );

    EXPECT_TRUE(read_seen_job(object).value().is_deleting);
    EXPECT_TRUE(read_seen_pod(object).value().is_deleting);
}

TEST(SeenPod, that_is_deleted_says_by_when_it_must_have_ended)
{
    EXPECT_FALSE(pod_with("{}").ends_by);
    const Json object = json(
        R"({"metadata": {"name": "a", "uid": "u", "deletionTimestamp": "2026-01-02T03:04:05Z"}})"
    );
    const SeenPod pod = read_seen_pod(object).value();
    ASSERT_TRUE(pod.ends_by);
    EXPECT_EQ(format_time(*pod.ends_by), "2026-01-02T03:04:05.000000Z");
}

TEST(SeenObjects, of_another_shape_are_read_as_far_as_they_go)
{
    const Json odd = json(
        R"({"metadata": {"name": "a", "uid": "u", "labels": [], "ownerReferences": {}},
            "spec": null, "status": {"phase": 3, "conditions": {"type": "x"},
                                     "containerStatuses": [7, null]}})"
    );

    EXPECT_EQ(read_seen_pod(odd).value().name, "a");
    EXPECT_EQ(read_seen_job(odd).value().name, "a");
    for (const std::string_view text : {"null", "[]", "{}", R"({"metadata": {"name": "a"}})"}) {
        EXPECT_FALSE(read_seen_pod(json(text))) << text;
        EXPECT_FALSE(read_seen_job(json(text))) << text;
    }
}

} // namespace sluice::seen_test
