// SPDX-License-Identifier: Apache-2.0
#include "tasks/change_feed.h"

#include "engine/outage.h"
#include "store/store.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t events_max = 10'000; // in memory
constexpr std::size_t rows_at_once = 100;

// So often we look for what other processes have done, who do not tell us of it.
constexpr auto others_pause = std::chrono::milliseconds(250);

} // namespace

ChangeFeed::ChangeFeed(asio::any_io_executor executor, Store& store, Log log)
    : store_(store), log_(std::move(log)), wake_(std::move(executor))
{}

ChangeFeed::Watch::Watch(ChangeFeed& feed, Signal& signal) : feed_(feed), signal_(signal)
{
    feed_.watching_.insert(&signal_);
    feed_.wake_.notify();
}

ChangeFeed::Watch::~Watch()
{
    feed_.watching_.erase(feed_.watching_.find(&signal_));
}

void ChangeFeed::changed(const Changes& changes)
{
    if (!watching_.empty() && (changes.moved || changes.from_outside))
        wake_.notify();
}

void ChangeFeed::close()
{
    closed_ = true;
    wake_.notify();
}

Async<void> ChangeFeed::run()
{
    while (!closed_) {
        if (watching_.empty()) {
            latest_.clear();
            known_after_ = known_until_ = -1; // nobody follows while nobody watches
            co_await wake_.wait();
            continue;
        }
        const bool more = co_await catch_up();
        if (!more && !closed_)
            co_await wake_.wait_for(others_pause);
    }
}

Async<bool> ChangeFeed::catch_up()
{
    if (known_until_ < 0) {
        const Result<FeedPlace> start = co_await end();
        if (!start) {
            warn_unless_away(log_, "feed", start.error());
            co_return false;
        }
        known_after_ = known_until_ = start->change;
    }
    auto look = [after = known_until_](Reads& reads) {
        return read_page(reads, after, rows_at_once);
    };
    Result<FeedPage> page = co_await store_.read(std::move(look));
    if (!page) {
        warn_unless_away(log_, "feed", page.error());
        co_return false;
    }
    if (page->last == known_until_)
        co_return false;
    keep(*std::move(page));
    for (Signal* signal : watching_)
        signal->notify();
    co_return true;
}

// Whole rows go when there is no room: the places of those who read from memory stay good.
void ChangeFeed::keep(FeedPage page)
{
    for (FeedEvent& event : page.events)
        latest_.push_back(std::make_shared<const FeedEvent>(std::move(event)));
    known_until_ = page.last;
    while (latest_.size() > events_max) {
        known_after_ = latest_.front()->place.change;
        while (!latest_.empty() && latest_.front()->place.change == known_after_)
            latest_.pop_front();
    }
}

Async<Result<FeedPlace>> ChangeFeed::end()
{
    auto look = [](Reads& reads) { return reads.service().newest_change(); };
    const Result<std::int64_t> newest = co_await store_.read(std::move(look));
    if (!newest)
        co_return newest.error();
    co_return FeedPlace{*newest};
}

Async<Result<std::optional<FeedPlace>>> ChangeFeed::resume(FeedPlace place)
{
    auto look = [change = place.change](Reads& reads) {
        return reads.service().has_change(change);
    };
    const Result<bool> is_kept = co_await store_.read(std::move(look));
    if (!is_kept)
        co_return is_kept.error();
    std::optional<FeedPlace> resumed;
    if (*is_kept)
        resumed = place;
    co_return resumed;
}

ChangeFeed::Page ChangeFeed::from_memory(FeedPlace place) const
{
    Page page;
    page.next = std::max(place, FeedPlace{known_until_});
    const auto first = std::ranges::upper_bound(latest_, place, {}, [](const auto& event) {
        return event->place;
    });
    page.events.assign(first, latest_.end());
    return page;
}

Async<Result<ChangeFeed::Page>> ChangeFeed::after(FeedPlace place)
{
    const bool is_whole = place.move == FeedPlace::whole_row;
    if (known_until_ >= 0 && place.change >= known_after_ + (is_whole ? 0 : 1))
        co_return from_memory(place);
    // A row that was told in part is read once more.
    const std::int64_t last_whole = is_whole ? place.change : place.change - 1;
    auto look = [last_whole](Reads& reads) { return read_page(reads, last_whole, rows_at_once); };
    Result<FeedPage> found = co_await store_.read(std::move(look));
    if (!found)
        co_return found.error();
    Page page;
    page.next = std::max(place, FeedPlace{found->last});
    for (FeedEvent& event : found->events)
        if (event.place > place)
            page.events.push_back(std::make_shared<const FeedEvent>(std::move(event)));
    co_return page;
}

} // namespace sluice
