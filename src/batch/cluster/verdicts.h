// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/seen.h"
#include "store/cluster_requests.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

// What to do about what is seen of Kubernetes. Pure: facts and now to a verdict.

struct VerdictLimits {
    Micros recreate_for = std::chrono::minutes(15); // a younger job gets its lost Job back
    Micros trouble_after = std::chrono::minutes(5); // then trouble is worth a warning
    Micros start_timeout = std::chrono::hours(1);   // for the first pod to begin
    Micros orphan_after = std::chrono::hours(1);    // a Job of ours without a job goes
    Micros act_again = std::chrono::seconds(30);    // until what was done must have shown
    Micros lost_after = std::chrono::seconds(30);   // past its grace a pod's node is lost
};

struct JobFactsSeen {
    LedJob led;
    std::optional<SeenJob> job;        // nothing: none is seen
    bool list_is_complete = false;     // then a Job that is not seen does not exist
    bool any_begun = false;            // of its pods, now or before
    std::string trouble;               // of its pods, the most telling
    std::optional<Time> last_act = {}; // when this process has last created or deleted the Job
    std::optional<Time> crashing_since = {}; // its pods end before a first datum, and none runs
};

struct JobVerdict {
    enum class Do : std::uint8_t {
        nothing,
        create,    // the Job and the Secret of its token
        adopt,     // the Job exists already: note it
        fail,      // the job, for `reason`
        remove,    // the Job
        note_gone, // all is over
    };
    Do what = Do::nothing;
    std::string reason = {};             // of fail
    std::optional<Time> look_again = {}; // what is seen now asks for another look then

    friend bool operator==(const JobVerdict&, const JobVerdict&) = default;
};
JobVerdict judge(const JobFactsSeen& facts, Time now, const VerdictLimits& limits);

struct PodVerdict {
    bool ended = false; // its worker is gone: EndWorker with the rest
    EndWorker::As as = EndWorker::As::returned;
    EndWorker::Uploads uploads = EndWorker::Uploads::over;
    std::string reason = {};
    std::string trouble = {}; // shown; of a pod that has ended: when its worker held no datum
    bool wants_log = false;   // its last lines tell more

    friend bool operator==(const PodVerdict&, const PodVerdict&) = default;
};

// `is_gone`: the pod exists no more, this is how it was last. `memory_limit`: of the pipeline, for
// the text.
PodVerdict judge(
    const SeenPod& pod, bool is_gone, std::string_view memory_limit, Time now,
    const VerdictLimits& limits
);

// When a pod that is taken away counts as lost with its node, if it has not ended by then.
std::optional<Time> lost_at(const SeenPod& pod, const VerdictLimits& limits);

// Of a pod whose containers have not been created for trouble_after, with its name and the secrets
// that it mounts: one that is missing is the usual cause. Empty: there is nothing to be told.
std::string creation_trouble(
    const SeenPod& pod, const std::vector<std::string>& mounts, Time now,
    const VerdictLimits& limits
);

// Of a Job of which no pod has been seen for trouble_after: a quota or a rule of admission, which
// is told by events alone. Empty: there is nothing to be told.
std::string no_pod_trouble(const SeenJob& job, Time now, const VerdictLimits& limits);

// One that has ended makes no pods any more.
bool has_ended(const SeenJob& job);

// Of the troubles of several pods the one with the highest rank is shown: what no waiting will
// mend comes before what waiting may. 0: no trouble.
int trouble_rank(std::string_view trouble);

} // namespace sluice
