// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/notifier.h"

#include "base/assert.h"
#include "base/json.h"
#include "base/random.h"
#include "store/postgres/errors.h"
#include "store/postgres_sql.h"

#include <algorithm>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

namespace sluice::postgres {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds for_ever{-1};
constexpr milliseconds pause_min{100};
constexpr milliseconds pause_max{5000};

// Stands for "everything may have changed".
const std::string everything;

std::string lock_key(WorkerId worker)
{
    return std::to_string(static_cast<std::int32_t>(worker.value));
}

} // namespace

Notifier::Notifier(
    ConnectSettings settings, Handlers handlers, OthersWrote others_wrote, Log log, Handle first
)
    : settings_(std::move(settings)),
      handlers_(std::move(handlers)),
      others_wrote_(std::move(others_wrote)),
      log_(std::move(log)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      connection_(std::move(first))
{
    if (wake_ < 0)
        throw std::system_error(errno, std::generic_category(), "eventfd");
    // The destructor waits for a connect that is under way.
    settings_.connect_timeout = std::min(settings_.connect_timeout, std::chrono::seconds{3});
    thread_ = std::thread([this] { run(); });
}

Notifier::~Notifier()
{
    wishes_.with([](Wishes& wishes) { wishes.stopping = true; });
    wake();
    thread_.join();
    ::close(wake_);
}

void Notifier::notify(std::string payload)
{
    SLUICE_ASSERT(!payload.empty());
    if (payload.size() > payload_bytes_max)
        payload = everything;
    wishes_.with([&](Wishes& wishes) {
        if (wishes.payloads.size() < payloads_max)
            wishes.payloads.push_back(std::move(payload));
        else
            wishes.payloads.back() = everything;
    });
    wake();
}

void Notifier::hold(WorkerId worker)
{
    wishes_.with([&](Wishes& wishes) { wishes.workers.insert(worker); });
    wake();
}

void Notifier::release(WorkerId worker)
{
    wishes_.with([&](Wishes& wishes) { wishes.workers.erase(worker); });
    wake();
}

void Notifier::run()
{
    SystemRandom random;
    while (!is_stopping()) {
        try {
            serve();
        } catch (const StoreFailure& failure) {
            connection_.reset();
            if (pause_ < pause_min && !settings_.is_broken_off())
                log_.warn("no notifications from other processes: {}", failure.error().detail);
            pause_ = std::clamp(pause_ * 2, pause_min, pause_max);
            const auto jitter = static_cast<std::int64_t>(random.next() % 100);
            wait(-1, pause_ + pause_ * jitter / 200);
        }
    }
    connection_.reset();
}

void Notifier::serve()
{
    start_listening();
    while (!is_stopping()) {
        hold_workers();
        receive();
        if (time_to_send() == milliseconds::zero())
            send();
        receive();
        wait(PQsocket(connection_.get()), time_to_send());
        if (PQconsumeInput(connection_.get()) != 1)
            throw lost("notifier", *connection_);
    }
}

void Notifier::start_listening()
{
    held_.clear();
    asked_at_ = {};
    if (!connection_)
        connection_ = connect(settings_);
    ask(sql::listen);
    ask(sql::hold_worker, {lock_key(WorkerId{})});
    if (pause_ > milliseconds::zero()) {
        log_.info("notifications from other processes again");
        pause_ = milliseconds::zero();
        // What was being sent may be lost.
        wishes_.with([](Wishes& wishes) { wishes.payloads.assign(1, everything); });
    }
    // Those who believe that they are alone tell nobody.
    ask(sql::notify, {dump_json(Json::array({everything}))});
    tell_everything_changed();
}

void Notifier::hold_workers()
{
    const std::set<WorkerId> wanted = wishes_.with([](Wishes& wishes) { return wishes.workers; });
    for (const WorkerId worker : wanted)
        if (held_.insert(worker).second)
            ask(sql::hold_worker, {lock_key(worker)});
    for (auto worker = held_.begin(); worker != held_.end();) {
        if (wanted.contains(*worker)) {
            ++worker;
            continue;
        }
        ask(sql::release_worker, {lock_key(*worker)});
        worker = held_.erase(worker);
    }
}

void Notifier::receive()
{
    const int own = PQbackendPID(connection_.get());
    while (PGnotify* arrived = PQnotifies(connection_.get())) {
        const std::string payload = arrived->extra;
        const bool is_own = arrived->be_pid == own;
        PQfreemem(arrived);
        if (is_own)
            continue;
        others_ = true;
        asked_at_ = std::chrono::steady_clock::now();
        if (payload == everything) {
            tell_everything_changed();
            continue;
        }
        if (others_wrote_)
            others_wrote_->store(true);
        handlers_.arrived(payload);
    }
}

void Notifier::send()
{
    std::vector<std::string> payloads =
        wishes_.with([](Wishes& wishes) { return std::exchange(wishes.payloads, {}); });
    const SteadyTime now = std::chrono::steady_clock::now();
    if (!others_listen(now))
        return;
    sent_at_ = now;
    ask(sql::notify, {dump_json(Json(payloads))});
}

bool Notifier::others_listen(SteadyTime now)
{
    if (asked_at_ == SteadyTime{} || now - asked_at_ >= others_known_for) {
        const Answer answer = ask(sql::others_listen);
        others_ = PQgetvalue(answer.get(), 0, 0)[0] == 't';
        asked_at_ = now;
    }
    return others_;
}

void Notifier::tell_everything_changed()
{
    if (others_wrote_)
        others_wrote_->store(true);
    handlers_.everything_changed();
}

void Notifier::wake()
{
    const std::uint64_t one = 1;
    // It can fail only when a wake-up is due anyway.
    [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

// Until the socket (if any) is readable, somebody wakes us, or the time is over.
void Notifier::wait(int socket, milliseconds at_most)
{
    pollfd descriptors[] = {{wake_, POLLIN, 0}, {socket, POLLIN, 0}};
    ::poll(descriptors, 2, static_cast<int>(at_most.count()));
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t taken = ::read(wake_, &count, sizeof count);
}

milliseconds Notifier::time_to_send()
{
    if (wishes_.with([](Wishes& wishes) { return wishes.payloads.empty(); }))
        return for_ever;
    const auto since = std::chrono::steady_clock::now() - sent_at_;
    const auto left = std::chrono::ceil<milliseconds>(interval_min - since);
    return std::max(left, milliseconds::zero());
}

bool Notifier::is_stopping()
{
    return wishes_.with([](Wishes& wishes) { return wishes.stopping; });
}

Answer Notifier::ask(const Statement& statement, std::initializer_list<std::string> parameters)
{
    return execute(
        *connection_, statement.name, std::string(statement.text), parameters,
        settings_.break_off.get()
    );
}

} // namespace sluice::postgres
