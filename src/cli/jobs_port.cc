// SPDX-License-Identifier: Apache-2.0
#include "cli/jobs_port.h"

#include <pwd.h>
#include <unistd.h>

namespace sluice {

namespace {

Result<std::unique_ptr<JobsPort>> open_port(Context& context)
{
    if (context.config.server.empty())
        return make_embedded_jobs(context);
    return make_remote_jobs(context);
}

Async<Result<int>> use_port(Context& context, const JobsAction& action)
{
    Result<std::unique_ptr<JobsPort>> port = open_port(context);
    if (!port)
        co_return port.error();
    Result<int> code = co_await action(context, **port);
    co_await (*port)->close();
    co_return code;
}

} // namespace

CommandAction on_jobs(JobsAction action)
{
    const auto kept = std::make_shared<const JobsAction>(std::move(action));
    return [kept](Context& context) { return use_port(context, *kept); };
}

std::string actor_of_this_user()
{
    const passwd* const user = getpwuid(geteuid());
    return user ? user->pw_name : fmt::format("uid {}", geteuid());
}

} // namespace sluice
