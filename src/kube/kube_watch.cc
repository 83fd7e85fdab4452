// SPDX-License-Identifier: Apache-2.0
#include "kube/kube_watch.h"

#include "async/worker_threads.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace sluice {

namespace {

constexpr std::chrono::seconds silence_max(30); // behind the end that a watch asked for
constexpr std::size_t refusal_bytes_max = 64u << 10;
constexpr int failures_to_warn = 3; // one that is mended at once is everyday life

std::string selector()
{
    return fmt::format("{}={},{}", kube::managed_by_key, kube::managed_by_value, kube::job_id_key);
}

// About `time`: many watches that began together shall not end together.
std::chrono::seconds spread(std::chrono::seconds time, Random& random)
{
    const auto tenth = static_cast<std::uint64_t>(time.count() / 10);
    const auto more = static_cast<std::int64_t>(random.next() % (2 * tenth + 1));
    return time - std::chrono::seconds(tenth) + std::chrono::seconds(more);
}

} // namespace

// One connection of a watch. As a sink it sees the head and no more: a sink would get the body in
// full buffers only, and an event is to be heard at once.
class KubeStream::Round final : public BodySink {
public:
    explicit Round(KubeStream& stream)
        : stream_(stream),
          lines_(stream.parts_.options.line_bytes_max, [this](std::string_view line) {
              return read(line);
          })
    {}

    bool wants(int status, const Headers&) override
    {
        status_ = status;
        text_.clear();
        return false;
    }

    Async<bool> take(std::string_view) override { co_return false; }

    bool on_body(std::string_view piece)
    {
        if (status_ != 200) {
            text_.append(piece.substr(0, refusal_bytes_max - text_.size()));
            return true;
        }
        const LineCutter::Took took = lines_.take(piece);
        if (took == LineCutter::Took::too_long)
            fault_ = Error{Errc::corrupt, "watch of Kubernetes: an event is larger than the limit"};
        return took == LineCutter::Took::all;
    }

    int status() const { return status_; } // 0: no head has come
    const std::string& text() const { return text_; }
    bool is_outdated() const { return status_ == 410 || is_outdated_; }
    const std::optional<Error>& fault() const { return fault_; }

private:
    bool read(std::string_view line)
    {
        Result<WatchLine> event = read_watch_line(line, stream_.kind_);
        if (!event)
            fault_ = event.error();
        else if (event->kind == WatchLine::Kind::error)
            note(*event);
        else
            take(std::move(*event));
        return !fault_ && !is_outdated_;
    }

    void note(const WatchLine& error)
    {
        is_outdated_ = error.code == 410;
        if (!is_outdated_)
            fault_ = Error{
                Errc::unavailable, fmt::format(
                                       "Kubernetes: watch {}: {} {}", stream_.resource(),
                                       error.code, printable(error.message)
                                   )};
    }

    void take(WatchLine event)
    {
        using Kind = WatchLine::Kind;
        const bool is_job = stream_.kind_ == WatchEvents::Of::jobs;
        WatchEvents& events = stream_.events_;
        if (event.kind == Kind::seen && is_job)
            events.saw(std::move(event.job));
        else if (event.kind == Kind::seen)
            events.saw(std::move(event.pod));
        else if (event.kind == Kind::gone && is_job)
            events.gone(std::move(event.job));
        else if (event.kind == Kind::gone)
            events.gone(std::move(event.pod));
        if (!event.version.empty())
            stream_.version_ = std::move(event.version);
        stream_.outdated_ = 0;
    }

    KubeStream& stream_;
    LineCutter lines_;
    int status_ = 0;
    std::string text_; // of a refusal
    bool is_outdated_ = false;
    std::optional<Error> fault_;
};

Async<void> KubeStream::run()
{
    const Backoff& backoff = parts_.options.backoff;
    for (;;) {
        const SteadyTime begun = std::chrono::steady_clock::now();
        const Result<void> done = co_await step();
        if (!done)
            note_failure(done.error());
        const bool was_short = std::chrono::steady_clock::now() - begun < backoff.delay_base;
        if (done && !was_short)
            continue;
        const int failures = std::max({failures_, outdated_, 1});
        co_await sleep_for(delay_after(failures, backoff, parts_.random));
    }
}

// Lists if that is due, and then watches for as long as one connection lasts.
Async<Result<void>> KubeStream::step()
{
    if (is_list_due()) {
        const Result<void> listed = co_await list();
        if (!listed) {
            note_lost(listed.error());
            co_return listed;
        }
    }
    co_return co_await follow();
}

bool KubeStream::is_list_due() const
{
    if (version_.empty())
        return true;
    const SteadyTime now = std::chrono::steady_clock::now();
    return now - known_at(now) >= parts_.options.poll;
}

Async<Result<void>> KubeStream::list()
{
    events_.begin_list(kind_);
    std::string version;
    std::string next_page;
    do {
        Result<ListPage> page = co_await list_page(next_page);
        if (!page)
            co_return page.error();
        if (version.empty())
            version = page->version;
        next_page = page->next_page;
        take(std::move(*page));
    } while (!next_page.empty());
    events_.end_list(kind_);
    version_ = std::move(version);
    listed_at_ = std::chrono::steady_clock::now();
    co_return Result<void>();
}

Async<Result<ListPage>> KubeStream::list_page(std::string next_page)
{
    KubeRequest request{.call = list_call()};
    request.query = {{"labelSelector", selector()}, {"limit", std::to_string(parts_.options.page)}};
    if (!next_page.empty())
        request.query.push_back({"continue", std::move(next_page)});
    request.body_bytes_max = parts_.options.list_bytes_max;
    const Result<ClientResponse> response = co_await parts_.api.send(request);
    if (!response)
        co_return response.error();
    if (response->status == 410)
        co_return outdated();
    if (response->status != 200)
        co_return parts_.api.refusal(request, response->status, response->body);
    // Hundreds of objects take too long for the loop.
    const std::string& body = response->body;
    co_return co_await parts_.threads.run([this, &body] { return read_list_page(body, kind_); });
}

void KubeStream::take(ListPage page)
{
    for (SeenJob& job : page.jobs)
        events_.saw(std::move(job));
    for (SeenPod& pod : page.pods)
        events_.saw(std::move(pod));
}

Async<Result<void>> KubeStream::follow()
{
    const std::chrono::seconds time = spread(parts_.options.watch_time, parts_.random);
    KubeRequest request{.call = watch_call()};
    request.query = {
        {"labelSelector", selector()},
        {"watch", "1"},
        {"allowWatchBookmarks", "true"},
        {"resourceVersion", version_},
        {"timeoutSeconds", std::to_string(time.count())}};
    request.total_time = time + silence_max;
    request.body_bytes_max = std::numeric_limits<std::size_t>::max();
    Round round(*this);
    request.head = &round;
    request.on_body = [&round](std::string_view piece) { return round.on_body(piece); };
    const Result<ClientResponse> response = co_await parts_.api.send(request);

    if (round.is_outdated())
        co_return outdated();
    if (round.fault())
        co_return *round.fault();
    if (round.status() == 200)
        note_up(); // whatever ended it: it stood
    if (!response)
        co_return response.error();
    if (round.status() != 200)
        co_return parts_.api.refusal(request, round.status(), round.text());
    co_return Result<void>();
}

void KubeStream::note_up()
{
    failures_ = 0;
    down_since_.reset();
    if (has_warned_)
        parts_.log.info("the watch of {} stands again", resource());
    has_warned_ = false;
}

// A list failed. What was listed, or watched until then, is good for a while.
void KubeStream::note_lost(Error error)
{
    const SteadyTime now = std::chrono::steady_clock::now();
    if (!listed_at_ || now - known_at(now) >= parts_.options.poll)
        events_.lost(kind_, std::move(error));
}

void KubeStream::note_failure(const Error& error)
{
    ++failures_;
    if (!down_since_)
        down_since_ = std::chrono::steady_clock::now();
    const bool will_not_mend = error.code == Errc::unauthorized;
    if (!has_warned_ && (failures_ >= failures_to_warn || will_not_mend)) {
        has_warned_ = true;
        parts_.log.warn("the watch of {} is down: {}", resource(), error.detail);
    }
}

// Up to when everything was known. Something has been listed.
KubeStream::SteadyTime KubeStream::known_at(SteadyTime now) const
{
    return std::max(*listed_at_, down_since_.value_or(now));
}

Error KubeStream::outdated()
{
    version_.clear();
    ++outdated_;
    return {
        Errc::unavailable, fmt::format("Kubernetes: watch {}: the version is too old", resource())};
}

const KubeCall& KubeStream::list_call() const
{
    return kind_ == WatchEvents::Of::jobs ? kube::list_jobs : kube::list_pods;
}

const KubeCall& KubeStream::watch_call() const
{
    return kind_ == WatchEvents::Of::jobs ? kube::watch_jobs : kube::watch_pods;
}

KubeWatch::KubeWatch(const WatchParts& parts)
    : events_(parts.executor),
      jobs_(WatchEvents::Of::jobs, parts, events_),
      pods_(WatchEvents::Of::pods, parts, events_),
      scope_(parts.executor, parts.log)
{
    scope_.spawn(jobs_.run());
    scope_.spawn(pods_.run());
}

} // namespace sluice
