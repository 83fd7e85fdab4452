// SPDX-License-Identifier: Apache-2.0
#include "tasks/batch_facts.h"

#include "store/store.h"

namespace sluice {

namespace {

constexpr std::size_t facts_max = 10'000;
constexpr std::size_t runs_max = 200'000;

} // namespace

Async<Result<std::shared_ptr<const BatchFact>>> BatchFacts::of(RunId run)
{
    const auto known = facts_.find(run);
    if (known != facts_.end())
        co_return known->second;
    auto look = [run](Reads& reads) { return reads.run(run); };
    const Result<std::optional<Reads::Run>> found = co_await store_.read(std::move(look));
    if (!found)
        co_return found.error();
    if (!*found)
        co_return Error{Errc::not_found, "the batch was deleted"};
    const Reads::Run& row = **found;
    Json spec = nullptr;
    if (!row.detail.spec.empty()) {
        Result<Json> read = parse_json(row.detail.spec);
        if (!read)
            co_return Error{Errc::corrupt, "a batch's spec: " + read.error().detail};
        spec = *std::move(read);
    }
    learn(run, row.row.created_at, std::move(spec));
    co_return facts_.at(run);
}

void BatchFacts::learn(RunId run, Time created_at, Json spec)
{
    BatchFact fact;
    fact.run = run;
    fact.created_at = created_at;
    fact.id = format_uid(store_.uid(UidKind::run, created_at, run.value));
    fact.spec = std::move(spec);
    remember(std::make_shared<const BatchFact>(std::move(fact)));
}

void BatchFacts::remember(std::shared_ptr<const BatchFact> fact)
{
    const RunId run = fact->run;
    if (!facts_.emplace(run, std::move(fact)).second)
        return;
    facts_order_.push_back(run);
    if (facts_order_.size() > facts_max) {
        facts_.erase(facts_order_.front());
        facts_order_.pop_front();
    }
}

RunId BatchFacts::run_of(TaskId task) const
{
    const auto known = runs_.find(task);
    return known == runs_.end() ? RunId{} : known->second;
}

void BatchFacts::learn(TaskId task, RunId run)
{
    if (!runs_.emplace(task, run).second)
        return;
    runs_order_.push_back(task);
    if (runs_order_.size() > runs_max) {
        runs_.erase(runs_order_.front());
        runs_order_.pop_front();
    }
}

} // namespace sluice
