// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/guarded.h"
#include "base/ids.h"
#include "base/log.h"
#include "store/postgres/connect.h"
#include "store/postgres/session.h"
#include "store/statement.h"

#include <chrono>
#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace sluice::postgres {

// How the processes of one store hear of each other: a thread with a connection of its own that
// sends what this process has committed (NOTIFY inside the write transactions would put their
// commits in a row), hears what others send, and holds a lock for each worker of this process,
// which the server gives up when the process dies (workers_without_session). Connects again by
// itself; what is lost meanwhile is covered by `everything_changed` and the store's slow poll.
class Notifier {
public:
    // Called on the notifier's thread; must not block and outlive the notifier.
    struct Handlers {
        std::function<void(std::string_view payload)> arrived; // from another session
        std::function<void()> everything_changed; // after each connect, or more than could be told
    };

    // `others_wrote` is set before each of the handlers is called; may be null. `first` is the
    // connection that it begins with; null: it opens one.
    Notifier(
        ConnectSettings settings, Handlers handlers, OthersWrote others_wrote, Log log,
        Handle first = nullptr
    );
    ~Notifier();
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;

    static constexpr std::size_t payload_bytes_max = 7999;
    static constexpr std::size_t payloads_max = 64; // waiting; beyond it "everything" is sent
    static constexpr std::chrono::milliseconds interval_min{5};
    static constexpr std::chrono::seconds others_known_for{1};

    // Sends the text soon, at most once per interval_min, if another process listens. Any thread;
    // after the commit of what it tells. Not empty.
    void notify(std::string payload);

    // The worker lives in this process, from now on or no longer. Any thread; takes effect soon.
    void hold(WorkerId worker);
    void release(WorkerId worker);

private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    struct Wishes {
        std::vector<std::string> payloads;
        std::set<WorkerId> workers;
        bool stopping = false;
    };

    void run();
    void serve();
    void start_listening();
    void hold_workers();
    void receive();
    void send();
    bool others_listen(SteadyTime now);
    void tell_everything_changed();
    void wake();
    void wait(int socket, std::chrono::milliseconds at_most);
    std::chrono::milliseconds time_to_send();
    bool is_stopping();
    Answer ask(const Statement& statement, std::initializer_list<std::string> parameters = {});

    ConnectSettings settings_;
    Handlers handlers_;
    OthersWrote others_wrote_;
    Log log_;
    Guarded<Wishes> wishes_;
    int wake_ = -1; // an eventfd

    // Of the thread.
    Handle connection_;
    std::set<WorkerId> held_;
    SteadyTime sent_at_;
    SteadyTime asked_at_;
    bool others_ = false;
    std::chrono::milliseconds pause_{0};

    std::thread thread_;
};

} // namespace sluice::postgres
