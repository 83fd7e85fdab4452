// SPDX-License-Identifier: Apache-2.0
#include "kube/testing/fake_cluster.h"

#include "base/assert.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sluice::testing {

class FakeCluster::Watch final : public ClusterWatch {
public:
    explicit Watch(FakeCluster& cluster) : events(cluster.executor_), cluster_(cluster)
    {
        cluster_.watches_.push_back(this);
    }
    ~Watch() override { cluster_.watches_.remove(this); }

    Async<std::vector<ClusterEvent>> next() override { return events.next(); }

    WatchEvents events;

private:
    FakeCluster& cluster_;
};

FakeCluster::FakeCluster(asio::any_io_executor executor, const Clock& clock, std::string name_space)
    : executor_(executor), clock_(clock), name_space_(std::move(name_space)), let_go_(executor)
{}

FakeCluster::~FakeCluster()
{
    SLUICE_ASSERT_QUIETLY(watches_.empty());
}

// --- calls ---------------------------------------------------------------------------------------

Async<Result<SeenJob>> FakeCluster::create_job(kube::JobObject job)
{
    const Result<void> entered = co_await enter(kube::create_job);
    if (!entered)
        co_return entered.error();
    const std::string name = job.meta.name;
    if (jobs_.contains(name))
        co_return Error{Errc::conflict, fmt::format("jobs.batch \"{}\" already exists", name)};
    const auto label = job.meta.labels.find(std::string(kube::job_id_key));
    SeenJob seen;
    seen.name = name;
    seen.job_id = label == job.meta.labels.end() ? "" : label->second;
    manifests_.insert_or_assign(name, std::move(job));
    SeenJob created = put_job(std::move(seen));
    const Result<void> left = leave(kube::create_job);
    if (!left)
        co_return left.error();
    co_return created;
}

Async<Result<SeenJob>> FakeCluster::find_job(std::string name)
{
    const Result<void> entered = co_await enter(kube::get_job);
    if (!entered)
        co_return entered.error();
    const auto found = jobs_.find(name);
    if (found == jobs_.end())
        co_return Error{Errc::not_found, fmt::format("jobs.batch \"{}\" not found", name)};
    co_return found->second;
}

Async<Result<void>> FakeCluster::delete_job(std::string name, std::string uid)
{
    const Result<void> entered = co_await enter(kube::delete_job);
    if (!entered)
        co_return entered;
    const auto found = jobs_.find(name);
    if (found != jobs_.end() && found->second.uid == uid)
        remove_job(name);
    co_return leave(kube::delete_job);
}

Async<Result<void>> FakeCluster::create_secret(kube::SecretObject secret)
{
    const Result<void> entered = co_await enter(kube::create_secret);
    if (!entered)
        co_return entered;
    const std::string name = secret.meta.name;
    const bool is_new = secrets_.try_emplace(name, std::move(secret)).second;
    if (!is_new)
        co_return Error{Errc::conflict, fmt::format("secrets \"{}\" already exists", name)};
    co_return leave(kube::create_secret);
}

Async<Result<SecretData>> FakeCluster::read_secret(std::string name)
{
    const Result<void> entered = co_await enter(kube::get_secret);
    if (!entered)
        co_return entered.error();
    const auto found = secrets_.find(name);
    if (found == secrets_.end())
        co_return Error{Errc::not_found, fmt::format("secrets \"{}\" not found", name)};
    co_return found->second.data;
}

Async<Result<std::string>> FakeCluster::pod_log(std::string pod, std::size_t lines)
{
    const Result<void> entered = co_await enter(kube::get_pod_log);
    if (!entered)
        co_return entered.error();
    if (!pods_.contains(pod))
        co_return Error{Errc::not_found, fmt::format("pods \"{}\" not found", pod)};
    const std::string& text = logs_[pod];
    std::size_t begin = text.ends_with('\n') ? text.size() - 1 : text.size();
    for (; begin > 0; --begin)
        if (text[begin - 1] == '\n' && --lines == 0)
            break;
    co_return text.substr(begin);
}

std::unique_ptr<ClusterWatch> FakeCluster::watch()
{
    auto watch = std::make_unique<Watch>(*this);
    for (const KubeCall& call :
         {kube::list_jobs, kube::list_pods, kube::watch_jobs, kube::watch_pods})
        ++calls_[key_of(call)];
    if (away_) {
        watch->events.lost(WatchEvents::Of::jobs, *away_);
        watch->events.lost(WatchEvents::Of::pods, *away_);
    } else {
        list_to(watch->events);
    }
    return watch;
}

Async<void> FakeCluster::close()
{
    SLUICE_ASSERT(watches_.empty());
    co_return;
}

// --- what happens in the cluster -----------------------------------------------------------------

SeenJob FakeCluster::put_job(SeenJob job)
{
    if (job.uid.empty()) {
        job.uid = fmt::format("job-uid-{}", ++uids_);
        job.created_at = clock_.now();
    }
    job.version = new_version();
    jobs_.insert_or_assign(job.name, job);
    tell([&job](WatchEvents& events) { events.saw(job); });
    return job;
}

SeenPod FakeCluster::put_pod(SeenPod pod)
{
    if (pod.uid.empty())
        pod.uid = fmt::format("pod-uid-{}", ++uids_);
    pod.version = new_version();
    pods_.insert_or_assign(pod.name, pod);
    tell([&pod](WatchEvents& events) { events.saw(pod); });
    return pod;
}

SeenPod FakeCluster::start_pod(const std::string& job_name)
{
    const SeenJob& job = jobs_.at(job_name);
    SeenPod pod;
    pod.name = fmt::format("{}-{}", job_name, uids_ + 1);
    pod.job_name = job_name;
    pod.job_id = job.job_id;
    pod.phase = PodPhase::pending;
    return put_pod(std::move(pod));
}

void FakeCluster::remove_job(const std::string& name)
{
    const auto found = jobs_.find(name);
    SLUICE_ASSERT(found != jobs_.end());
    SeenJob job = std::move(found->second);
    jobs_.erase(found);
    job.version = new_version();
    tell([&job](WatchEvents& events) { events.gone(job); });

    std::vector<std::string> pods;
    for (const auto& [pod_name, pod] : pods_)
        if (pod.job_name == name)
            pods.push_back(pod_name);
    for (const std::string& pod : pods)
        remove_pod(pod);
    std::erase_if(secrets_, [&job](const auto& entry) {
        const auto& owners = entry.second.meta.owners;
        return std::any_of(owners.begin(), owners.end(), [&job](const kube::OwnerReference& owner) {
            return owner.uid == job.uid;
        });
    });
}

void FakeCluster::remove_pod(const std::string& name)
{
    const auto found = pods_.find(name);
    SLUICE_ASSERT(found != pods_.end());
    SeenPod pod = std::move(found->second);
    pods_.erase(found);
    logs_.erase(name);
    pod.version = new_version();
    tell([&pod](WatchEvents& events) { events.gone(pod); });
}

void FakeCluster::set_log(const std::string& pod, std::string text)
{
    logs_[pod] = std::move(text);
}

// --- what goes wrong -----------------------------------------------------------------------------

void FakeCluster::go_away(Error error)
{
    away_ = std::move(error);
    for (Watch* watch : watches_) {
        watch->events.lost(WatchEvents::Of::jobs, *away_);
        watch->events.lost(WatchEvents::Of::pods, *away_);
    }
}

void FakeCluster::come_back()
{
    away_.reset();
    repeat();
}

void FakeCluster::fail(const KubeCall& call, Error error, int times, Fault fault)
{
    broken_.push_back({call, std::move(error), times, fault});
}

void FakeCluster::hold(const KubeCall& call)
{
    held_.try_emplace(key_of(call), 0);
}

void FakeCluster::let_go(const KubeCall& call)
{
    held_.erase(key_of(call));
    let_go_.notify();
}

std::size_t FakeCluster::held(const KubeCall& call) const
{
    const auto found = held_.find(key_of(call));
    return found == held_.end() ? 0 : found->second;
}

void FakeCluster::repeat()
{
    for (Watch* watch : watches_)
        list_to(watch->events);
}

void FakeCluster::tell_late(const SeenPod& pod)
{
    tell([&pod](WatchEvents& events) { events.saw(pod); });
}

// --- the rest ------------------------------------------------------------------------------------

std::size_t FakeCluster::calls(const KubeCall& call) const
{
    const auto found = calls_.find(key_of(call));
    return found == calls_.end() ? 0 : found->second;
}

std::size_t FakeCluster::calls() const
{
    std::size_t all = 0;
    for (const auto& [kind, count] : calls_)
        all += count;
    return all;
}

namespace {

// Counts a caller who is held, also when it is cancelled there.
class Held {
public:
    Held(std::map<std::string, std::size_t>& counts, const std::string& key)
        : counts_(counts), key_(key)
    {
        ++counts_[key_];
    }
    ~Held()
    {
        const auto count = counts_.find(key_);
        if (count != counts_.end() && count->second > 0)
            --count->second;
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

private:
    std::map<std::string, std::size_t>& counts_;
    const std::string& key_;
};

} // namespace

Async<Result<void>> FakeCluster::enter(const KubeCall& call)
{
    const std::string key = key_of(call);
    ++calls_[key];
    constexpr std::chrono::nanoseconds soon(0); // a call is never over at once
    co_await sleep_for(soon);
    if (held_.contains(key)) {
        const Held held(held_, key);
        while (held_.contains(key))
            co_await let_go_.wait();
    }
    if (away_)
        co_return *away_;
    co_return fault_of(call, Fault::not_done);
}

Result<void> FakeCluster::leave(const KubeCall& call)
{
    return fault_of(call, Fault::answer_lost);
}

Result<void> FakeCluster::fault_of(const KubeCall& call, Fault fault)
{
    const auto found = std::find_if(broken_.begin(), broken_.end(), [&](const Broken& broken) {
        return broken.call == call && broken.fault == fault && broken.times > 0;
    });
    if (found == broken_.end())
        return {};
    --found->times;
    return found->error;
}

void FakeCluster::tell(const std::function<void(WatchEvents&)>& what)
{
    if (away_)
        return; // the list tells it, when we are back
    for (Watch* watch : watches_)
        what(watch->events);
}

void FakeCluster::list_to(WatchEvents& events) const
{
    events.begin_list(WatchEvents::Of::jobs);
    events.begin_list(WatchEvents::Of::pods);
    for (const auto& [name, job] : jobs_)
        events.saw(job);
    for (const auto& [name, pod] : pods_)
        events.saw(pod);
    events.end_list(WatchEvents::Of::jobs);
    events.end_list(WatchEvents::Of::pods);
}

std::string FakeCluster::key_of(const KubeCall& call)
{
    return fmt::format("{}/{}/{}", call.group, call.resource, call.verb);
}

} // namespace sluice::testing
