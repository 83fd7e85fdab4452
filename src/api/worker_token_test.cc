// SPDX-License-Identifier: Apache-2.0
#include "api/worker_token.h"

#include "net/access_token.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace sluice::worker_token_test {
namespace {

constexpr std::string_view job = "0190a6b2-0000-7000-8000-000000000001";
constexpr std::string_view other = "0190a6b2-0000-7000-8000-000000000002";

TEST(WorkerToken, says_whose_workers_it_is_for)
{
    const std::string token = make_worker_token("secret", job);

    EXPECT_EQ(job_of_worker_token(token, "secret"), job);
    EXPECT_EQ(make_worker_token("secret", job), token);
}

TEST(WorkerToken, is_good_for_one_job_and_one_installation)
{
    const std::string token = make_worker_token("secret", job);
    const std::string proof = token.substr(token.rfind('.') + 1);

    EXPECT_FALSE(job_of_worker_token(fmt::format("sluice-worker.{}.{}", other, proof), "secret"));
    EXPECT_FALSE(job_of_worker_token(token, "another secret"));
}

TEST(WorkerToken, is_no_token_of_another_purpose)
{
    const TokenSubject peer{"peer", job};
    const std::string proof = make_access_token("secret", peer);

    for (const std::string& text :
         {fmt::format("sluice-worker.{}.{}", job, proof), std::string("sluice-worker."),
          std::string("sluice-worker.x"), std::string(), std::string(job)})
        EXPECT_FALSE(job_of_worker_token(text, "secret")) << text;
}

} // namespace
} // namespace sluice::worker_token_test
