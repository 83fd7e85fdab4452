// SPDX-License-Identifier: Apache-2.0
#include "workflows/run_cache.h"

#include <utility>

namespace sluice {

namespace {

// What the memory of one costs beside its texts, about.
constexpr std::size_t bytes_of_run = 256;
constexpr std::size_t bytes_of_end = 384;

std::size_t bytes_of(const DoneRow& end)
{
    return bytes_of_end + end.result.size() + end.error.size();
}

} // namespace

RunCache::Run& RunCache::use(RunId run)
{
    const auto [found, is_new] = runs_.try_emplace(run.value);
    Run& used = found->second;
    if (is_new) {
        used.use = uses_.insert(uses_.end(), run);
        add(used, bytes_of_run);
    } else {
        uses_.splice(uses_.end(), uses_, used.use);
    }
    return used;
}

RunCache::Run* RunCache::find(RunId run)
{
    return runs_.contains(run.value) ? &use(run) : nullptr;
}

void RunCache::add(Run& run, std::size_t bytes)
{
    run.bytes += bytes;
    bytes_ += bytes;
}

void RunCache::subtract(Run& run, std::size_t bytes)
{
    run.bytes -= bytes;
    bytes_ -= bytes;
}

void RunCache::make_room()
{
    while (bytes_ > bytes_max_ && !uses_.empty())
        forget(uses_.front());
}

void RunCache::changed(const Changes& changes)
{
    for (const SharedEnd& end : changes.ends)
        keep(end);
}

SharedEnd RunCache::end(RunId run, TaskId task, int attempt)
{
    const Run* known = find(run);
    if (!known)
        return nullptr;
    const auto found = known->ends.find(task.value);
    const bool is_it = found != known->ends.end() && found->second->attempt == attempt;
    return is_it ? found->second : nullptr;
}

void RunCache::keep(SharedEnd end)
{
    Run& run = use(end->run);
    SharedEnd& kept = run.ends[end->task.value];
    if (kept)
        subtract(run, bytes_of(*kept));
    kept = std::move(end);
    add(run, bytes_of(*kept));
    make_room();
}

std::shared_ptr<const std::string> RunCache::initial_context(RunId run)
{
    const Run* known = find(run);
    return known ? known->context : nullptr;
}

void RunCache::keep_initial_context(RunId run, std::shared_ptr<const std::string> context)
{
    Run& kept = use(run);
    if (kept.context)
        subtract(kept, kept.context->size());
    kept.context = std::move(context);
    add(kept, kept.context->size());
    make_room();
}

std::optional<Time> RunCache::created_at(RunId run)
{
    const Run* known = find(run);
    return known ? known->created_at : std::nullopt;
}

void RunCache::keep_created_at(RunId run, Time created_at)
{
    use(run).created_at = created_at;
    make_room();
}

std::vector<SharedEnd> RunCache::ends(RunId run)
{
    std::vector<SharedEnd> all;
    if (const Run* known = find(run))
        for (const auto& [task, end] : known->ends)
            all.push_back(end);
    return all;
}

void RunCache::forget(RunId run)
{
    const auto found = runs_.find(run.value);
    if (found == runs_.end())
        return;
    bytes_ -= found->second.bytes;
    uses_.erase(found->second.use);
    runs_.erase(found);
}

} // namespace sluice
