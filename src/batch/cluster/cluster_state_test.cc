// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/cluster_state.h"

#include <gtest/gtest.h>

namespace sluice::cluster_state_test {

namespace {

using Kind = ClusterEvent::Kind;

const std::string id = "01900000-0000-7000-8000-000000000001";

ClusterEvent job_event(Kind kind, const std::string& uid)
{
    ClusterEvent event{.kind = kind};
    event.job.job_id = id;
    event.job.uid = uid;
    return event;
}

ClusterEvent pod_event(Kind kind, PodPhase phase)
{
    ClusterEvent event{.kind = kind};
    event.pod.job_id = id;
    event.pod.uid = "pod";
    event.pod.phase = phase;
    return event;
}

// Events of one object that come together are told as the last of them.
TEST(ClusterState, has_news_of_what_came_and_went_unseen)
{
    ClusterState state;

    const ClusterState::News of_job = state.apply({job_event(Kind::job_gone, "1")});
    const ClusterState::News of_pod = state.apply({pod_event(Kind::pod_gone, PodPhase::running)});

    EXPECT_TRUE(of_job.jobs.contains(id));
    EXPECT_TRUE(of_pod.jobs.contains(id));
    EXPECT_EQ(of_pod.gone.size(), 1u);
    EXPECT_EQ(state.find(id), nullptr);
}

TEST(ClusterState, keeps_a_job_that_was_made_anew)
{
    ClusterState state;
    state.apply({job_event(Kind::job, "2")});

    state.apply({job_event(Kind::job_gone, "1")});

    ASSERT_TRUE(state.find(id));
    EXPECT_TRUE(state.find(id)->job);
}

TEST(ClusterState, tells_of_a_pod_that_is_gone_how_it_has_ended)
{
    ClusterState state;
    state.apply({pod_event(Kind::pod, PodPhase::failed)});

    const ClusterState::News news = state.apply({pod_event(Kind::pod_gone, PodPhase::running)});

    ASSERT_EQ(news.gone.size(), 1u);
    EXPECT_EQ(news.gone.front().phase, PodPhase::failed);
    EXPECT_EQ(state.find(id), nullptr);
}

} // namespace

} // namespace sluice::cluster_state_test
