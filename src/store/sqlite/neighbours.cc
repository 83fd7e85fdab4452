// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/neighbours.h"

#include "store/sqlite/doorbell.h"
#include "store/sqlite/file_watch.h"
#include "store/sqlite/liveness.h"

namespace sluice {

namespace sqlite {

namespace {

class SqliteNeighbours final : public Neighbours {
public:
    SqliteNeighbours(const std::string& path, Log log)
        : log_(std::move(log)), file_(path + "-live"), doorbell_(file_), liveness_(file_)
    {}

    void listen(OnNews on_news) override;
    void announce(const Changes&) override { doorbell_.ring(); }
    void join(WorkerId worker) override;
    void leave(WorkerId worker) override { liveness_.withdraw(worker); }
    std::vector<WorkerId> dead(const std::vector<WorkerId>& workers) override;

private:
    Log log_;
    LockFile file_;
    Doorbell doorbell_;
    Liveness liveness_;
    std::unique_ptr<FileWatch> watch_;
};

void SqliteNeighbours::listen(OnNews on_news)
{
    watch_.reset();
    if (!on_news)
        return;
    auto on_write = [this, on_news = std::move(on_news)] {
        Changes changes;
        changes.from_outside = true;
        if (doorbell_.others_rang())
            on_news(changes);
    };
    Result<std::unique_ptr<FileWatch>> watch = FileWatch::start(file_.path(), std::move(on_write));
    if (watch)
        watch_ = std::move(*watch);
    else
        log_.warn("other processes are heard late, by polling: {}", watch.error().detail);
}

// A worker without a life of its own is rescued when its time ends, as over HTTP.
void SqliteNeighbours::join(WorkerId worker)
{
    if (Result<void> announced = liveness_.announce(worker); !announced)
        log_.warn("{}", announced.error().detail);
}

std::vector<WorkerId> SqliteNeighbours::dead(const std::vector<WorkerId>& workers)
{
    std::vector<WorkerId> dead;
    for (const WorkerId worker : workers)
        if (!liveness_.is_alive(worker))
            dead.push_back(worker);
    return dead;
}

} // namespace

} // namespace sqlite

std::unique_ptr<Neighbours> make_sqlite_neighbours(const std::string& path, Log log)
{
    return std::make_unique<sqlite::SqliteNeighbours>(path, std::move(log));
}

} // namespace sluice
