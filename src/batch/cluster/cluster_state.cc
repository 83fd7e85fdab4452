// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/cluster_state.h"

namespace sluice {

namespace {

bool has_ended(const SeenPod& pod)
{
    return pod.phase == PodPhase::failed || pod.phase == PodPhase::succeeded;
}

} // namespace

ClusterState::News ClusterState::apply(const std::vector<ClusterEvent>& events)
{
    News news;
    for (const ClusterEvent& event : events)
        apply(event, news);
    return news;
}

void ClusterState::apply(const ClusterEvent& event, News& news)
{
    switch (event.kind) {
    case ClusterEvent::Kind::job:
        jobs_[event.job.job_id].job = event.job;
        news.jobs.insert(event.job.job_id);
        return;
    case ClusterEvent::Kind::job_gone: {
        // Also of one that came and went between two looks.
        news.jobs.insert(event.job.job_id);
        const auto known = jobs_.find(event.job.job_id);
        // One that was made anew under the same name stays.
        if (known == jobs_.end() || !known->second.job || known->second.job->uid != event.job.uid)
            return;
        known->second.job.reset();
        drop_if_empty(event.job.job_id);
        return;
    }
    case ClusterEvent::Kind::pod:
        return put_pod(event.pod, news);
    case ClusterEvent::Kind::pod_gone:
        return take_pod(event.pod, news);
    case ClusterEvent::Kind::listed:
        news.listed = true;
        complete_ = true;
        trouble_.clear();
        return;
    default:
        complete_ = false;
        trouble_ = event.error.detail;
    }
}

void ClusterState::put_pod(const SeenPod& pod, News& news)
{
    const auto [known, is_new] = jobs_[pod.job_id].pods.try_emplace(pod.uid, pod);
    if (!is_new) {
        if (known->second == pod || (has_ended(known->second) && !has_ended(pod)))
            return;
        known->second = pod;
    }
    news.jobs.insert(pod.job_id);
}

void ClusterState::take_pod(const SeenPod& pod, News& news)
{
    news.jobs.insert(pod.job_id);
    SeenPod& last = news.gone.emplace_back(pod); // also of one that came and went between two looks
    const auto job = jobs_.find(pod.job_id);
    if (job == jobs_.end())
        return;
    const auto known = job->second.pods.find(pod.uid);
    if (known == job->second.pods.end())
        return;
    if (has_ended(known->second))
        last = known->second;
    job->second.pods.erase(known);
    drop_if_empty(pod.job_id);
}

void ClusterState::drop_if_empty(const std::string& job_id)
{
    const auto known = jobs_.find(job_id);
    if (known != jobs_.end() && !known->second.job && known->second.pods.empty())
        jobs_.erase(known);
}

const ClusterState::Seen* ClusterState::find(const std::string& job_id) const
{
    const auto known = jobs_.find(job_id);
    return known == jobs_.end() ? nullptr : &known->second;
}

} // namespace sluice
