// SPDX-License-Identifier: Apache-2.0
#include "bench/http/requests.h"

namespace sluice::bench {

namespace {

struct Course {
    SteadyTime start = std::chrono::steady_clock::now();
    std::int64_t turns = 0;
    std::vector<double> millis;
};

Async<Result<void>> send_on(Client& client, const RequestPlan& plan, Course& course)
{
    const SteadyTime end = course.start + plan.time_max;
    SteadyTime now = course.start;
    while (course.turns < plan.size && now < end) {
        const std::string_view request = plan.request(course.turns++);
        now = std::chrono::steady_clock::now();
        const SteadyTime begin = now;
        const Result<void> done = co_await client.call(request, plan.status);
        if (!done)
            co_return done.error();
        now = std::chrono::steady_clock::now();
        course.millis.push_back(std::chrono::duration<double, std::milli>(now - begin).count());
    }
    co_return Result<void>();
}

} // namespace

Async<Result<RequestFigures>> send_all(HttpFixture& fixture, const RequestPlan& plan)
{
    Course course;
    course.millis.reserve(static_cast<std::size_t>(plan.size));
    const HttpFixture::Caller caller = [&](Client& client) {
        return send_on(client, plan, course);
    };
    const Result<void> done = co_await fixture.on_connections(plan.clients, caller);
    if (!done)
        co_return done.error();
    RequestFigures figures;
    figures.seconds = seconds_since(course.start);
    figures.millis = std::move(course.millis);
    co_return figures;
}

} // namespace sluice::bench
