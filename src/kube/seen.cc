// SPDX-License-Identifier: Apache-2.0
#include "kube/seen.h"

#include "kube/meta.h"

#include <algorithm>
#include <string_view>

namespace sluice {

namespace {

constexpr std::size_t text_bytes_max = 1024;

// What stands under the keys, or null. Whatever is of another kind than expected counts as absent:
// of thousands of objects, one that is odd must not hide the others.
const Json& at(const Json& object, std::initializer_list<const char*> keys)
{
    static const Json nothing;
    const Json* here = &object;
    for (const char* key : keys) {
        if (!here->is_object())
            return nothing;
        const auto found = here->find(key);
        if (found == here->end())
            return nothing;
        here = &*found;
    }
    return *here;
}

std::string text(const Json& object, std::initializer_list<const char*> keys)
{
    const Json& value = at(object, keys);
    if (!value.is_string())
        return {};
    std::string whole = value.get<std::string>();
    if (whole.size() <= text_bytes_max)
        return whole;
    std::size_t end = text_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(whole[end]) & 0xc0) == 0x80)
        --end; // not within a character
    return whole.substr(0, end);
}

const Json& items(const Json& object, std::initializer_list<const char*> keys)
{
    static const Json none = Json::array();
    const Json& value = at(object, keys);
    return value.is_array() ? value : none;
}

std::string label(const Json& object, std::string_view key)
{
    return text(object, {"metadata", "labels", std::string(key).c_str()});
}

bool is_deleting(const Json& object)
{
    return !at(object, {"metadata", "deletionTimestamp"}).is_null();
}

// The condition of that type when it has that status, else null.
const Json& condition(const Json& object, std::string_view type, std::string_view status)
{
    static const Json nothing;
    for (const Json& one : items(object, {"status", "conditions"}))
        if (text(one, {"type"}) == type && text(one, {"status"}) == status)
            return one;
    return nothing;
}

template <class Seen>
Result<Seen> read_meta(const Json& object)
{
    Seen seen;
    seen.name = text(object, {"metadata", "name"});
    seen.uid = text(object, {"metadata", "uid"});
    seen.version = text(object, {"metadata", "resourceVersion"});
    seen.job_id = label(object, kube::job_id_key);
    seen.is_deleting = is_deleting(object);
    if (seen.name.empty() || seen.uid.empty())
        return Error{Errc::corrupt, "object of Kubernetes: it has no name or no uid"};
    return seen;
}

PodPhase phase_of(const std::string& word)
{
    if (word == "Pending")
        return PodPhase::pending;
    if (word == "Running")
        return PodPhase::running;
    if (word == "Succeeded")
        return PodPhase::succeeded;
    return word == "Failed" ? PodPhase::failed : PodPhase::unknown;
}

std::string job_of(const Json& pod)
{
    for (const Json& owner : items(pod, {"metadata", "ownerReferences"}))
        if (text(owner, {"kind"}) == "Job")
            return text(owner, {"name"});
    return label(pod, "job-name");
}

// Containers that somebody injects may stand before ours: ours is found by its name.
const Json& main_status(const Json& pod)
{
    const Json& all = items(pod, {"status", "containerStatuses"});
    for (const Json& status : all)
        if (text(status, {"name"}) == kube::main_container)
            return status;
    return all.empty() ? all : all.front();
}

void read_main(const Json& pod, SeenPod& seen)
{
    const Json& state = at(main_status(pod), {"state"});
    const Json& ended = at(state, {"terminated"});
    if (!ended.is_object()) {
        seen.has_begun = at(state, {"running"}).is_object();
        return;
    }
    const Json& code = at(ended, {"exitCode"});
    if (code.is_number_integer())
        seen.exit_code = code.get<int>();
    seen.exit_reason = text(ended, {"reason"});
    seen.has_begun = seen.exit_reason != "StartError" && seen.exit_reason != "ContainerCannotRun";
    if (!seen.has_begun && seen.message.empty())
        seen.message = text(ended, {"message"}); // the pod has none then
}

// Why the container will not start; false when nothing says that.
bool read_waiting(const Json& status, SeenPod& seen)
{
    const std::string reason = text(status, {"state", "waiting", "reason"});
    if (reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing")
        return false;
    seen.waiting = reason;
    seen.waiting_message = text(status, {"state", "waiting", "message"});
    return true;
}

bool read_failed_init(const Json& status, SeenPod& seen)
{
    const Json& ended = at(status, {"state", "terminated"});
    const Json& code = at(ended, {"exitCode"});
    if (!code.is_number_integer() || code.get<int>() == 0)
        return false;
    const std::string reason = text(ended, {"reason"});
    const std::string message = text(ended, {"message"});
    seen.waiting = "Init:" + (reason.empty() ? "Error" : reason);
    seen.waiting_message = "init container '" + text(status, {"name"}) + "' ended with " +
                           std::to_string(code.get<int>());
    if (!message.empty())
        seen.waiting_message += ": " + message;
    return true;
}

void read_trouble(const Json& pod, SeenPod& seen)
{
    for (const Json& status : items(pod, {"status", "initContainerStatuses"}))
        if (read_waiting(status, seen) || read_failed_init(status, seen))
            return;
    for (const Json& status : items(pod, {"status", "containerStatuses"}))
        if (read_waiting(status, seen))
            return;
}

bool any_container_was_there(const Json& pod)
{
    for (const char* kind : {"initContainerStatuses", "containerStatuses"})
        for (const Json& status : items(pod, {"status", kind}))
            if (at(status, {"state", "running"}).is_object() ||
                at(status, {"state", "terminated"}).is_object())
                return true;
    return false;
}

std::optional<Time> creating_since(const Json& pod)
{
    const Json& scheduled = condition(pod, "PodScheduled", "True");
    const Result<Time> since = parse_time(text(scheduled, {"lastTransitionTime"}));
    // The volumes are there; known since Kubernetes 1.29.
    const bool is_mounted = condition(pod, "PodReadyToStartContainers", "True").is_object();
    if (!since || is_mounted || any_container_was_there(pod))
        return std::nullopt;
    return *since;
}

void read_conditions(const Json& pod, SeenPod& seen)
{
    seen.disruption = text(condition(pod, "DisruptionTarget", "True"), {"reason"});
    const Json& scheduled = condition(pod, "PodScheduled", "False");
    if (text(scheduled, {"reason"}) == "Unschedulable")
        seen.unschedulable = text(scheduled, {"message"});
    seen.creating_since = creating_since(pod);
    // A node that does not answer is told by the condition first.
    if (seen.reason.empty() && text(condition(pod, "Ready", "False"), {"reason"}) == "NodeLost")
        seen.reason = "NodeLost";
}

} // namespace

Result<SeenJob> read_seen_job(const Json& object)
{
    Result<SeenJob> seen = read_meta<SeenJob>(object);
    if (!seen)
        return seen;
    const Result<Time> created = parse_time(text(object, {"metadata", "creationTimestamp"}));
    if (created)
        seen->created_at = *created;
    seen->is_complete = condition(object, "Complete", "True").is_object();
    seen->suspended = text(condition(object, "Suspended", "True"), {"message"});
    const Json* failed = &condition(object, "Failed", "True");
    if (!failed->is_object())
        failed = &condition(object, "FailureTarget", "True"); // its pods are being ended
    if (failed->is_object()) {
        const std::string reason = text(*failed, {"reason"});
        seen->failed_reason = reason.empty() ? "Failed" : reason;
        seen->failed_message = text(*failed, {"message"});
    }
    return seen;
}

Result<SeenPod> read_seen_pod(const Json& object)
{
    Result<SeenPod> seen = read_meta<SeenPod>(object);
    if (!seen)
        return seen;
    seen->job_name = job_of(object);
    const Result<Time> ends_by = parse_time(text(object, {"metadata", "deletionTimestamp"}));
    if (ends_by)
        seen->ends_by = *ends_by;
    seen->node = text(object, {"spec", "nodeName"});
    seen->phase = phase_of(text(object, {"status", "phase"}));
    seen->reason = text(object, {"status", "reason"});
    seen->message = text(object, {"status", "message"});
    read_main(object, *seen);
    read_trouble(object, *seen);
    read_conditions(object, *seen);
    return seen;
}

} // namespace sluice
