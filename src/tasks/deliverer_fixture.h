// SPDX-License-Identifier: Apache-2.0
// For tests: a deliverer over webhooks that a real store owes.
#pragma once

#include "tasks/deliverer.h"
#include "tasks/webhook_fixture.h"

#include <algorithm>
#include <optional>

namespace sluice::testing {

class DelivererTest : public WebhookTest {
protected:
    using View = ServiceReads::DeliveryView;

    explicit DelivererTest(const std::string& database = ":memory:") : WebhookTest(database)
    {
        serving.pulse = std::chrono::hours(1);
    }

    ~DelivererTest() override
    {
        if (deliverer)
            end();
        db.store().on_changes(nullptr);
    }

    Deliverer& serve()
    {
        serving.worker = [number = worker()] { return number; };
        deliverer.emplace(loop.get_executor(), webhooks(), serving, Log());
        db.store().on_changes([this](const Changes& changes) { deliverer->changed(changes); });
        spawn(loop, deliverer->run());
        return *deliverer;
    }

    void end(std::chrono::steady_clock::duration patience = std::chrono::seconds(0))
    {
        deliverer->close();
        await(loop, deliverer->stop(std::chrono::steady_clock::now() + patience));
        deliverer.reset();
    }

    // Everything that happens without waiting.
    void turn()
    {
        for (int i = 0; i < 50; ++i) {
            db.read([](Reads& reads) { return reads.workers().size(); }); // behind other work
            loop.restart();
            loop.poll();
        }
    }

    // As when time goes by and another process has written something.
    void later(Micros time)
    {
        clock.advance(time);
        Changes changes;
        changes.from_outside = true;
        deliverer->changed(changes);
    }

    // All of them in their order.
    std::vector<View> deliveries()
    {
        ServiceReads::DeliveryFilter filter;
        filter.limit = 1000;
        std::vector<View> views =
            db.read([filter](Reads& reads) { return reads.service().deliveries(filter); });
        std::ranges::reverse(views);
        return views;
    }

    View delivery(std::size_t index = 0) { return deliveries().at(index); }

    bool is_over(std::size_t index = 0)
    {
        return delivery(index).row.status != DeliveryStatus::waiting;
    }

    // Turns until a delivery is known to have been tried so often.
    View tried(int tries, std::size_t index = 0)
    {
        turn_until(loop, [&] { return delivery(index).row.tries >= tries; });
        turn();
        return delivery(index);
    }

    static Json payload(std::string_view member, std::vector<Json> actions)
    {
        Json document{{"on_start", action("http://nobody.example/")}};
        document[std::string(member)] = std::move(actions);
        return document;
    }

    ScriptedTarget target{loop};
    Deliverer::Options serving;
    std::optional<Deliverer> deliverer;
};

} // namespace sluice::testing
