// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "async/async.h"
#include "async/signal.h"
#include "base/log.h"
#include "store/changes.h"
#include "tasks/feed_page.h"

#include <deque>
#include <memory>
#include <set>

namespace sluice {

class Store;

// What happens to tasks, for those who watch, in the order in which they all see it and without
// gaps. While somebody watches, one reader follows the feed of the database and keeps the latest
// events in memory; who is further behind reads for itself. Lives on the loop; the store outlives
// it.
class ChangeFeed {
public:
    ChangeFeed(asio::any_io_executor executor, Store& store, Log log);

    // Follows the feed until close().
    Async<void> run();
    void close();

    void changed(const Changes& changes);

    // Wakes `signal` when there may be more to see, for as long as it stands.
    class Watch {
    public:
        Watch(ChangeFeed& feed, Signal& signal);
        ~Watch();
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;

    private:
        ChangeFeed& feed_;
        Signal& signal_;
    };

    // The place behind everything that has happened so far.
    Async<Result<FeedPlace>> end();

    // The place given, or nothing when what came after it may not be known any more.
    Async<Result<std::optional<FeedPlace>>> resume(FeedPlace place);

    // What comes after the place, oldest first, and where to go on; empty: there is nothing yet.
    struct Page {
        std::vector<std::shared_ptr<const FeedEvent>> events;
        FeedPlace next;
    };
    Async<Result<Page>> after(FeedPlace place);

private:
    Async<bool> catch_up(); // whether there was anything new
    Page from_memory(FeedPlace place) const;
    void keep(FeedPage page);

    Store& store_;
    Log log_;
    Signal wake_;
    std::multiset<Signal*> watching_;
    std::deque<std::shared_ptr<const FeedEvent>> latest_;
    std::int64_t known_after_ = -1; // every event behind this row is in memory; -1: none is
    std::int64_t known_until_ = -1; // up to this one
    bool closed_ = false;
};

} // namespace sluice
