// SPDX-License-Identifier: Apache-2.0
#include "cli/port_forward.h"

#include <gtest/gtest.h>

namespace sluice::port_forward_test {
namespace {

ForwardEnd judged(const char* said)
{
    return judge_forward(said);
}

TEST(Forward, that_cannot_ever_stand_is_not_tried_again)
{
    for (const char* said :
         {"Error from server (NotFound): services \"sluice\" not found\n",
          "Error from server (NotFound): namespaces \"jobs\" not found\n",
          "Error from server (Forbidden): services \"sluice\" is forbidden: User \"me\" cannot get",
          "error: You must be logged in to the server (Unauthorized)\n",
          "Unable to listen on port 8085: Listeners failed to create with the following errors: "
          "[unable to create listener: Error listen tcp4 127.0.0.1:8085: bind: address already in "
          "use]\nerror: unable to listen on any of the requested ports: [{8085 8085}]\n",
          "error: context \"prod\" does not exist\n",
          "Error in configuration: context was not found for specified context: prod\n"})
        EXPECT_EQ(judged(said), ForwardEnd::permanent) << said;
}

TEST(Forward, that_was_lost_is_tried_again)
{
    for (const char* said :
         {"", "error: lost connection to pod\n",
          "Error from server (NotFound): pods \"sluice-6f\" not found\n",
          "error: unable to forward port because pod is not running. Current status=Pending\n",
          "Unable to connect to the server: dial tcp 10.0.0.1:443: connect: connection refused\n",
          "error: timed out waiting for the condition\n",
          "E1122 error forwarding port 8085 to pod: network namespace does not exist\n"})
        EXPECT_EQ(judged(said), ForwardEnd::again) << said;
}

TEST(Forward, tells_its_port_in_a_whole_line)
{
    EXPECT_EQ(forwarded_port("Forwarding from 127.0.0.1:40123 -> 8085\n"), 40123);
    EXPECT_EQ(forwarded_port("warning\nForwarding from 127.0.0.1:80 -> 8085\nmore"), 80);
    EXPECT_FALSE(forwarded_port("Forwarding from 127.0.0.1:401"));
    EXPECT_FALSE(forwarded_port("Forwarding from 127.0.0.1:99999 -> 8085\n"));
    EXPECT_FALSE(forwarded_port(""));
}

TEST(KubectlError, has_the_code_of_what_kubectl_says)
{
    EXPECT_EQ(kubectl_error("get", "Error from server (NotFound): x").code, Errc::not_found);
    EXPECT_EQ(kubectl_error("get", "Error from server (Forbidden): x").code, Errc::unauthorized);
    EXPECT_EQ(kubectl_error("get", "error: context \"x\" does not exist").code, Errc::invalid);
    EXPECT_EQ(kubectl_error("get", "Unable to connect to the server").code, Errc::unavailable);
    EXPECT_EQ(
        kubectl_error("apply", "error: one\nerror: two\n\n").detail, "kubectl apply: one; two"
    );
}

} // namespace
} // namespace sluice::port_forward_test
