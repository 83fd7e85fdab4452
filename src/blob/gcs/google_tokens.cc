// SPDX-License-Identifier: Apache-2.0
#include "blob/gcs/google_tokens.h"

#include "async/shared_answers.h"
#include "async/worker_threads.h"
#include "base/json.h"
#include "base/text.h"
#include "blob/gcs/google_key.h"
#include "blob/small_file.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

constexpr std::string_view scope = "https://www.googleapis.com/auth/devstorage.read_write";
constexpr std::chrono::seconds renewed_before{300};
constexpr std::chrono::seconds try_again_after{10}; // while the old one still serves
constexpr std::chrono::seconds server_clock_tolerance{300};
constexpr std::size_t refusal_bytes_max = 300;
constexpr int metadata_tries = 3; // a pod may be there before its metadata server

struct Token {
    std::string value;
    Time renew_at; // by the clock of this machine
    Time ends_at;
};

// Where tokens come from, as the variables say now.
struct Source {
    std::string name; // of the variable, for people; empty: the metadata server
    std::optional<GoogleKey> key;
    std::string metadata_host;
    bool is_anonymous = false;
};

std::string setting(const Variables& variables, std::string_view name)
{
    return std::string(trim(variables(name).value_or("")));
}

// {"access_token": …, "expires_in": seconds}
Result<Token> read_token(std::string_view body, Time now)
{
    const Result<Json> answer = parse_json(body);
    const bool is_object = answer && answer->is_object();
    const Json value = is_object ? answer->value("access_token", Json()) : Json();
    const Json seconds = is_object ? answer->value("expires_in", Json()) : Json();
    if (!value.is_string() || !seconds.is_number_integer())
        return Error{Errc::unavailable, "the answer has no 'access_token' with 'expires_in'"};
    const std::chrono::seconds life(std::clamp<std::int64_t>(
        seconds.get<std::int64_t>(), 0, std::chrono::seconds(std::chrono::hours(24)).count()
    ));
    // Metadata servers hand out tokens of which little is left.
    const std::chrono::seconds early = std::min(renewed_before, life / 2);
    return Token{value.get<std::string>(), now + (life - early), now + life};
}

// "invalid_grant: Invalid JWT Signature." as token servers say it.
std::string complaint_of(const ClientResponse& answer)
{
    const Result<Json> body = parse_json(answer.body);
    std::string text;
    if (body && body->is_object())
        for (const char* name : {"error", "error_description"}) {
            const Json part = body->value(name, Json());
            if (part.is_string())
                text += (text.empty() ? "" : ": ") + part.get<std::string>();
        }
    if (text.empty())
        return fmt::format("it answered {}", answer.status);
    return printable(text.substr(0, refusal_bytes_max));
}

// Says by how much our clock is wrong, if it is.
std::optional<std::string> clock_complaint(const ClientResponse& answer, Time now)
{
    const auto date = answer.headers.find("Date");
    const std::optional<Time> theirs = date ? parse_http_date(*date) : std::nullopt;
    if (!theirs)
        return std::nullopt;
    const Micros difference = std::chrono::abs(now - *theirs);
    if (difference <= server_clock_tolerance)
        return std::nullopt;
    return fmt::format(
        "the clock of this machine differs from Google's by {} min: set it",
        std::chrono::round<std::chrono::minutes>(difference).count()
    );
}

Errc code_of(int status)
{
    if (status == 429)
        return Errc::overloaded;
    return is_retryable_status(status) ? Errc::unavailable : Errc::unauthorized;
}

} // namespace

class GoogleTokens::Impl {
public:
    Impl(BucketParts parts, Variables variables)
        : parts_(std::move(parts)), variables_(std::move(variables)), answers_(parts_.executor)
    {}

    Async<Result<std::string>> current()
    {
        if (!is_fresh()) {
            auto make = [this] { return renew(); };
            std::string all; // there is one token for all callers
            const auto renewed = co_await answers_.get(std::move(all), std::move(make));
            if (!*renewed)
                co_return renewed->error();
        }
        co_return token_ ? token_->value : std::string();
    }

    void refused(std::string_view token)
    {
        if (token_ && token_->value == token)
            token_.reset();
    }

private:
    bool is_fresh() const { return token_ && parts_.clock.now() < token_->renew_at; }

    Async<Result<void>> renew();
    Async<Result<Source>> find_source();
    Async<Result<std::string>> key_file(std::string path);
    Async<Result<Token>> exchange(GoogleKey key);
    Async<Result<Token>> ask_metadata(Source source);
    Async<Result<ClientResponse>> try_metadata(std::string host);

    BucketParts parts_;
    Variables variables_;
    SharedAnswers<Result<void>> answers_;
    std::optional<Token> token_;
};

// Who waited while another one renewed comes here too, and finds it done.
Async<Result<void>> GoogleTokens::Impl::renew()
{
    if (is_fresh())
        co_return Result<void>();
    Result<Source> source = co_await find_source();
    if (!source)
        co_return source.error();
    if (source->is_anonymous) {
        token_ = Token{"", Time::max(), Time::max()};
        co_return Result<void>();
    }
    Result<Token> token = Error{};
    if (source->key)
        token = co_await exchange(std::move(*source->key));
    else
        token = co_await ask_metadata(*source);
    if (token) {
        token_ = std::move(*token);
        co_return Result<void>();
    }
    const Time now = parts_.clock.now();
    if (token_ && now < token_->ends_at) {
        token_->renew_at = std::min(token_->ends_at, now + try_again_after);
        parts_.log.warn("a Google access token is not renewed yet: {}", token.error().detail);
        co_return Result<void>();
    }
    co_return source->name.empty() ? token.error() : with_context(source->name, token.error());
}

Async<Result<Source>> GoogleTokens::Impl::find_source()
{
    Source source;
    std::string json = setting(variables_, "GOOGLE_SERVICE_ACCOUNT_KEY");
    const std::string path = setting(variables_, "GOOGLE_APPLICATION_CREDENTIALS");
    if (!json.empty()) {
        source.name = "GOOGLE_SERVICE_ACCOUNT_KEY";
    } else if (!path.empty()) {
        source.name = "GOOGLE_APPLICATION_CREDENTIALS";
        Result<std::string> text = co_await key_file(path);
        if (!text)
            co_return with_context(source.name, text.error());
        json = std::move(*text);
    } else {
        source.metadata_host = setting(variables_, "GCE_METADATA_HOST");
        const bool emulated = !setting(variables_, "STORAGE_EMULATOR_HOST").empty();
        source.is_anonymous = emulated && source.metadata_host.empty();
        co_return source;
    }
    Result<GoogleKey> key = parse_google_key(json);
    if (!key)
        co_return with_context(source.name, key.error());
    source.key = std::move(*key);
    co_return source;
}

Async<Result<std::string>> GoogleTokens::Impl::key_file(std::string path)
{
    auto work = [path = std::move(path)] { return read_small_file(path); };
    co_return co_await parts_.threads.run(std::move(work));
}

Async<Result<Token>> GoogleTokens::Impl::exchange(GoogleKey key)
{
    const Time now = parts_.clock.now();
    auto work = [&key, now] { return make_assertion(key, scope, now); };
    const Result<std::string> assertion = co_await parts_.threads.run(std::move(work));
    if (!assertion)
        co_return assertion.error();
    ClientRequest request;
    request.method = Method::post;
    request.url = key.token_uri;
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.body =
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + *assertion;
    const Result<ClientResponse> answer = co_await parts_.http.send(std::move(request));
    if (!answer)
        co_return answer.error();
    if (answer->status == 200)
        co_return read_token(answer->body, now);
    const Errc code = code_of(answer->status);
    const auto clock = clock_complaint(*answer, now);
    if (code == Errc::unauthorized && clock)
        co_return Error{code, *clock};
    co_return Error{
        code, fmt::format(
                  "the token server refuses the key of '{}': {}", printable(key.client_email),
                  complaint_of(*answer)
              )};
}

Async<Result<Token>> GoogleTokens::Impl::ask_metadata(Source source)
{
    const bool was_named = !source.metadata_host.empty();
    const std::string host = was_named ? source.metadata_host : "metadata.google.internal";
    Result<ClientResponse> answer = co_await try_metadata(host);
    for (int failures = 1; !answer && failures < metadata_tries; ++failures) {
        co_await parts_.sleep(delay_after(failures, parts_.limits.backoff, parts_.random));
        answer = co_await try_metadata(host);
    }
    const bool is_there = answer && answer->headers.find("Metadata-Flavor");
    if (!is_there && (was_named || token_)) {
        const std::string why = answer ? "this is no metadata server" : answer.error().detail;
        co_return Error{Errc::unavailable, fmt::format("metadata server '{}': {}", host, why)};
    }
    if (!is_there)
        co_return Error{
            Errc::unauthorized,
            "no Google credentials: GOOGLE_SERVICE_ACCOUNT_KEY and GOOGLE_APPLICATION_CREDENTIALS "
            "are not set, and this machine has no metadata server"};
    if (answer->status == 200)
        co_return read_token(answer->body, parts_.clock.now());
    co_return Error{
        code_of(answer->status), fmt::format(
                                     "the metadata server '{}' gives no token of a service "
                                     "account: it answered {}",
                                     host, answer->status
                                 )};
}

Async<Result<ClientResponse>> GoogleTokens::Impl::try_metadata(std::string host)
{
    ClientRequest request;
    request.url =
        fmt::format("http://{}/computeMetadata/v1/instance/service-accounts/default/token", host);
    request.headers.add("Metadata-Flavor", "Google");
    request.connect_time = std::chrono::seconds(3);
    request.total_time = std::chrono::seconds(10);
    return parts_.http.send(std::move(request));
}

GoogleTokens::GoogleTokens(BucketParts parts, Variables variables)
    : impl_(std::make_unique<Impl>(std::move(parts), std::move(variables)))
{}

GoogleTokens::~GoogleTokens() = default;

Async<Result<std::string>> GoogleTokens::current()
{
    return impl_->current();
}

void GoogleTokens::refused(std::string_view token)
{
    impl_->refused(token);
}

} // namespace sluice
