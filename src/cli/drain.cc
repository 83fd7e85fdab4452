// SPDX-License-Identifier: Apache-2.0
#include "api/client.h"
#include "async/signal.h"
#include "cli/cli_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "model/duration.h"

namespace sluice {

namespace {

// The server of this machine, by the settings that it has itself.
std::string own_server(const Config& config)
{
    ListenAddress address = config.listen;
    if (address.host == "0.0.0.0")
        address.host = "127.0.0.1";
    if (address.host == "::")
        address.host = "::1";
    return "http://" + format_address(address);
}

Async<Result<int>> drain(Context& context, std::shared_ptr<const std::string> wait)
{
    const Config& config = context.config;
    const Result<std::chrono::seconds> time = parse_duration(*wait);
    if (!time)
        co_return Error{Errc::invalid, "--wait: " + time.error().detail};
    ApiClient::Options options;
    options.server = own_server(config);
    options.key = config.key.empty() ? config.cluster.bootstrap_key : config.key;
    const Result<std::unique_ptr<ApiClient>> client =
        ApiClient::make(context.loop.get_executor(), std::move(options));
    if (!client)
        co_return client.error();
    ApiClient::Call call;
    call.method = Method::post;
    call.path = "/drain";
    const Result<ApiClient::Answer> told = co_await (*client)->ask(std::move(call));
    // Also when that failed: whoever stops us next gives clients this time to go elsewhere.
    co_await sleep_for(*time);
    if (!told)
        co_return told.error();
    co_return exit_code::success;
}

} // namespace

void add_drain(CliCommand& root)
{
    CliCommand command = root.add("drain");
    const auto wait = std::make_shared<std::string>("5s");
    command.option("--wait", *wait, "time for load balancers to go elsewhere [5s]");
    command.takes({"listen", "bootstrap_key"});
    command.runs([wait](Context& context) { return drain(context, wait); });
}

} // namespace sluice
