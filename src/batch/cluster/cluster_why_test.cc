// SPDX-License-Identifier: Apache-2.0
#include "batch/why.h"

#include <gtest/gtest.h>

namespace sluice::cluster_why_test {
namespace {

using namespace std::chrono_literals;

constexpr Time now = from_micros(1'767'225'600'000'000);

// A job with two pods that run and one that waits.
JobWhyFacts facts_of_pods()
{
    JobWhyFacts facts;
    facts.run.row.state = RunState::active;
    facts.run.row.counts.total = 3;
    facts.cluster.emplace();
    facts.cluster->name_space = "jobs";
    facts.cluster->phase = "begun";
    facts.cluster->pods_running = 2;
    facts.cluster->pods_pending = 1;
    return facts;
}

TEST(WhyOfPods, says_what_they_do)
{
    const Why answer = why(facts_of_pods(), now);

    EXPECT_TRUE(answer.text.ends_with("; 2 of its pods run, 1 wait to start")) << answer.text;
    EXPECT_EQ(answer.data["kubernetes"]["pods_running"], 2);
}

TEST(WhyOfPods, says_what_keeps_them_from_working)
{
    JobWhyFacts facts = facts_of_pods();
    facts.cluster->trouble = "ErrImagePull: no such image";
    facts.cluster->trouble_since = now - 3min;

    const Why answer = why(facts, now);

    EXPECT_TRUE(answer.text.ends_with("; its pods cannot work since 3m: ErrImagePull: no such image"
    )) << answer.text;
    EXPECT_EQ(answer.data["kubernetes"]["trouble"], "ErrImagePull: no such image");
}

TEST(WhyOfPods, says_that_kubernetes_cannot_be_reached)
{
    JobWhyFacts facts = facts_of_pods();
    facts.cluster_trouble = "connection refused";

    const Why answer = why(facts, now);

    EXPECT_TRUE(answer.text.ends_with("; Kubernetes cannot be reached: connection refused"))
        << answer.text;
}

TEST(WhyOfPods, says_that_the_job_is_still_to_be_created)
{
    JobWhyFacts facts = facts_of_pods();
    facts.cluster->phase = "wanted";

    const std::string text = why(facts, now).text;

    EXPECT_TRUE(text.ends_with("; its Kubernetes Job is still to be created in namespace 'jobs'"))
        << text;
}

} // namespace
} // namespace sluice::cluster_why_test
