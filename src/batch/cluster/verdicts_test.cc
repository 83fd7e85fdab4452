// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/verdicts.h"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>

namespace sluice::verdicts_test {

void PrintTo(const JobVerdict& verdict, std::ostream* out)
{
    *out << static_cast<int>(verdict.what) << " '" << verdict.reason << "' "
         << (verdict.look_again ? format_time(*verdict.look_again) : "");
}

void PrintTo(const PodVerdict& verdict, std::ostream* out)
{
    *out << "ended " << verdict.ended << " as " << static_cast<int>(verdict.as) << " uploads "
         << static_cast<int>(verdict.uploads) << " '" << verdict.reason << "' trouble '"
         << verdict.trouble << "' log " << verdict.wants_log;
}

namespace {

using namespace std::chrono_literals;
using Do = JobVerdict::Do;
using As = EndWorker::As;
using Uploads = EndWorker::Uploads;

constexpr Time begin = from_micros(1'767'225'600'000'000);
const VerdictLimits limits;

// A job whose Job was created at `begin` and is seen, with a list that is complete.
JobFactsSeen seen()
{
    JobFactsSeen facts;
    facts.led.name = "words-abc";
    facts.led.row.phase = ClusterPhase::created;
    facts.led.row.uid = "uid-1";
    facts.led.row.created_at = begin;
    facts.led.run_created_at = begin;
    facts.job.emplace();
    facts.job->uid = "uid-1";
    facts.list_is_complete = true;
    return facts;
}

struct JobCase {
    const char* name;
    std::function<void(JobFactsSeen&)> change;
    Micros after; // begin
    JobVerdict expected;
};

void wanted(JobFactsSeen& facts)
{
    facts.led.row.phase = ClusterPhase::wanted;
    facts.led.row.uid.clear();
    facts.led.row.created_at.reset();
    facts.job.reset();
}

const JobCase job_cases[] = {
    {"a Job that is wanted is created", wanted, 0s, {.what = Do::create}},
    {"also while nothing is known",
     [](JobFactsSeen& facts) {
         wanted(facts);
         facts.list_is_complete = false;
     },
     0s,
     {.what = Do::create}},
    {"one that is there already is taken over",
     [](JobFactsSeen& facts) {
         const std::optional<SeenJob> there = facts.job;
         wanted(facts);
         facts.job = there;
     },
     0s,
     {.what = Do::adopt}},
    {"but not one that has ended, before a datum was retried",
     [](JobFactsSeen& facts) {
         const std::optional<SeenJob> there = facts.job;
         wanted(facts);
         facts.job = there;
         facts.job->is_complete = true;
     },
     0s,
     {.what = Do::remove}},
    {"which is waited for then",
     [](JobFactsSeen& facts) {
         const std::optional<SeenJob> there = facts.job;
         wanted(facts);
         facts.job = there;
         facts.job->failed_reason = "DeadlineExceeded";
         facts.last_act = begin;
     },
     1s,
     {.look_again = begin + 30s}},
    {"one that somebody made anew is taken over",
     [](JobFactsSeen& facts) { facts.job->uid = "uid-2"; },
     0s,
     {.what = Do::adopt}},
    {"one that is there is watched until its pods must have begun",
     [](JobFactsSeen&) {},
     10min,
     {.look_again = begin + 1h}},
    {"no pod begins in time",
     [](JobFactsSeen& facts) { facts.trouble = "ErrImagePull: no such image"; },
     1h,
     {.what = Do::fail, .reason = "no pod of it has begun within 1h: ErrImagePull: no such image"}},
    {"no pod begins in time, and nobody knows why",
     [](JobFactsSeen&) {},
     1h,
     {.what = Do::fail, .reason = "no pod of it has begun within 1h"}},
    {"a pod has begun", [](JobFactsSeen& facts) { facts.any_begun = true; }, 48h, {}},
    {"its pods end before a first datum, and the next may do better",
     [](JobFactsSeen& facts) {
         facts.any_begun = true;
         facts.crashing_since = begin + 1min;
     },
     1h,
     {.look_again = begin + 61min}},
    {"its pods end before a first datum, one after the other",
     [](JobFactsSeen& facts) {
         facts.any_begun = true;
         facts.crashing_since = begin + 1min;
         facts.trouble = "the worker has ended with exit status 1";
     },
     61min,
     {.what = Do::fail,
      .reason = "no worker of it has come to a datum within 1h: the worker has ended with exit "
                "status 1"}},
    {"nobody knows whether a pod has begun",
     [](JobFactsSeen& facts) { facts.list_is_complete = false; },
     48h,
     {}},
    {"the Job has failed",
     [](JobFactsSeen& facts) {
         facts.any_begun = true;
         facts.job->failed_reason = "DeadlineExceeded";
         facts.job->failed_message = "Job was active longer than specified deadline";
     },
     1s,
     {.what = Do::fail,
      .reason = "Kubernetes: DeadlineExceeded: Job was active longer than specified deadline"}},
    {"the Job is complete while there are datums",
     [](JobFactsSeen& facts) { facts.job->is_complete = true; },
     1s,
     {.what = Do::fail, .reason = "its pods have ended before its datums"}},
    {"the Job is being deleted by somebody",
     [](JobFactsSeen& facts) { facts.job->is_deleting = true; },
     1s,
     {}},
    {"a Job that was created a moment ago may not be seen yet",
     [](JobFactsSeen& facts) { facts.job.reset(); },
     10s,
     {.look_again = begin + 30s}},
    {"a young Job that is missing is created again",
     [](JobFactsSeen& facts) { facts.job.reset(); },
     30s,
     {.what = Do::create}},
    {"but not twice within half a minute",
     [](JobFactsSeen& facts) {
         facts.job.reset();
         facts.last_act = begin + 50s;
     },
     60s,
     {.look_again = begin + 80s}},
    {"as one is that a retried datum of an old job has got",
     [](JobFactsSeen& facts) {
         facts.job.reset();
         facts.led.run_created_at = begin - 24h;
     },
     15min - 1us,
     {.what = Do::create}},
    {"a Job that is missing and not young is an error",
     [](JobFactsSeen& facts) { facts.job.reset(); },
     15min,
     {.what = Do::fail, .reason = "the Kubernetes Job was deleted"}},
    {"a Job that is missing and has begun is an error",
     [](JobFactsSeen& facts) {
         facts.job.reset();
         facts.led.row.phase = ClusterPhase::begun;
     },
     60s,
     {.what = Do::fail, .reason = "the Kubernetes Job was deleted"}},
    {"nothing follows from absence while nothing is known",
     [](JobFactsSeen& facts) {
         facts.job.reset();
         facts.list_is_complete = false;
         facts.led.row.phase = ClusterPhase::begun;
     },
     48h,
     {}},
    {"a run that is being staged is left alone",
     [](JobFactsSeen& facts) {
         wanted(facts);
         facts.led.state = RunState::loading;
     },
     0s,
     {}},
    {"a run that ended before its Job was made gets none",
     [](JobFactsSeen& facts) {
         wanted(facts);
         facts.led.state = RunState::succeeded;
     },
     0s,
     {.what = Do::note_gone}},
    {"unless one may be there that is not seen",
     [](JobFactsSeen& facts) {
         wanted(facts);
         facts.led.state = RunState::canceled;
         facts.list_is_complete = false;
     },
     0s,
     {}},
    {"the Job of a run that has ended is deleted",
     [](JobFactsSeen& facts) { facts.led.state = RunState::succeeded; },
     1s,
     {.what = Do::remove}},
    {"one that is not seen yet is waited for",
     [](JobFactsSeen& facts) {
         facts.led.state = RunState::canceled;
         facts.job.reset();
     },
     1s,
     {.look_again = begin + 30s}},
    {"but not for longer than it takes to show",
     [](JobFactsSeen& facts) {
         facts.led.state = RunState::canceled;
         facts.job.reset();
     },
     30s,
     {.what = Do::remove}},
    {"likewise one that was asked for a moment ago, whatever came of it",
     [](JobFactsSeen& facts) {
         wanted(facts);
         facts.led.state = RunState::canceled;
         facts.last_act = begin;
     },
     1s,
     {.look_again = begin + 30s}},
    {"one that is being deleted is waited for",
     [](JobFactsSeen& facts) {
         facts.led.state = RunState::failed;
         facts.job->is_deleting = true;
     },
     1s,
     {}},
    {"a deletion that has not shown is waited for",
     [](JobFactsSeen& facts) {
         facts.led.state = RunState::failed;
         facts.led.row.phase = ClusterPhase::ending;
         facts.last_act = begin + 60s;
     },
     61s,
     {.look_again = begin + 90s}},
    {"and then repeated",
     [](JobFactsSeen& facts) {
         facts.led.state = RunState::failed;
         facts.led.row.phase = ClusterPhase::ending;
         facts.last_act = begin + 60s;
     },
     90s,
     {.what = Do::remove}},
    {"when it is gone all is over",
     [](JobFactsSeen& facts) {
         facts.led.state = RunState::failed;
         facts.led.row.phase = ClusterPhase::ending;
         facts.job.reset();
     },
     61s,
     {.what = Do::note_gone}},
    {"but nobody knows that while nothing is known",
     [](JobFactsSeen& facts) {
         facts.led.state = RunState::failed;
         facts.led.row.phase = ClusterPhase::ending;
         facts.job.reset();
         facts.list_is_complete = false;
     },
     61s,
     {}},
    {"what is over stays so",
     [](JobFactsSeen& facts) { facts.led.row.phase = ClusterPhase::gone; },
     1s,
     {}},
};

TEST(JobVerdicts, are_those_of_the_table)
{
    for (const JobCase& one : job_cases) {
        JobFactsSeen facts = seen();
        one.change(facts);
        EXPECT_EQ(judge(facts, begin + one.after, limits), one.expected) << one.name;
    }
}

struct PodCase {
    const char* name;
    std::function<void(SeenPod&)> change;
    bool is_gone;
    PodVerdict expected;
};

// Ends as `phase` with the status of its main container.
std::function<void(SeenPod&)> exited(int code, std::string reason)
{
    return [code, reason](SeenPod& pod) {
        pod.phase = code == 0 ? PodPhase::succeeded : PodPhase::failed;
        pod.has_begun = true;
        pod.exit_code = code;
        pod.exit_reason = reason;
    };
}

std::function<void(SeenPod&)> failed(std::string reason, std::string message)
{
    return [reason, message](SeenPod& pod) {
        pod.phase = PodPhase::failed;
        pod.reason = reason;
        pod.message = message;
        pod.exit_code = 137;
    };
}

std::function<void(SeenPod&)> waits(std::string reason, std::string message)
{
    return [reason, message](SeenPod& pod) {
        pod.phase = PodPhase::pending;
        pod.waiting = reason;
        pod.waiting_message = message;
    };
}

PodVerdict returned(std::string reason, Uploads uploads = Uploads::over)
{
    return {.ended = true, .as = As::returned, .uploads = uploads, .reason = std::move(reason)};
}

PodVerdict a_try(std::string reason)
{
    return {.ended = true, .as = As::failed, .reason = std::move(reason)};
}

PodVerdict trouble(std::string text)
{
    return {.trouble = std::move(text)};
}

const PodCase pod_cases[] = {
    {"a pod that runs", [](SeenPod&) {}, false, {}},
    {"a pod that is being prepared", waits("ContainerCreating", ""), false, {}},
    {"an image that is not there", waits("ErrImagePull", "not found"), false,
     trouble("ErrImagePull: not found")},
    {"likewise, later", waits("ImagePullBackOff", "back-off"), false,
     trouble("ImagePullBackOff: back-off")},
    {"a name that is none", waits("InvalidImageName", ""), false, trouble("InvalidImageName")},
    {"an image that must be there", waits("ErrImageNeverPull", ""), false,
     trouble("ErrImageNeverPull")},
    {"a secret that is missing", waits("CreateContainerConfigError", "secret \"x\" not found"),
     false, trouble("CreateContainerConfigError: secret \"x\" not found")},
    {"a mount that cannot be", waits("CreateContainerError", "m"), false,
     trouble("CreateContainerError: m")},
    {"a container that cannot be run", waits("RunContainerError", "m"), false,
     trouble("RunContainerError: m")},
    {"a container that is started again and again", waits("CrashLoopBackOff", "back-off"), false,
     trouble("CrashLoopBackOff: back-off")},
    {"a container beside the worker that does not work",
     [](SeenPod& pod) {
         waits("CrashLoopBackOff", "back-off")(pod);
         pod.phase = PodPhase::running;
         pod.has_begun = true;
     },
     false,
     {}},
    {"what nobody has heard of yet", waits("SignatureValidationFailed", "m"), false,
     trouble("SignatureValidationFailed: m")},
    {"a pod that has no place",
     [](SeenPod& pod) {
         pod.phase = PodPhase::pending;
         pod.unschedulable = "0/3 nodes are available";
     },
     false, trouble("Unschedulable: 0/3 nodes are available")},
    {"out of memory", exited(137, "OOMKilled"), false,
     a_try("OOMKilled: the datum used more than 2Gi")},
    {"out of memory, and gone since", exited(137, "OOMKilled"), true,
     a_try("OOMKilled: the datum used more than 2Gi")},
    {"evicted for the limit of its own disk",
     failed(
         "Evicted", "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi."
     ),
     false,
     a_try("Evicted: Pod ephemeral local storage usage exceeds the total limit of containers 1Gi."
     )},
    {"evicted for the limit of an emptyDir",
     failed("Evicted", "Usage of EmptyDir volume \"pfs\" exceeds the limit \"50Gi\"."), false,
     a_try("Evicted: Usage of EmptyDir volume \"pfs\" exceeds the limit \"50Gi\".")},
    {"evicted because the node lacks disk",
     failed(
         "Evicted", "The node was low on resource: ephemeral-storage. Container worker was "
                    "using 2Gi, which exceeds its request of 0, has no limit."
     ),
     false,
     returned("Evicted: The node was low on resource: ephemeral-storage. Container worker was "
              "using 2Gi, which exceeds its request of 0, has no limit.")},
    {"preempted", failed("Preempting", "for a critical pod"), false,
     returned("Preempting: for a critical pod")},
    {"the node is shut down",
     failed(
         "Terminated", "Pod was terminated in response to imminent "
                       "node shutdown."
     ),
     false, returned("Terminated: Pod was terminated in response to imminent node shutdown.")},
    {"preempted, and nobody has seen its end",
     [](SeenPod& pod) {
         failed("Preempting", "for a critical pod")(pod);
         pod.exit_code.reset();
     },
     false, returned("Preempting: for a critical pod", Uploads::may_go_on)},
    {"failed in the books, since its node is gone",
     [](SeenPod& pod) {
         pod.phase = PodPhase::failed;
         pod.disruption = "DeletionByPodGC";
     },
     false, returned("DeletionByPodGC", Uploads::may_go_on)},
    {"likewise, and gone since",
     [](SeenPod& pod) {
         pod.phase = PodPhase::failed;
         pod.disruption = "DeletionByPodGC";
     },
     true, returned("DeletionByPodGC", Uploads::may_go_on)},
    {"disrupted",
     [](SeenPod& pod) {
         exited(143, "Error")(pod);
         pod.disruption = "DeletionByTaintManager";
     },
     false, returned("DeletionByTaintManager")},
    {"disrupted, while it still may finish",
     [](SeenPod& pod) { pod.disruption = "EvictionByEvictionAPI"; },
     false,
     {}},
    {"its node is lost",
     [](SeenPod& pod) {
         pod.reason = "NodeLost";
         pod.is_deleting = true;
     },
     false, returned("NodeLost", Uploads::may_go_on)},
    {"taken away, and past its grace for a while: its node is lost",
     [](SeenPod& pod) {
         pod.is_deleting = true;
         pod.ends_by = begin - 30s;
         pod.disruption = "DeletionByTaintManager";
     },
     false,
     returned("DeletionByTaintManager: the pod has not ended in its time", Uploads::may_go_on)},
    {"taken away, and past its grace just now",
     [](SeenPod& pod) {
         pod.is_deleting = true;
         pod.ends_by = begin - 30s + 1us;
         pod.disruption = "DeletionByTaintManager";
     },
     false,
     {}},
    {"deleted by somebody, and slow to end",
     [](SeenPod& pod) {
         pod.is_deleting = true;
         pod.ends_by = begin - 1h;
     },
     false,
     {}},
    {"gone before anybody saw it end", [](SeenPod&) {}, true,
     returned("the pod was deleted", Uploads::may_go_on)},
    {"gone with its node", [](SeenPod& pod) { pod.disruption = "DeletionByPodGC"; }, true,
     returned("DeletionByPodGC: the pod is gone", Uploads::may_go_on)},
    {"deleted by somebody, and ended for that",
     [](SeenPod& pod) {
         exited(143, "Error")(pod);
         pod.is_deleting = true;
     },
     false, returned("the pod was deleted")},
    {"being deleted", [](SeenPod& pod) { pod.is_deleting = true; }, false, {}},
    {"its worker crashed",
     exited(139, "Error"),
     false,
     {.ended = true,
      .as = As::rescued,
      .reason = "the worker has ended with exit status 139",
      .trouble = "the worker has ended with exit status 139",
      .wants_log = true}},
    {"its worker could not be started",
     [](SeenPod& pod) {
         exited(128, "StartError")(pod);
         pod.message = "exec format error";
     },
     false,
     {.ended = true,
      .as = As::rescued,
      .reason = "the worker has ended with exit status 128 (StartError)",
      .trouble = "StartError: exec format error",
      .wants_log = true}},
    {"its worker ended well",
     exited(0, "Completed"),
     false,
     {.ended = true, .as = As::rescued, .reason = "the worker has ended with exit status 0"}},
    {"its worker could not be installed",
     [](SeenPod& pod) {
         pod.phase = PodPhase::failed;
         pod.waiting = "Init:Error";
         pod.waiting_message = "exit status 1";
     },
     false,
     {.ended = true,
      .as = As::returned,
      .uploads = Uploads::may_go_on,
      .reason = "the pod has ended",
      .trouble = "Init:Error: exit status 1"}},
};

TEST(PodVerdicts, are_those_of_the_table)
{
    for (const PodCase& one : pod_cases) {
        SeenPod pod;
        pod.phase = PodPhase::running;
        one.change(pod);
        EXPECT_EQ(judge(pod, one.is_gone, "2Gi", begin, limits), one.expected) << one.name;
    }
}

TEST(Troubles, tell_of_containers_that_nobody_creates)
{
    const VerdictLimits limits;
    SeenPod pod;
    pod.name = "words-x";
    pod.phase = PodPhase::pending;
    const auto told = [&](const std::vector<std::string>& mounts) {
        return creation_trouble(pod, mounts, begin, limits);
    };
    EXPECT_EQ(told({}), "");
    pod.creating_since = begin - limits.trouble_after + Micros(1);
    EXPECT_EQ(told({}), "");
    pod.creating_since = begin - limits.trouble_after;
    const std::string about = "ContainerCreating: the containers of pod 'words-x' are not created; "
                              "'kubectl describe pod words-x' says why";
    EXPECT_EQ(told({}), about);
    EXPECT_EQ(told({"a"}), about + "; it mounts the secret 'a'");
    EXPECT_EQ(told({"a", "b"}), about + "; it mounts the secrets 'a', 'b'");
    pod.is_deleting = true;
    EXPECT_EQ(told({"a"}), "");
}

TEST(Troubles, tell_of_a_job_that_kubernetes_makes_no_pods_of)
{
    const VerdictLimits limits;
    SeenJob job;
    job.name = "words";
    job.created_at = begin - limits.trouble_after + Micros(1);
    EXPECT_EQ(no_pod_trouble(job, begin, limits), "");
    job.created_at = begin - limits.trouble_after;
    EXPECT_EQ(
        no_pod_trouble(job, begin, limits),
        "NoPods: Kubernetes makes no pod of it; 'kubectl describe job words' says why"
    );
    job.suspended = "in a queue";
    EXPECT_EQ(no_pod_trouble(job, begin, limits), "NoPods: the Job is suspended: in a queue");
    job.is_complete = true;
    EXPECT_EQ(no_pod_trouble(job, begin, limits), "");
}

TEST(Troubles, are_ranked_by_how_little_waiting_helps)
{
    const char* const ranked[] = {
        "",
        "something new",
        "Unschedulable: 0/3 nodes",
        "the worker has ended with exit status 1",
        "CreateContainerConfigError: secret \"x\" not found",
        "ErrImagePull: not found",
        "InvalidImageName",
    };
    for (std::size_t i = 1; i < std::size(ranked); ++i)
        EXPECT_LT(trouble_rank(ranked[i - 1]), trouble_rank(ranked[i])) << ranked[i];
}

} // namespace
} // namespace sluice::verdicts_test
