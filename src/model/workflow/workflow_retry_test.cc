// SPDX-License-Identifier: Apache-2.0
#include "model/workflow/workflow_retry.h"

#include <gtest/gtest.h>

namespace sluice::workflow_retry_test {
namespace {

using namespace std::chrono_literals;

Retry read(std::string_view text)
{
    return read_workflow_retry(parse_json(text).value()).value();
}

std::string problems(std::string_view text)
{
    const Checked<Retry> retry = read_workflow_retry(parse_json(text).value());
    return retry ? "" : to_error(retry.error()).detail;
}

TEST(WorkflowRetry, an_empty_policy_is_the_default_of_the_contract)
{
    EXPECT_EQ(read("{}"), workflow_retry());
    EXPECT_EQ(workflow_retry().tries_max, 3);
    EXPECT_EQ(delay_after(1, workflow_retry()), Micros(1s));
    EXPECT_EQ(delay_after(2, workflow_retry()), Micros(2s));
    EXPECT_EQ(delay_after(9, workflow_retry()), Micros(60s));
}

TEST(WorkflowRetry, each_backoff_has_its_formula)
{
    const Retry fixed = read(R"({"backoff":"fixed","initial_delay_ms":500})");
    const Retry linear = read(R"({"backoff":"linear","multiplier":1.5})");
    const Retry exponential = read(R"({"backoff":"exponential","base":3,"multiplier":2})");

    EXPECT_EQ(delay_after(1, fixed), Micros(500ms));
    EXPECT_EQ(delay_after(5, fixed), Micros(500ms));
    EXPECT_EQ(delay_after(1, linear), Micros(1500ms));
    EXPECT_EQ(delay_after(3, linear), Micros(4500ms));
    EXPECT_EQ(delay_after(1, exponential), Micros(2s));
    EXPECT_EQ(delay_after(3, exponential), Micros(18s));
}

TEST(WorkflowRetry, conditions_are_read_with_their_patterns)
{
    EXPECT_EQ(read(R"({"condition":"never"})").when, RetryWhen::never);
    EXPECT_EQ(read(R"({"condition":"transient"})").when, RetryWhen::transient);
    const Retry retry = read(R"({"condition":"patterns","patterns":["503"]})");
    EXPECT_EQ(retry.when, RetryWhen::patterns);
    EXPECT_EQ(retry.patterns, std::vector<std::string>{"503"});
}

TEST(WorkflowRetry, unknown_values_name_the_member_and_what_is_accepted)
{
    EXPECT_EQ(
        problems(R"({"max_attempts":0,"backoff":"cubic","base":-1,"condition":"often"})"),
        "max_attempts: must be a whole number from 1 to 1000, not the number 0; "
        "backoff: must be one of fixed, linear, exponential, not the text 'cubic'; "
        "base: must be a number from 0 to 1000000, not the number -1; "
        "condition: must be one of all, never, transient, patterns, not the text 'often'"
    );
    EXPECT_NE(problems(R"({"retries":3})").find("retries: unknown key"), std::string::npos);
    EXPECT_NE(problems(R"({"initial_delay_ms":-1})"), "");
    EXPECT_NE(problems(R"({"max_delay_ms":2592000001})"), "");
    EXPECT_NE(problems(R"({"initial_delay_ms":0.5})"), "");
    EXPECT_NE(problems(R"({"patterns":[""]})"), "");
    EXPECT_NE(problems("[]"), "");
}

TEST(WorkflowRetry, a_policy_is_written_as_it_was_read)
{
    for (const std::string text :
         {R"({"max_attempts":3,"backoff":"exponential","base":2.0,"multiplier":1.0,)"
          R"("initial_delay_ms":1000,"max_delay_ms":60000,"jitter":true,"condition":"all"})",
          R"({"max_attempts":1,"backoff":"fixed","initial_delay_ms":0,"max_delay_ms":0,)"
          R"("jitter":false,"condition":"never"})",
          R"({"max_attempts":9,"backoff":"linear","multiplier":0.5,"initial_delay_ms":7,)"
          R"("max_delay_ms":8,"jitter":true,"condition":"patterns","patterns":["a","b"]})"})
        EXPECT_EQ(dump_json(workflow_retry_json(read(text))), text);
}

} // namespace
} // namespace sluice::workflow_retry_test
