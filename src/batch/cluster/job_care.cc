// SPDX-License-Identifier: Apache-2.0
#include "batch/cluster/job_care.h"

#include "base/text.h"
#include "batch/cluster/pod_counts.h"
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::size_t log_lines = 20;          // of a worker that has ended
constexpr std::size_t reason_bytes_max = 4096; // with them
constexpr auto note_pause = std::chrono::seconds(1);

// The end of what a worker printed, behind what is known of its end.
std::string with_log(std::string reason, std::string_view log)
{
    std::string_view text = trim(log);
    if (text.empty())
        return reason;
    if (text.size() > reason_bytes_max)
        text.remove_prefix(text.size() - reason_bytes_max);
    return fmt::format("{}; it printed: {}", reason, printable(text));
}

// Tokens are renewed, and rights are given: neither is the job's fault.
bool may_mend(Errc code)
{
    return is_retryable(code) || code == Errc::unauthorized;
}

std::vector<std::string> mounts_of(const Pipeline& pipeline)
{
    std::vector<std::string> names;
    for (const Secret& secret : pipeline.transform.secrets)
        if (const auto* asked = std::get_if<SecretMount>(&secret))
            if (std::find(names.begin(), names.end(), asked->name) == names.end())
                names.push_back(asked->name);
    return names;
}

} // namespace

Result<void> JobCare::lost_or(const Error& error)
{
    if (error.code != Errc::conflict && error.code != Errc::not_found)
        return error;
    entry_.is_over = true;
    return {};
}

Async<Result<std::shared_ptr<const JobFacts>>> JobCare::facts()
{
    return parts_.facts.of(entry_.led.row.run);
}

void JobCare::look_again(std::optional<Time> at)
{
    if (at && (!entry_.next || *at < *entry_.next))
        entry_.next = at;
}

// Nothing is heard of pods that are not made, that wait to be told of, or whose node is lost.
void JobCare::look_at_pods()
{
    const ClusterState::Seen* const seen = parts_.state.find(entry_.id);
    if (!seen)
        return;
    const VerdictLimits& limits = parts_.options.limits;
    const auto look_later = [this](Time at) {
        if (at > now())
            look_again(at);
    };
    for (const auto& [uid, pod] : seen->pods) {
        if (pod.creating_since)
            look_later(*pod.creating_since + limits.trouble_after);
        if (const auto lost = lost_at(pod, limits))
            look_later(*lost);
    }
    if (const SeenJob* const job = job_without_pods())
        look_later(job->created_at + limits.trouble_after);
}

bool JobCare::has_begun() const
{
    if (entry_.led.row.phase == ClusterPhase::begun)
        return true;
    const ClusterState::Seen* const seen = parts_.state.find(entry_.id);
    return seen && std::any_of(seen->pods.begin(), seen->pods.end(), [](const auto& pod) {
               return pod.second.has_begun;
           });
}

// It is there, and no pod of it is or has been at work. Null: so it is not, or nobody knows.
const SeenJob* JobCare::job_without_pods() const
{
    const ClusterState::Seen* const seen = parts_.state.find(entry_.id);
    const bool lacks_pods = seen && seen->job && seen->pods.empty() && parts_.state.is_complete();
    return lacks_pods && !has_begun() ? &*seen->job : nullptr;
}

std::string JobCare::trouble() const
{
    std::string worst;
    const auto offer = [&worst](const std::string& text) {
        if (trouble_rank(text) > trouble_rank(worst))
            worst = text;
    };
    bool runs = false;
    if (const ClusterState::Seen* const seen = parts_.state.find(entry_.id))
        for (const auto& [uid, pod] : seen->pods) {
            const PodVerdict verdict = judge(pod, false, "", now(), parts_.options.limits);
            if (!verdict.ended) {
                offer(verdict.trouble);
                offer(creation_trouble(pod, entry_.mounts, now(), parts_.options.limits));
            }
            runs |= !verdict.ended && pod.phase == PodPhase::running;
        }
    if (!runs)
        offer(entry_.crash);
    if (const SeenJob* const job = job_without_pods())
        offer(no_pod_trouble(*job, now(), parts_.options.limits));
    return worst;
}

JobFactsSeen JobCare::seen() const
{
    JobFactsSeen facts{.led = entry_.led, .job = {}, .trouble = trouble()};
    if (const ClusterState::Seen* const seen = parts_.state.find(entry_.id))
        facts.job = seen->job;
    facts.list_is_complete = parts_.state.is_complete();
    facts.any_begun = has_begun();
    if (!entry_.crash.empty() && facts.trouble == entry_.crash)
        facts.crashing_since = entry_.crashing_since;
    facts.last_act = entry_.last_act;
    return facts;
}

Async<Result<void>> JobCare::look()
{
    Result<void> told = co_await end_workers();
    if (!told || entry_.is_over)
        co_return told;
    Result<void> checked = co_await check_crashes();
    if (!checked)
        co_return checked;
    JobVerdict verdict = judge(seen(), now(), parts_.options.limits);
    look_again(verdict.look_again);
    look_at_pods();
    Result<void> acted = co_await act(std::move(verdict));
    if (!acted || entry_.is_over || is_final(entry_.led.state))
        co_return acted;
    co_return co_await note_seen();
}

// Tells the store which workers have ended with their pods.
Async<Result<void>> JobCare::end_workers()
{
    if (is_final(entry_.led.state)) {
        entry_.gone.clear(); // it holds nothing any more
        co_return Result<void>();
    }
    const Result<std::shared_ptr<const JobFacts>> known = co_await facts();
    if (!known)
        co_return lost_or(known.error());
    const std::string memory = (*known)->pipeline->resource_requests.memory.text;
    entry_.mounts = mounts_of(*(*known)->pipeline);
    const VerdictLimits& limits = parts_.options.limits;
    struct Ended {
        SeenPod pod;
        PodVerdict verdict;
    };
    std::vector<Ended> ended;
    for (const SeenPod& pod : entry_.gone)
        if (!entry_.settled.contains(pod.uid))
            ended.push_back({pod, judge(pod, true, memory, now(), limits)});
    if (const ClusterState::Seen* const seen = parts_.state.find(entry_.id))
        for (const auto& [uid, pod] : seen->pods)
            if (!entry_.settled.contains(uid))
                if (PodVerdict verdict = judge(pod, false, memory, now(), limits); verdict.ended)
                    ended.push_back({pod, std::move(verdict)});
    for (Ended& one : ended) {
        Result<void> told = co_await end_worker(std::move(one.pod), std::move(one.verdict));
        if (!told || entry_.is_over)
            co_return told;
    }
    // A pod that is gone is not seen again.
    std::erase_if(entry_.gone, [this](const SeenPod& pod) {
        return entry_.settled.erase(pod.uid) > 0;
    });
    co_return Result<void>();
}

Async<Result<void>> JobCare::end_worker(SeenPod pod, PodVerdict verdict)
{
    if (verdict.wants_log) {
        const Result<std::string> log = co_await parts_.cluster.pod_log(pod.name, log_lines);
        if (log) {
            verdict.reason = with_log(std::move(verdict.reason), *log);
            verdict.trouble = with_log(std::move(verdict.trouble), *log);
        }
    }
    EndWorker request;
    request.run = entry_.led.row.run;
    request.leader = entry_.leader;
    request.name = pod.name;
    request.as = verdict.as;
    request.uploads = verdict.uploads;
    request.reason = verdict.reason;
    const Result<std::size_t> leases = co_await parts_.store.end_worker(std::move(request));
    if (!leases)
        co_return lost_or(leases.error());
    entry_.settled.insert(pod.uid);
    if (*leases > 0) {
        ++parts_.done.ended_workers;
        entry_.crash.clear();
        entry_.crashing_since.reset();
        parts_.log.info("job '{}': pod '{}': {}", entry_.led.name, pod.name, verdict.reason);
    } else {
        entry_.crash = verdict.trouble;
        if (entry_.crash.empty())
            entry_.crashing_since.reset();
        else if (!entry_.crashing_since)
            entry_.crashing_since = now();
    }
    co_return Result<void>();
}

// Workers that crash between two datums have held none at their end either: before the job fails
// for crashes, one of its datums that has an end says that its workers can start.
Async<Result<void>> JobCare::check_crashes()
{
    const Micros patience = parts_.options.limits.start_timeout;
    if (!entry_.crashing_since || now() < *entry_.crashing_since + patience)
        co_return Result<void>();
    auto look = [run = entry_.led.row.run](Reads& reads) { return reads.run_row(run); };
    const Result<std::optional<RunRow>> found = co_await parts_.store.read(std::move(look));
    if (!found)
        co_return found.error();
    if (*found && (*found)->counts.succeeded + (*found)->counts.failed > 0)
        entry_.crashing_since.reset();
    co_return Result<void>();
}

Async<Result<void>> JobCare::act(JobVerdict verdict)
{
    switch (verdict.what) {
    case JobVerdict::Do::create:
        co_return co_await create();
    case JobVerdict::Do::adopt: {
        SeenJob job = *parts_.state.find(entry_.id)->job;
        co_return co_await adopt(std::move(job));
    }
    case JobVerdict::Do::fail:
        co_return co_await fail(std::move(verdict.reason));
    case JobVerdict::Do::remove:
        co_return co_await remove();
    case JobVerdict::Do::note_gone: {
        NoteClusterJob changes;
        changes.phase = ClusterPhase::gone;
        Result<void> noted = co_await note(std::move(changes));
        entry_.is_over |= noted.has_value();
        co_return noted;
    }
    default:
        co_return co_await mend_secret();
    }
}

Async<Result<void>> JobCare::create()
{
    const Result<std::shared_ptr<const JobFacts>> known = co_await facts();
    if (!known)
        co_return lost_or(known.error());
    const ClusterJobFacts job{*(*known)->pipeline, entry_.id, entry_.led.name, entry_.led.datums};
    kube::JobObject manifest = job_manifest(job, parts_.options.jobs);
    const std::optional<Time> before = entry_.last_act;
    entry_.last_act = now(); // its answer may be lost
    Result<SeenJob> created = co_await parts_.cluster.create_job(std::move(manifest));
    if (!created && !is_retryable(created.error().code))
        entry_.last_act = before; // nothing was made
    if (!created && created.error().code == Errc::conflict)
        co_return co_await take_over(entry_.led.name);
    if (!created && may_mend(created.error().code))
        co_return co_await wait_after(with_context("create the Job", created.error()));
    if (!created)
        co_return co_await fail("Kubernetes refuses the Job: " + created.error().detail);
    ++parts_.done.created;
    parts_.log.info("job '{}': created its Kubernetes Job", entry_.led.name);
    co_return co_await adopt(std::move(*created));
}

// The name of the Job is taken: by us before, or by somebody else.
Async<Result<void>> JobCare::take_over(std::string name)
{
    Result<SeenJob> there = co_await parts_.cluster.find_job(name);
    if (!there && there.error().code == Errc::not_found)
        co_return Error{Errc::unavailable, "the Job of that name is just being deleted"};
    if (!there)
        co_return co_await wait_after(with_context("look for the Job", there.error()));
    if (there->job_id != entry_.id)
        co_return co_await fail(fmt::format("a Kubernetes Job '{}' of others is there", name));
    if (has_ended(*there) && !there->is_deleting) { // before a datum was retried
        const Result<void> removed = co_await parts_.cluster.delete_job(name, there->uid);
        if (!removed)
            co_return with_context("delete the Job", removed.error());
    }
    if (has_ended(*there) || there->is_deleting)
        co_return Error{Errc::unavailable, "the Job of that name is just being deleted"};
    co_return co_await adopt(std::move(*there));
}

Async<Result<void>> JobCare::adopt(SeenJob job)
{
    entry_.last_act = now();
    Result<void> secret = co_await create_secret(job.uid);
    if (!secret || entry_.is_over || is_final(entry_.led.state))
        co_return secret;
    NoteClusterJob changes;
    changes.uid = job.uid;
    if (entry_.led.row.phase <= ClusterPhase::created)
        changes.phase = ClusterPhase::created;
    co_return co_await note(std::move(changes));
}

// The one that is there already is as good: the token of a job is always the same.
Async<Result<void>> JobCare::create_secret(std::string uid)
{
    const Result<std::shared_ptr<const JobFacts>> known = co_await facts();
    if (!known)
        co_return lost_or(known.error());
    const ClusterJobFacts job{*(*known)->pipeline, entry_.id, entry_.led.name, entry_.led.datums};
    std::string token = parts_.options.worker_token(entry_.id);
    kube::SecretObject secret =
        token_secret(job, parts_.options.jobs, std::move(token), std::move(uid));
    const Result<void> created = co_await parts_.cluster.create_secret(std::move(secret));
    entry_.last_secret = now();
    if (created || created.error().code == Errc::conflict)
        co_return Result<void>();
    if (may_mend(created.error().code))
        co_return co_await wait_after(
            with_context("create the Secret of the workers", created.error())
        );
    co_return co_await fail("Kubernetes refuses the Secret: " + created.error().detail);
}

// The Secret of an earlier Job of this name goes with that Job, perhaps after ours was there.
Async<Result<void>> JobCare::mend_secret()
{
    const std::string& uid = entry_.led.row.uid;
    const bool lacks_it = trouble().starts_with("CreateContainerConfigError");
    if (!lacks_it || uid.empty() || is_final(entry_.led.state))
        co_return Result<void>();
    const Micros pause = parts_.options.limits.act_again;
    if (entry_.last_secret && now() < *entry_.last_secret + pause) {
        look_again(*entry_.last_secret + pause);
        co_return Result<void>();
    }
    co_return co_await create_secret(uid);
}

Async<Result<void>> JobCare::fail(std::string reason)
{
    parts_.log.warn("job '{}': {}", entry_.led.name, reason);
    FailRun request;
    request.run = entry_.led.row.run;
    request.leader = entry_.leader;
    request.reason = std::move(reason);
    const Result<bool> failed = co_await parts_.store.fail_run(std::move(request));
    if (!failed)
        co_return lost_or(failed.error());
    if (*failed)
        ++parts_.done.failed;
    entry_.led.state = RunState::failed; // or another final one, which is the same to us
    entry_.is_due = true;
    co_return Result<void>();
}

Async<Result<void>> JobCare::remove()
{
    std::string uid = entry_.led.row.uid;
    const ClusterState::Seen* const seen = parts_.state.find(entry_.id);
    if (seen && seen->job)
        uid = seen->job->uid;
    const Result<void> removed =
        co_await parts_.cluster.delete_job(entry_.led.name, std::move(uid));
    if (!removed)
        co_return with_context("delete the Job", removed.error());
    ++parts_.done.removed;
    entry_.last_act = now();
    entry_.is_due = true;
    if (!is_final(entry_.led.state))
        co_return Result<void>(); // it makes room for another
    NoteClusterJob changes;
    changes.phase = ClusterPhase::ending;
    changes.trouble = "";
    changes.pods = "";
    co_return co_await note(std::move(changes));
}

// What users see of its pods. Not more than once a second: pods of a large job come and go.
Async<Result<void>> JobCare::note_seen()
{
    const ClusterJobRow& row = entry_.led.row;
    PodCounts counts;
    if (const ClusterState::Seen* const seen = parts_.state.find(entry_.id))
        counts = count_pods(seen->pods);
    std::string pods = counts == PodCounts() ? "" : format_pods(counts);
    std::string trouble = this->trouble();
    NoteClusterJob changes;
    if (row.phase == ClusterPhase::created && has_begun())
        changes.phase = ClusterPhase::begun;
    if (pods != row.pods)
        changes.pods = std::move(pods);
    if (trouble != row.trouble)
        changes.trouble = std::move(trouble);
    const bool is_new = changes.phase || changes.pods || changes.trouble;
    const bool may_wait = !changes.phase && !(changes.trouble && row.trouble.empty());
    if (is_new && may_wait && entry_.last_note && now() < *entry_.last_note + note_pause) {
        look_again(*entry_.last_note + note_pause);
        co_return Result<void>();
    }
    if (is_new) {
        Result<void> noted = co_await note(std::move(changes));
        if (!noted || entry_.is_over)
            co_return noted;
    }
    warn_of_trouble();
    co_return Result<void>();
}

// What has failed again will be tried again: users see meanwhile why nothing runs.
Async<Result<void>> JobCare::wait_after(Error error)
{
    const bool is_worth_telling = entry_.failures > 0 || error.code == Errc::unauthorized;
    if (is_worth_telling && entry_.led.row.trouble != error.detail) {
        NoteClusterJob changes;
        changes.trouble = error.detail;
        const Result<void> noted = co_await note(std::move(changes));
        if (!noted || entry_.is_over)
            co_return noted;
    }
    co_return error;
}

void JobCare::warn_of_trouble()
{
    const ClusterJobRow& row = entry_.led.row;
    if (!row.trouble_since)
        entry_.has_warned = false;
    if (!row.trouble_since || entry_.has_warned)
        return;
    const Time at = *row.trouble_since + parts_.options.limits.trouble_after;
    if (now() < at)
        return look_again(at);
    entry_.has_warned = true;
    parts_.log.warn("job '{}': {}", entry_.led.name, row.trouble);
}

Async<Result<void>> JobCare::note(NoteClusterJob changes)
{
    ClusterJobRow& row = entry_.led.row;
    changes.run = row.run;
    changes.worker = entry_.leader;
    NoteClusterJob request = changes;
    const Result<bool> noted = co_await parts_.store.note_cluster_job(std::move(request));
    if (!noted)
        co_return lost_or(noted.error());
    const Time at = now();
    entry_.last_note = at;
    if (changes.uid && *changes.uid != row.uid) {
        row.uid = *changes.uid;
        if (!row.created_at || row.phase == ClusterPhase::wanted)
            row.created_at = at;
    }
    if (changes.phase)
        row.phase = *changes.phase;
    if (changes.pods)
        row.pods = *changes.pods;
    if (changes.trouble) {
        if (changes.trouble->empty())
            row.trouble_since.reset();
        else if (row.trouble.empty())
            row.trouble_since = at;
        row.trouble = *changes.trouble;
    }
    co_return Result<void>();
}

} // namespace sluice
