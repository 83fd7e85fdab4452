// SPDX-License-Identifier: Apache-2.0
#include "api/auth.h"

#include "api/keys.h"
#include "api/log_peers.h"
#include "api/worker_token.h"
#include "base/text.h"
#include "net/access_token.h"
#include "net/credentials.h"
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

// Guessed keys are remembered too; this bounds how many.
constexpr std::size_t known_max = 10'000;

std::string_view name(KeyRole role)
{
    return role == KeyRole::read ? "read" : role == KeyRole::write ? "write" : "admin";
}

// What the handle of a task is good for: looking at it, reports and edits, canceling it.
bool has_token_for_its_task(const Request& request, const Route& route, const std::string& secret)
{
    if (route.pattern != "/task/{id}" || secret.empty())
        return false;
    const std::optional<std::string_view> token = request.query_field("token");
    const std::string task = to_lower(request.path_field("id"));
    return token && is_access_token(*token, secret, {"task", task});
}

// What another server has is good for the log of one datum.
bool has_token_of_peer(
    const Request& request, const Route& route, std::string_view token, const std::string& secret
)
{
    return route.pattern == "/datums/{id}/log_records" &&
           is_peer_token(token, secret, to_lower(request.path_field("id")));
}

} // namespace

KeyRole role_needed(Method method, std::string_view pattern)
{
    if (method == Method::get || method == Method::head)
        return KeyRole::read;
    const bool cancels = pattern.starts_with("/task/") || pattern.starts_with("/batch/") ||
                         pattern.starts_with("/groups/");
    const bool removes = method == Method::delete_ && !cancels;
    return removes || pattern == "/drain" ? KeyRole::admin : KeyRole::write;
}

Response refuse_without_look(const Error& error)
{
    return is_retryable(error.code) ? error_response(503, "the database does not answer")
                                    : error_response(error);
}

Response refuse_stranger(std::string_view why)
{
    Response response = error_response(401, why);
    response.headers.add("WWW-Authenticate", "Basic realm=\"sluice\", Bearer realm=\"sluice\"");
    return response;
}

Gate::Gate(Store& store, WithoutKeys without_keys, std::chrono::milliseconds memory)
    : store_(store), without_keys_(without_keys), memory_(memory), workers_(store, memory)
{}

Async<std::optional<Response>> Gate::check(Request& request, const Route& route)
{
    std::optional<Response> refusal;
    if (without_keys_ == WithoutKeys::open) {
        const Result<bool> keyed = co_await has_keys();
        if (!keyed)
            refusal = refuse_without_look(keyed.error());
        if (!keyed || !*keyed)
            co_return refusal;
    }
    if (has_token_for_its_task(request, route, store_.handle_secret())) {
        request.identity = Caller{std::string(handle_caller), KeyRole::write};
        co_return refusal;
    }
    const std::optional<std::string_view> header = request.headers.find("Authorization");
    if (!header) {
        refusal =
            refuse_stranger("an API key is needed: send it as Bearer token or Basic password");
        co_return refusal;
    }
    const Result<std::string> secret = parse_credentials(*header);
    if (!secret) {
        refusal = refuse_stranger(secret.error().detail);
        co_return refusal;
    }
    if (has_token_of_peer(request, route, *secret, store_.handle_secret())) {
        request.identity = Caller{std::string(peer_caller), KeyRole::read};
        co_return refusal;
    }
    std::optional<std::string> job = job_of_worker_token(*secret, store_.handle_secret());
    if (job)
        co_return co_await workers_.check(request, route, std::move(*job));
    std::string hash = hash_api_key(*secret);
    const Result<std::optional<KeyRow>> key = co_await find(std::move(hash));
    if (!key) {
        refusal = refuse_without_look(key.error());
        co_return refusal;
    }
    if (!*key) {
        refusal = refuse_stranger("the API key is unknown or revoked");
        co_return refusal;
    }
    request.identity = Caller{(*key)->name, (*key)->role}; // the log names those without the role
    if (const KeyRole needed = role_needed(route.method, route.pattern); (*key)->role < needed)
        refusal = error_response(
            403, fmt::format(
                     "API key '{}' has the role {}; this needs {}", (*key)->name,
                     name((*key)->role), name(needed)
                 )
        );
    co_return refusal;
}

Async<Result<bool>> Gate::has_keys()
{
    if (Clock::now() < has_keys_until_)
        co_return has_keys_;
    auto look = [](Reads& reads) { return reads.keys(); };
    const Result<std::vector<KeyRow>> keys = co_await store_.read(look);
    if (!keys && has_keys_until_ != Clock::time_point())
        co_return has_keys_;
    if (!keys)
        co_return keys.error();
    has_keys_ =
        std::any_of(keys->begin(), keys->end(), [](const KeyRow& key) { return !key.revoked_at; });
    has_keys_until_ = Clock::now() + memory_;
    co_return has_keys_;
}

Async<Result<std::optional<KeyRow>>> Gate::find(std::string hash)
{
    const auto known = known_.find(hash);
    if (known != known_.end() && Clock::now() < known->second.until)
        co_return known->second.key;
    auto look = [hash](Reads& reads) { return reads.key_with_hash(hash); };
    Result<std::optional<KeyRow>> found = co_await store_.read(std::move(look));
    if (!found) {
        const auto last = known_.find(hash); // while the database is away, who was let in still is
        if (last != known_.end() && last->second.key)
            co_return last->second.key;
        co_return found.error();
    }
    if (known_.size() >= known_max)
        known_.clear();
    known_[hash] = {*found, Clock::now() + memory_};
    co_return std::move(*found);
}

} // namespace sluice
