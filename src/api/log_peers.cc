// SPDX-License-Identifier: Apache-2.0
#include "api/log_peers.h"

#include "api/wire_worker.h"
#include "engine/engine.h"
#include "net/access_token.h"
#include "store/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice {

namespace {

constexpr std::string_view token_prefix = "sluice-peer.";
constexpr std::string_view token_purpose = "peer-log";
constexpr std::size_t peers_max = 16; // asked for one log, one after the other

HttpClientOptions client_options()
{
    HttpClientOptions options;
    options.user_agent = "sluice server";
    return options;
}

std::optional<std::uint64_t> number(const Headers& headers, std::string_view name)
{
    const std::string_view text = headers.find(name).value_or("");
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || failure != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

Result<LogPeers::Answer> read_answer(const std::string& peer, const ClientResponse& response)
{
    const Error strange{
        Errc::unavailable, fmt::format("server '{}' answers {}", peer, response.status)};
    if (response.status != 200)
        return strange;
    const std::optional<std::uint64_t> next = number(response.headers, log_next_header);
    const std::optional<std::uint64_t> end = number(response.headers, log_end_header);
    Result<std::vector<LogChunk>> chunks = parse_log_chunks(response.body);
    if (!next || !end || !chunks)
        return strange;
    LogPeers::Answer answer;
    answer.extent.end = *end;
    answer.extent.complete = response.headers.find(log_complete_header).value_or("") == "true";
    answer.page.chunks = std::move(*chunks);
    answer.page.next = *next;
    answer.page.complete = answer.extent.complete && *next >= *end;
    return answer;
}

} // namespace

LogPeers::LogPeers(asio::any_io_executor executor, Engine& engine, Options options, Log log)
    : engine_(engine),
      options_(std::move(options)),
      log_(std::move(log)),
      client_(std::move(executor), client_options())
{}

Async<LogPeers::Copy> LogPeers::longest(Name name, LogExtent here)
{
    Copy best{"", here};
    if (!has_any())
        co_return best;
    co_await look_for_peers();
    const std::vector<std::string> peers = peers_;
    for (const std::string& peer : peers) {
        const auto silent = silent_until_.find(peer);
        if (silent != silent_until_.end() && Clock::now() < silent->second)
            continue;
        const LogPiece none;
        const Result<Answer> answer = co_await read(peer, name, none);
        if (!answer) {
            log_.info("log of datum {}: {}", name.datum, answer.error().detail);
            silent_until_[peer] = Clock::now() + options_.memory;
        } else if (answer->extent.end > best.extent.end) {
            best = Copy{peer, answer->extent};
        }
    }
    co_return best;
}

Async<Result<LogPeers::Answer>> LogPeers::read(std::string peer, Name name, LogPiece piece)
{
    ClientRequest request;
    request.url = fmt::format(
        "{}/datums/{}/log_records?attempt={}&offset={}&bytes={}", peer, name.datum, name.attempt,
        piece.offset, piece.bytes_max
    );
    const std::string token = make_peer_token(engine_.store().handle_secret(), name.datum);
    request.headers.add("Authorization", fmt::format("Bearer {}", token));
    request.connect_time = options_.connect_time;
    request.total_time = options_.answer_time;
    const Result<ClientResponse> response = co_await client_.send(std::move(request));
    if (!response)
        co_return response.error();
    co_return read_answer(peer, *response);
}

// While the database is away, the peers are those that were known.
Async<void> LogPeers::look_for_peers()
{
    if (Clock::now() < look_at_)
        co_return;
    auto look = [](Reads& reads) { return reads.workers(); };
    const Result<std::vector<WorkerRow>> workers = co_await engine_.store().read(look);
    look_at_ = Clock::now() + options_.memory;
    if (!workers)
        co_return;
    const Time now = engine_.clock().now();
    peers_.clear();
    for (const WorkerRow& row : *workers) {
        const bool is_peer =
            !row.address.empty() && row.address != options_.own_address && row.until > now;
        if (is_peer && peers_.size() < peers_max)
            peers_.push_back(row.address);
    }
    std::sort(peers_.begin(), peers_.end());
    peers_.erase(std::unique(peers_.begin(), peers_.end()), peers_.end());
    std::erase_if(silent_until_, [](const auto& entry) { return entry.second < Clock::now(); });
}

std::string make_peer_token(std::string_view secret, std::string_view datum)
{
    const TokenSubject subject{token_purpose, datum};
    return fmt::format("{}{}", token_prefix, make_access_token(secret, subject));
}

bool is_peer_token(std::string_view token, std::string_view secret, std::string_view datum)
{
    if (secret.empty() || !token.starts_with(token_prefix))
        return false;
    token.remove_prefix(token_prefix.size());
    const TokenSubject subject{token_purpose, datum};
    return is_access_token(token, secret, subject);
}

} // namespace sluice
