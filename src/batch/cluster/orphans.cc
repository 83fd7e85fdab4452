// SPDX-License-Identifier: Apache-2.0
// Jobs of ours that belong to no job any more.
#include "batch/cluster/supervisor.h"

#include "base/uid.h"
#include "engine/engine.h"
#include "store/cluster_reads.h"
#include "store/store.h"

#include <algorithm>

namespace sluice {

void Supervisor::gather_orphans()
{
    const Time now = engine_.clock().now();
    if (!state_.is_complete() || !orphans_at_ || now < *orphans_at_)
        return;
    const Micros age = options_.limits.orphan_after;
    orphans_at_ = now + age;
    std::vector<SeenJob> suspects;
    for (const auto& [id, seen] : state_.jobs()) {
        if (!seen.job || seen.job->is_deleting || by_id_.contains(id))
            continue;
        const bool is_known = deleted_.erase(id) > 0;
        const Time due = is_known ? now : seen.job->created_at + age;
        if (due > now)
            orphans_at_ = std::min(*orphans_at_, due);
        else
            suspects.push_back(*seen.job);
    }
    if (suspects.empty())
        return;
    ++under_way_;
    scope_.spawn(remove_orphans(std::move(suspects)));
}

Async<void> Supervisor::remove_orphans(std::vector<SeenJob> suspects)
{
    const Place place(*this);
    const Result<std::vector<SeenJob>> orphans = co_await orphans_of(std::move(suspects));
    if (!orphans)
        log_.warn("{}", orphans.error().detail);
    else
        for (const SeenJob& job : *orphans) {
            const Result<void> removed = co_await cluster_.delete_job(job.name, job.uid);
            if (!removed) {
                log_.warn("delete the orphaned Job '{}': {}", job.name, removed.error().detail);
                deleted_.insert(job.job_id);
                orphans_at_ = std::min(*orphans_at_, engine_.clock().now() + options_.look);
                continue;
            }
            ++done_.removed;
            log_.info("deleted the orphaned Job '{}'", job.name);
        }
}

// Those whose id is one of this database, which knows of no such job. The id of another database
// fails its check: somebody else's Job in the same namespace is left alone.
Async<Result<std::vector<SeenJob>>> Supervisor::orphans_of(std::vector<SeenJob> suspects)
{
    std::vector<RunId> runs;
    std::vector<SeenJob> ours;
    for (SeenJob& job : suspects) {
        const std::optional<Uid> uid = parse_uid(job.job_id);
        const std::optional<std::int64_t> key =
            uid ? engine_.store().key(UidKind::run, *uid) : std::nullopt;
        if (!key)
            continue;
        runs.push_back(RunId{*key});
        ours.push_back(std::move(job));
    }
    auto look = [runs](Reads& reads) {
        std::vector<bool> is_orphan;
        for (const RunId run : runs) {
            const std::optional<ClusterJobRow> row = reads.cluster().job(run);
            is_orphan.push_back(!row || row->phase == ClusterPhase::gone);
        }
        return is_orphan;
    };
    const Result<std::vector<bool>> is_orphan = co_await engine_.store().read(std::move(look));
    if (!is_orphan)
        co_return with_context("look for orphaned Jobs", is_orphan.error());
    std::vector<SeenJob> orphans;
    for (std::size_t i = 0; i < ours.size(); ++i)
        if ((*is_orphan)[i])
            orphans.push_back(std::move(ours[i]));
    co_return orphans;
}

} // namespace sluice
