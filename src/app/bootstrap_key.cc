// SPDX-License-Identifier: Apache-2.0
#include "app/bootstrap_key.h"

#include "api/keys.h"
#include "store/store.h"

#include <algorithm>

namespace sluice {

namespace {

constexpr const char* usual_name = "bootstrap";
constexpr std::size_t mark_size = 8; // of the hash, behind the name

enum class Standing : std::uint8_t { missing, there, revoked };

Standing standing_of(const std::vector<KeyRow>& keys, const std::string& hash)
{
    Standing standing = Standing::missing;
    for (const KeyRow& key : keys) {
        if (key.hash != hash)
            continue;
        if (!key.revoked_at)
            return Standing::there;
        standing = Standing::revoked;
    }
    return standing;
}

Async<Result<std::vector<KeyRow>>> keys_of(Store& store)
{
    const auto ask = [](Reads& reads) { return reads.keys(); };
    Result<std::vector<KeyRow>> keys = co_await store.read(ask);
    co_return keys;
}

} // namespace

Async<Result<void>> ensure_bootstrap_key(Store& store, std::string key, Log log)
{
    if (key.empty())
        co_return Result<void>();
    const std::string hash = hash_api_key(key);
    const std::string own_name = fmt::format("{}-{}", usual_name, hash.substr(0, mark_size));
    // The second name is for a database that had another installation's key under the first.
    const std::string names[] = {usual_name, own_name};
    for (const std::string& name : names) {
        const Result<std::vector<KeyRow>> keys = co_await keys_of(store);
        if (!keys)
            co_return keys.error();
        const Standing standing = standing_of(*keys, hash);
        if (standing == Standing::revoked)
            log.warn("the key of --bootstrap-key was revoked: it is of no use any more");
        if (standing != Standing::missing)
            co_return Result<void>();
        CreateKey request;
        request.name = name;
        request.hash = hash;
        request.role = KeyRole::admin;
        request.actor = usual_name;
        const Result<KeyRow> created = co_await store.create_key(std::move(request));
        if (created || created.error().code != Errc::conflict)
            co_return created ? Result<void>() : Result<void>(created.error());
    }
    co_return Result<void>(); // another server was faster
}

} // namespace sluice
