// SPDX-License-Identifier: Apache-2.0
#include "batch/job_blobs.h"

#include "async/shared_answers.h"
#include "base/os.h"
#include "base/text.h"
#include "batch/blob_stores.h"
#include "batch/bucket_variables.h"
#include "blob/file_blob_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>

namespace sluice {

namespace {

constexpr Micros secrets_kept = std::chrono::minutes(1);
constexpr std::size_t secrets_max = 64; // that are remembered
constexpr std::size_t stores_max = 64;  // with credentials of jobs

// Whatever goes wrong with a secret for good is a fault of the pipeline that names it.
Error secret_error(const std::string& name, const Error& error)
{
    const Errc code = is_retryable(error.code) ? error.code : Errc::invalid;
    return {code, fmt::format("secret '{}': {}", printable(name), error.detail)};
}

class BucketBlobs final : public JobBlobs {
public:
    explicit BucketBlobs(JobBlobParts parts)
        : parts_(std::move(parts)),
          files_(make_file_blob_store(parts_.threads)),
          answers_(parts_.executor)
    {}

    Async<Result<std::shared_ptr<BlobStore>>> of(const Pipeline& pipeline) override
    {
        std::shared_ptr<BlobStore> found[std::size(bucket_kinds)];
        for (std::size_t i = 0; i < std::size(bucket_kinds); ++i) {
            const BucketKind& kind = bucket_kinds[i];
            if (!uses(pipeline, kind.scheme))
                continue;
            const Result<std::shared_ptr<BlobStore>> store =
                co_await store_of(kind, pipeline.transform);
            if (!store)
                co_return store.error();
            found[i] = *store;
        }
        std::shared_ptr<BlobStore> all = std::make_shared<BlobStores>(files_, found[0], found[1]);
        co_return all;
    }

    BlobStore& own() override
    {
        if (!own_)
            own_ = std::make_shared<BlobStores>(
                files_, own_store(bucket_kinds[0]), own_store(bucket_kinds[1])
            );
        return *own_;
    }

private:
    using Values = std::map<std::string, std::string>;

    struct KeptSecret {
        SecretData data;
        Time read_at;
    };
    struct KeptStore {
        UriScheme scheme;
        Values values; // of the job; empty: there is one for all that have none
        std::shared_ptr<BlobStore> store;
    };

    Async<Result<std::shared_ptr<BlobStore>>>
    store_of(const BucketKind& kind, const Transform& transform);
    Async<Result<std::optional<Values>>>
    values_of(const BucketKind& kind, const Transform& transform);
    Async<Result<SecretData>> secret(std::string name);
    Async<Result<SecretData>> renew(std::string name);
    const SecretData* kept(const std::string& name);

    std::shared_ptr<BlobStore> own_store(const BucketKind& kind)
    {
        std::shared_ptr<BlobStore>& store = own_stores_[kind.scheme];
        if (!store)
            store = make_store(kind, parts_.own);
        return store;
    }

    std::shared_ptr<BlobStore> job_store(const BucketKind& kind, Values values);

    std::shared_ptr<BlobStore> make_store(const BucketKind& kind, Variables variables)
    {
        const MakeObjectService& make =
            kind.scheme == UriScheme::s3 ? parts_.make_s3 : parts_.make_gcs;
        return make_bucket_store(buckets(), make(buckets(), std::move(variables)));
    }

    const BucketParts& buckets()
    {
        if (!buckets_)
            buckets_.emplace(parts_.buckets());
        return *buckets_;
    }

    JobBlobParts parts_;
    std::shared_ptr<BlobStore> files_;
    std::optional<BucketParts> buckets_;
    std::shared_ptr<BlobStore> own_;
    std::map<UriScheme, std::shared_ptr<BlobStore>> own_stores_;
    std::deque<KeptStore> stores_; // the one that was asked for last stands first
    std::map<std::string, KeptSecret> secrets_;
    SharedAnswers<Result<SecretData>> answers_;
};

Async<Result<std::shared_ptr<BlobStore>>>
BucketBlobs::store_of(const BucketKind& kind, const Transform& transform)
{
    const Result<std::optional<Values>> values = co_await values_of(kind, transform);
    if (!values)
        co_return values.error();
    std::shared_ptr<BlobStore> store = *values ? job_store(kind, **values) : own_store(kind);
    co_return store;
}

// A store of its own for each set of values: it knows credentials that were exchanged for them.
std::shared_ptr<BlobStore> BucketBlobs::job_store(const BucketKind& kind, Values values)
{
    const auto known = std::find_if(stores_.begin(), stores_.end(), [&](const KeptStore& kept) {
        return kept.scheme == kind.scheme && kept.values == values;
    });
    if (known != stores_.end()) {
        std::rotate(stores_.begin(), known, known + 1);
        return stores_.front().store;
    }
    std::shared_ptr<BlobStore> store = make_store(kind, job_variables(values, parts_.own));
    stores_.push_front({kind.scheme, std::move(values), store});
    if (stores_.size() > stores_max)
        stores_.pop_back();
    return store;
}

// Nothing: the pipeline names no secret that there is, so this process's own are meant.
Async<Result<std::optional<BucketBlobs::Values>>>
BucketBlobs::values_of(const BucketKind& kind, const Transform& transform)
{
    const SecretVariable* const key = key_of(kind, transform);
    if (!parts_.secrets || !key)
        co_return std::nullopt;
    std::map<std::string, SecretData> secrets;
    for (const SecretVariable* asked : variables_of(kind, transform)) {
        if (secrets.contains(asked->name))
            continue;
        const Result<SecretData> data = co_await secret(asked->name);
        if (data)
            secrets[asked->name] = *data;
        else if (!asked->optional || data.error().code != Errc::not_found)
            co_return secret_error(asked->name, data.error());
    }
    Values values = bucket_variables(transform, secrets);
    if (values[std::string(kind.key)].empty()) {
        if (key->optional)
            co_return std::nullopt;
        const Error missing{Errc::not_found, fmt::format("it has no key '{}'", key->key)};
        co_return secret_error(key->name, missing);
    }
    add_places(transform, values);
    co_return values;
}

const SecretData* BucketBlobs::kept(const std::string& name)
{
    const auto known = secrets_.find(name);
    if (known == secrets_.end())
        return nullptr;
    const Micros age = buckets().clock.now() - known->second.read_at; // clocks may be set back
    return age >= Micros(0) && age < secrets_kept ? &known->second.data : nullptr;
}

Async<Result<SecretData>> BucketBlobs::secret(std::string name)
{
    if (const SecretData* data = kept(name))
        co_return *data;
    auto make = [this, name] { return renew(name); };
    const auto answer = co_await answers_.get(std::move(name), std::move(make));
    co_return *answer;
}

// Who comes while it runs is of the next round, and finds what this one has found.
Async<Result<SecretData>> BucketBlobs::renew(std::string name)
{
    if (const SecretData* data = kept(name))
        co_return *data;
    std::string asked = name;
    Result<SecretData> data = co_await parts_.secrets->read(std::move(asked));
    const auto known = secrets_.find(name);
    if (!data && is_retryable(data.error().code) && known != secrets_.end())
        co_return known->second.data;
    if (!data) {
        secrets_.erase(name);
        co_return data;
    }
    if (secrets_.size() >= secrets_max)
        secrets_.clear();
    secrets_[name] = {*data, buckets().clock.now()};
    co_return data;
}

} // namespace

std::unique_ptr<JobBlobs> make_job_blobs(JobBlobParts parts)
{
    return std::make_unique<BucketBlobs>(std::move(parts));
}

} // namespace sluice
