// SPDX-License-Identifier: Apache-2.0
// How a DatumRunner gives the outputs of an attempt away: announced first, uploaded only for as
// long as there is leave to, told at the end whatever came of it.
#include "async/alongside.h"
#include "batch/blob_stores.h"
#include "batch/datum_outcomes.h"
#include "batch/datum_runner.h"

namespace sluice {

// Nothing: the outputs are where they belong.
Async<std::optional<Outcome>>
DatumRunner::deliver(AttemptPlace& place, const DatumWork& work, DatumChannel& channel, Stop& stop)
{
    const Result<std::vector<OutputFile>> files = co_await place.outputs();
    if (!files)
        co_return failed(FailureKind::reported, files.error().detail);
    // After an earlier attempt they are announced even so: the datum must not be done before what
    // that one left has gone.
    if (files->empty() && work.attempt == 1)
        co_return std::nullopt;
    std::vector<std::string> paths;
    for (const OutputFile& file : *files)
        paths.push_back(file.path);
    std::vector<std::string> asked = paths;
    const Result<Leave> leave = co_await channel.register_outputs(std::move(asked));
    if (!leave)
        co_return failed(FailureKind::reported, leave.error().detail);
    if (paths.empty())
        co_return std::nullopt;

    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    UploadLeaveKeeper keeper(executor, channel, clock(), *leave, options_.leave);
    const ForwardedStop forwarded(stop, keeper.stop());
    const Result<void> uploaded = co_await upload(work, *files, keeper);
    const Result<void> told = co_await channel.outputs_uploaded(std::move(paths));
    if (uploaded && told)
        co_return std::nullopt;
    if (stop.requested())
        co_return stopped();
    if (!uploaded && keeper.ran_out())
        co_return returned("its outputs were not uploaded: the leave for that could not be "
                           "extended in time");
    co_return failed(
        FailureKind::reported, uploaded ? told.error().detail : uploaded.error().detail
    );
}

Async<Result<void>> DatumRunner::upload(
    const DatumWork& work, const std::vector<OutputFile>& files, UploadLeaveKeeper& keeper
)
{
    const Result<std::shared_ptr<BlobStore>> blobs = co_await blobs_.of(*work.pipeline);
    if (!blobs)
        co_return blobs.error();
    const Result<void> begun = co_await keeper.begin();
    if (!begun)
        co_return begun.error();
    std::vector<Transfer> transfers;
    for (const OutputFile& file : files)
        transfers.push_back({blob_below(work.pipeline->egress, file.path), file.file});
    TransferOptions options;
    options.stop = &keeper.stop();
    const Result<void> uploaded =
        co_await alongside((*blobs)->upload(std::move(transfers), options), keeper.run());
    co_return uploaded;
}

} // namespace sluice
