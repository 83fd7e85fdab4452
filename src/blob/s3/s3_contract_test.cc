// SPDX-License-Identifier: Apache-2.0
#include "blob/testing/contract.h"
#include "blob/testing/s3_fixture.h"

#include <fmt/format.h>

namespace sluice::testing::s3_contract_test {

namespace {

// One S3, with a folder of its own for each test.
class S3Backend final : public BlobBackend {
public:
    S3Backend(asio::io_context& loop, const BucketServer& server)
        : stage_(loop), place_(fmt::format("s3://bucket/test {}/place/", ++places_))
    {
        BucketLimits limits;
        limits.page_entries = 10;
        const BucketParts parts = stage_.parts(limits);
        store_ =
            make_bucket_store(parts, make_s3_service(parts, variables_of(variables_for(server))));
    }

    BlobStore& store() override { return *store_; }
    std::string place() const override { return place_; }

private:
    static inline int places_ = 0;

    BucketStage stage_;
    std::string place_;
    std::unique_ptr<BlobStore> store_;
};

BucketServer& moto_s3()
{
    static BucketServer server("moto_s3");
    return server;
}

const BackendKind scripted{
    "s3_scripted", [](asio::io_context& loop, WorkerThreads&) {
        const Json start{{"do", "start_over"}};
        const Json clock{{"do", "clock"}, {"at", "2026-01-01T00:00:00+00:00"}};
        scripted_s3().ask(start);
        scripted_s3().ask(clock);
        return std::unique_ptr<BlobBackend>(new S3Backend(loop, scripted_s3()));
    }};
const BackendKind moto{"s3_moto", [](asio::io_context& loop, WorkerThreads&) {
                           return std::unique_ptr<BlobBackend>(new S3Backend(loop, moto_s3()));
                       }};

} // namespace

INSTANTIATE_TEST_SUITE_P(S3, BlobContract, ::testing::Values(scripted, moto), kind_name);
INSTANTIATE_TEST_SUITE_P(S3, BucketContract, ::testing::Values(scripted, moto), kind_name);

} // namespace sluice::testing::s3_contract_test
