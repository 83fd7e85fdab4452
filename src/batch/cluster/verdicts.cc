// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/verdicts.h"

#include "model/duration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace sluice {

namespace {

using Do = JobVerdict::Do;
using As = EndWorker::As;
using Uploads = EndWorker::Uploads;

std::string with_message(std::string_view reason, std::string_view message)
{
    return message.empty() ? std::string(reason) : fmt::format("{}: {}", reason, message);
}

bool has(std::string_view text, std::string_view piece)
{
    return text.find(piece) != std::string_view::npos;
}

JobVerdict fail(std::string reason)
{
    return {.what = Do::fail, .reason = std::move(reason)};
}

// What was done a moment ago may not be seen yet: until this time nothing follows from absence.
std::optional<Time> shows_at(const JobFactsSeen& facts, Time now, const VerdictLimits& limits)
{
    std::optional<Time> acted = facts.last_act;
    if (const auto created = facts.led.row.created_at; created && (!acted || *acted < *created))
        acted = created;
    if (!acted || now >= *acted + limits.act_again)
        return std::nullopt;
    return *acted + limits.act_again;
}

JobVerdict judge_final(const JobFactsSeen& facts, Time now, const VerdictLimits& limits)
{
    const ClusterPhase phase = facts.led.row.phase;
    if (facts.job && facts.job->is_deleting)
        return {};
    const auto at = shows_at(facts, now, limits);
    if (phase == ClusterPhase::ending && !facts.job)
        return {.what = facts.list_is_complete ? Do::note_gone : Do::nothing};
    // One may have been made whose answer was lost: then its uid is known when it is seen.
    if (at && (phase == ClusterPhase::ending || !facts.job))
        return {.look_again = at};
    if (phase == ClusterPhase::wanted && !facts.job)
        return {.what = facts.list_is_complete ? Do::note_gone : Do::nothing};
    return {.what = Do::remove};
}

// While the run goes on and its Job is there.
JobVerdict judge_present(const JobFactsSeen& facts, Time now, const VerdictLimits& limits)
{
    const SeenJob& job = *facts.job;
    const ClusterJobRow& row = facts.led.row;
    if (job.is_deleting)
        return {}; // it will be missing soon
    if (row.phase == ClusterPhase::wanted && has_ended(job)) {
        // That of the run before one of its datums was retried.
        if (const auto at = shows_at(facts, now, limits))
            return {.look_again = at};
        return {.what = Do::remove};
    }
    if (!job.failed_reason.empty())
        return fail("Kubernetes: " + with_message(job.failed_reason, job.failed_message));
    if (job.is_complete)
        return fail("its pods have ended before its datums");
    if (row.phase == ClusterPhase::wanted || row.uid != job.uid)
        return {.what = Do::adopt};
    const std::optional<Time> since = facts.any_begun ? facts.crashing_since : row.created_at;
    if (!facts.list_is_complete || !since)
        return {};
    const Time ends = *since + limits.start_timeout;
    if (now < ends)
        return {.look_again = ends};
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(limits.start_timeout);
    const std::string_view what =
        facts.any_begun ? "no worker of it has come to a datum" : "no pod of it has begun";
    const std::string why = facts.trouble.empty() ? "" : ": " + facts.trouble;
    return fail(fmt::format("{} within {}{}", what, format_duration(waited), why));
}

// While the run goes on and no Job is seen.
JobVerdict judge_absent(const JobFactsSeen& facts, Time now, const VerdictLimits& limits)
{
    const ClusterJobRow& row = facts.led.row;
    if (row.phase == ClusterPhase::wanted)
        return {.what = Do::create};
    if (!facts.list_is_complete)
        return {};
    if (const auto at = shows_at(facts, now, limits))
        return {.look_again = at};
    // A job whose datum was retried is older than what it has in Kubernetes.
    const Time begun = std::max(facts.led.run_created_at, row.created_at.value_or(Time::min()));
    const bool is_young = now < begun + limits.recreate_for;
    if (row.phase == ClusterPhase::created && !facts.any_begun && is_young)
        return {.what = Do::create};
    return fail("the Kubernetes Job was deleted");
}

constexpr std::string_view crash_prefix = "the worker has ended";

// From what may mend itself to what will not.
constexpr std::array<std::string_view, 14> troubles{
    "NoPods",           "Unschedulable",     "ContainerCreating",
    "Failed",           crash_prefix,        "Init:",
    "CrashLoopBackOff", "RunContainerError", "CreateContainer",
    "ErrImagePull",     "ImagePullBackOff",  "ErrImageNeverPull",
    "StartError",       "InvalidImageName",
};

// Every word but those of a pod that is on its way: runtimes have more of them than anybody lists.
bool is_trouble(std::string_view waiting)
{
    return !waiting.empty() && waiting != "ContainerCreating" && waiting != "PodInitializing";
}

// Evicted because it used more disk than its own limits allow, which would happen again: what the
// node lacked is no fault of the datum.
bool is_over_its_disk(const SeenPod& pod)
{
    const std::string_view message = pod.message;
    if (pod.reason != "Evicted" || message.starts_with("The node was low on resource"))
        return false;
    const bool is_disk = has(message, "EmptyDir") || has(message, "ephemeral");
    return is_disk && has(message, "exceed") && has(message, "limit");
}

// Only the exit of its container says that nothing of a pod goes on: pods whose node is gone come
// to be Failed by a word of Kubernetes, too, and may still run where nobody sees them.
Uploads uploads_of(const SeenPod& pod)
{
    return pod.exit_code ? Uploads::over : Uploads::may_go_on;
}

PodVerdict returned(const SeenPod& pod, std::string reason)
{
    return {
        .ended = true, .as = As::returned, .uploads = uploads_of(pod), .reason = std::move(reason)};
}

PodVerdict failed(const SeenPod& pod, std::string reason)
{
    return {
        .ended = true, .as = As::failed, .uploads = uploads_of(pod), .reason = std::move(reason)};
}

// A pod whose main container has ended, by whatever it did itself.
PodVerdict judge_exit(const SeenPod& pod)
{
    const std::string word =
        pod.exit_reason.empty() || pod.exit_reason == "Error" || pod.exit_reason == "Completed"
            ? ""
            : fmt::format(" ({})", pod.exit_reason);
    PodVerdict verdict{.ended = true, .as = As::rescued};
    verdict.reason = fmt::format("{} with exit status {}{}", crash_prefix, *pod.exit_code, word);
    if (*pod.exit_code == 0)
        return verdict;
    const bool never_ran =
        pod.exit_reason == "StartError" || pod.exit_reason == "ContainerCannotRun";
    verdict.trouble = never_ran ? with_message("StartError", pod.message) : verdict.reason;
    verdict.wants_log = true;
    return verdict;
}

PodVerdict judge_gone(const SeenPod& pod)
{
    const bool was_lost = !pod.disruption.empty();
    const std::string reason =
        was_lost ? fmt::format("{}: the pod is gone", pod.disruption) : "the pod was deleted";
    return returned(pod, reason);
}

PodVerdict judge_alive(const SeenPod& pod)
{
    PodVerdict verdict;
    if (is_trouble(pod.waiting) && !pod.has_begun) // else it is of a container beside the worker
        verdict.trouble = with_message(pod.waiting, pod.waiting_message);
    else if (!pod.unschedulable.empty())
        verdict.trouble = with_message("Unschedulable", pod.unschedulable);
    return verdict;
}

} // namespace

JobVerdict judge(const JobFactsSeen& facts, Time now, const VerdictLimits& limits)
{
    if (facts.led.row.phase == ClusterPhase::gone || facts.led.state == RunState::loading)
        return {};
    if (is_final(facts.led.state))
        return judge_final(facts, now, limits);
    if (facts.led.row.phase == ClusterPhase::ending)
        return fail("the Kubernetes Job was deleted"); // by us, for an end that was taken back
    return facts.job ? judge_present(facts, now, limits) : judge_absent(facts, now, limits);
}

PodVerdict judge(
    const SeenPod& pod, bool is_gone, std::string_view memory_limit, Time now,
    const VerdictLimits& limits
)
{
    const bool has_failed = pod.phase == PodPhase::failed;
    if (pod.exit_reason == "OOMKilled")
        return failed(pod, fmt::format("OOMKilled: the datum used more than {}", memory_limit));
    if (has_failed && is_over_its_disk(pod))
        return failed(pod, with_message(pod.reason, pod.message));
    if (pod.reason == "NodeLost")
        return returned(pod, with_message(pod.reason, pod.message));
    if (has_failed && !pod.reason.empty())
        return returned(pod, with_message(pod.reason, pod.message));
    if (has_failed && !pod.disruption.empty())
        return returned(pod, with_message(pod.disruption, pod.message));
    if (pod.exit_code && pod.is_deleting && *pod.exit_code != 0)
        return returned(pod, "the pod was deleted");
    if (pod.exit_code)
        return judge_exit(pod);
    if (has_failed || pod.phase == PodPhase::succeeded) {
        PodVerdict verdict = returned(pod, "the pod has ended");
        if (has_failed && !pod.waiting.empty())
            verdict.trouble = with_message(pod.waiting, pod.waiting_message);
        else if (has_failed)
            verdict.trouble = with_message("Failed", pod.message);
        return verdict;
    }
    if (is_gone)
        return judge_gone(pod);
    // Its node does not answer: nobody ends the pod, nor says that it has ended.
    if (const auto lost = lost_at(pod, limits); lost && now >= *lost)
        return returned(pod, fmt::format("{}: the pod has not ended in its time", pod.disruption));
    return judge_alive(pod);
}

std::optional<Time> lost_at(const SeenPod& pod, const VerdictLimits& limits)
{
    if (!pod.ends_by || pod.disruption.empty())
        return std::nullopt;
    return *pod.ends_by + limits.lost_after;
}

std::string creation_trouble(
    const SeenPod& pod, const std::vector<std::string>& mounts, Time now,
    const VerdictLimits& limits
)
{
    const bool is_old = pod.creating_since && now >= *pod.creating_since + limits.trouble_after;
    if (!is_old || pod.is_deleting || pod.phase != PodPhase::pending)
        return "";
    const std::string about = fmt::format(
        "ContainerCreating: the containers of pod '{0}' are not created; 'kubectl describe pod "
        "{0}' "
        "says why",
        pod.name
    );
    if (mounts.empty())
        return about;
    return fmt::format(
        "{}; it mounts the secret{} '{}'", about, mounts.size() > 1 ? "s" : "",
        fmt::join(mounts, "', '")
    );
}

std::string no_pod_trouble(const SeenJob& job, Time now, const VerdictLimits& limits)
{
    if (now < job.created_at + limits.trouble_after || job.is_deleting || has_ended(job))
        return "";
    if (!job.suspended.empty())
        return "NoPods: the Job is suspended: " + job.suspended;
    return fmt::format(
        "NoPods: Kubernetes makes no pod of it; 'kubectl describe job {}' says why", job.name
    );
}

bool has_ended(const SeenJob& job)
{
    return job.is_complete || !job.failed_reason.empty();
}

int trouble_rank(std::string_view trouble)
{
    if (trouble.empty())
        return 0;
    const auto known = std::find_if(troubles.begin(), troubles.end(), [&](std::string_view begin) {
        return trouble.starts_with(begin);
    });
    return known == troubles.end() ? 1 : static_cast<int>(known - troubles.begin()) + 2;
}

} // namespace sluice
