// SPDX-License-Identifier: Apache-2.0
#include "app/kubectl_proxy.h"

#include "async/testing.h"
#include "async/worker_threads.h"
#include "exec/test_dir.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

namespace sluice::kubectl_proxy_test {
namespace {

TEST(PortOfProxy, is_read_from_a_whole_line)
{
    EXPECT_EQ(port_of_proxy("Starting to serve on 127.0.0.1:41313\n"), 41313);
    EXPECT_EQ(port_of_proxy("W0101 warning\nStarting to serve on [::1]:80\nmore"), 80);
    EXPECT_FALSE(port_of_proxy("Starting to serve on 127.0.0.1:41"));
    EXPECT_FALSE(port_of_proxy("Starting to serve on nothing\n"));
    EXPECT_FALSE(port_of_proxy(""));
}

class KubectlProxyTest : public ::testing::Test {
protected:
    // A kubectl that does what the script says.
    KubectlProxy proxy(const std::string& script)
    {
        const std::string file = dir_.put("kubectl", "#!/bin/sh\n" + script);
        ::chmod(file.c_str(), 0755);
        const std::vector<std::string> env{"PATH=" + dir_.path() + ":/usr/bin:/bin"};
        return KubectlProxy(loop_.get_executor(), threads_, "my cluster", env, Log());
    }

    Result<std::string> start(KubectlProxy& proxy) { return testing::await(loop_, proxy.start()); }

    testing::TestDir dir_;
    asio::io_context loop_;
    WorkerThreads threads_{loop_.get_executor(), "test", 2};
};

TEST_F(KubectlProxyTest, serves_the_context_until_it_is_closed)
{
    KubectlProxy made = proxy(
        "echo \"$@\" > " + dir_ / "arguments" + "\necho $$ > " + dir_ / "pid" +
        "\necho 'Starting to serve on 127.0.0.1:41313'\nexec sleep 1000\n"
    );

    EXPECT_EQ(start(made).value(), "http://127.0.0.1:41313");
    EXPECT_EQ(
        testing::read_file(dir_ / "arguments"),
        "proxy --address=127.0.0.1 --port=0 --context=my cluster\n"
    );
    testing::await(loop_, made.close());
    const std::string pid = testing::read_file(dir_ / "pid");
    EXPECT_FALSE(std::filesystem::exists("/proc/" + pid.substr(0, pid.find('\n'))));
}

TEST_F(KubectlProxyTest, that_does_not_come_up_says_why)
{
    KubectlProxy made = proxy("echo 'error: no context exists with that name' >&2; exit 1\n");

    const Result<std::string> url = start(made);
    testing::await(loop_, made.close());

    ASSERT_FALSE(url);
    EXPECT_EQ(url.error().code, Errc::unavailable);
    EXPECT_EQ(
        url.error().detail, "kubectl proxy for the context 'my cluster': exit status 1: error: no "
                            "context exists with that name"
    );
}

} // namespace
} // namespace sluice::kubectl_proxy_test
