// SPDX-License-Identifier: Apache-2.0
// The contract once more, with servers that others wrote. Where they are is told by variables of
// the environment; without these there is nothing to test (./dev test --cluster has them):
//   SLUICE_TEST_S3=<url>,<access key>,<secret key>,<bucket>
//   SLUICE_TEST_GCS=<url>,<bucket>
#include "blob/bucket_access.h"
#include "blob/byte_budget.h"
#include "blob/testing/contract.h"

#include <fmt/format.h>

#include <map>
#include <unistd.h>

namespace sluice::testing::outside_contract_test {

namespace {

// What a variable says, cut at its commas; nothing when it is not set.
std::vector<std::string> words_of(const char* variable)
{
    const char* const text = std::getenv(variable);
    std::vector<std::string> words;
    if (!text)
        return words;
    std::istringstream stream(text);
    for (std::string word; std::getline(stream, word, ',');)
        words.push_back(word);
    return words;
}

class SystemClock final : public Clock {
public:
    Time now() const override
    {
        return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
    }
};

using VariableMap = std::map<std::string, std::string, std::less<>>;
using MakeService = std::unique_ptr<ObjectService> (*)(BucketParts parts, Variables variables);

// A folder of its own in the bucket for each test.
class OutsideBackend final : public BlobBackend {
public:
    OutsideBackend(
        asio::io_context& loop, WorkerThreads& threads, MakeService make, VariableMap variables,
        const std::string& bucket, std::size_t page_entries
    )
        : http_(loop.get_executor(), HttpClientOptions()),
          memory_(loop.get_executor(), 96u << 20),
          place_(fmt::format("{}/test {} {}/place/", bucket, ::getpid(), ++places_))
    {
        BucketLimits limits;
        limits.page_entries = page_entries;
        const BucketParts parts{
            .executor = loop.get_executor(),
            .http = http_,
            .threads = threads,
            .memory = memory_,
            .clock = clock_,
            .random = random_,
            .log = Log(),
            .limits = limits};
        const Variables lookup = [variables = std::move(variables)](std::string_view name
                                 ) -> std::optional<std::string> {
            const auto at = variables.find(name);
            return at == variables.end() ? std::nullopt : std::optional(at->second);
        };
        store_ = make_bucket_store(parts, make(parts, lookup));
    }

    BlobStore& store() override { return *store_; }
    std::string place() const override { return place_; }

private:
    static inline int places_ = 0;

    HttpClient http_;
    ByteBudget memory_;
    SystemClock clock_;
    SystemRandom random_;
    std::string place_;
    std::unique_ptr<BlobStore> store_;
};

std::unique_ptr<BlobBackend> make_s3(asio::io_context& loop, WorkerThreads& threads)
{
    const std::vector<std::string> words = words_of("SLUICE_TEST_S3");
    VariableMap variables{
        {"AWS_ENDPOINT_URL_S3", words.at(0)},
        {"AWS_REGION", "us-east-1"},
        {"AWS_ACCESS_KEY_ID", words.at(1)},
        {"AWS_SECRET_ACCESS_KEY", words.at(2)}};
    return std::make_unique<OutsideBackend>(
        loop, threads, make_s3_service, std::move(variables), "s3://" + words.at(3), 10
    );
}

std::unique_ptr<BlobBackend> make_gcs(asio::io_context& loop, WorkerThreads& threads)
{
    const std::vector<std::string> words = words_of("SLUICE_TEST_GCS");
    VariableMap variables{{"STORAGE_EMULATOR_HOST", words.at(0)}};
    // fake-gcs-server ends a listing at so many entries and does not say that there are more.
    constexpr std::size_t one_page = 1000;
    return std::make_unique<OutsideBackend>(
        loop, threads, make_gcs_service, std::move(variables), "gs://" + words.at(1), one_page
    );
}

// One kind of storage, or none when its variable is not set.
std::vector<BackendKind> told_by(const char* variable, const BackendKind& kind)
{
    if (words_of(variable).empty())
        return {};
    return {kind};
}

} // namespace

INSTANTIATE_TEST_SUITE_P(
    OutsideS3, BlobContract, ::testing::ValuesIn(told_by("SLUICE_TEST_S3", {"s3", make_s3})),
    kind_name
);
INSTANTIATE_TEST_SUITE_P(
    OutsideGcs, BlobContract, ::testing::ValuesIn(told_by("SLUICE_TEST_GCS", {"gcs", make_gcs})),
    kind_name
);
INSTANTIATE_TEST_SUITE_P(
    OutsideS3, BucketContract, ::testing::ValuesIn(told_by("SLUICE_TEST_S3", {"s3", make_s3})),
    kind_name
);
INSTANTIATE_TEST_SUITE_P(
    OutsideGcs, BucketContract, ::testing::ValuesIn(told_by("SLUICE_TEST_GCS", {"gcs", make_gcs})),
    kind_name
);

} // namespace sluice::testing::outside_contract_test
