// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/aws_credentials.h"

#include "async/shared_answers.h"
#include "blob/s3/aws_sources.h"

#include <algorithm>

namespace sluice {

namespace {

using namespace std::chrono_literals;

constexpr Micros renew_before_end = 5min;
constexpr Micros between_renewals = 10s; // of those that end sooner than that
constexpr Micros after_failure = 30s;    // until a failed renewal is tried again
constexpr Micros refusal_counts = 1min;  // then the service is asked again

Error nothing_found()
{
    return {
        Errc::unauthorized,
        "no credentials for S3: there are none in AWS_ACCESS_KEY_ID, AWS_WEB_IDENTITY_TOKEN_FILE, "
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI, the profile, "
        "nor in the metadata of this machine"};
}

} // namespace

class AwsCredentialChain::Impl {
public:
    Impl(BucketParts parts, Variables variables)
        : parts_(std::move(parts)), variables_(std::move(variables)), answers_(parts_.executor)
    {}

    Async<Result<AwsCredentials>> current()
    {
        if (is_fresh())
            co_return *kept_;
        std::string all; // one answer for whoever asks
        auto make = [this] { return renew(); };
        const auto answer = co_await answers_.get(std::move(all), make);
        co_return *answer;
    }

    void refused(const AwsCredentials& credentials)
    {
        if (kept_ && *kept_ != credentials)
            return; // they have been renewed since
        kept_.reset();
        refused_ = credentials;
        refused_until_ = parts_.clock.now() + refusal_counts;
    }

private:
    bool is_fresh() const { return kept_ && parts_.clock.now() < renew_at_; }

    // Who comes while it runs is of the next round, and finds what this one has found.
    Async<Result<AwsCredentials>> renew()
    {
        if (is_fresh())
            co_return *kept_;
        Result<AwsCredentials> found = co_await find();
        const Time now = parts_.clock.now();
        if (found)
            co_return keep(std::move(*found), now);
        const bool may_serve = kept_ && (!kept_->expires_at || now < *kept_->expires_at);
        if (!may_serve)
            co_return found.error();
        parts_.log.warn("credentials cannot be renewed yet: {}", found.error().detail);
        renew_at_ = now + after_failure;
        if (kept_->expires_at)
            renew_at_ = std::min(renew_at_, *kept_->expires_at);
        co_return *kept_;
    }

    Result<AwsCredentials> keep(AwsCredentials found, Time now)
    {
        if (refused_ && found == *refused_ && now < refused_until_)
            return Error{
                Errc::unauthorized,
                "S3 says that the credentials are no good any more, and there are no others yet"};
        renew_at_ = Time::max();
        if (found.expires_at)
            renew_at_ = std::max(*found.expires_at - renew_before_end, now + between_renewals);
        kept_ = found;
        return found;
    }

    // The first source that is configured is the one, also when it fails.
    Async<Result<AwsCredentials>> find()
    {
        const AwsSource source{parts_, variables_};
        AwsFound found = from_environment(variables_);
        if (is_open(found))
            found = co_await from_web_identity(source);
        if (is_open(found))
            found = co_await from_container(source);
        if (is_open(found))
            found = co_await from_profile(source);
        if (is_open(found))
            found = co_await from_machine(source);
        if (!found)
            co_return found.error();
        if (!*found)
            co_return nothing_found();
        co_return std::move(**found);
    }

    static bool is_open(const AwsFound& found) { return found && !*found; }

    // A service that has answered once is there: its silence is an outage.
    Async<AwsFound> from_machine(const AwsSource& source)
    {
        AwsFound found = co_await from_instance(source);
        if (found && *found)
            machine_has_answered_ = true;
        else if (found && machine_has_answered_)
            co_return Error{
                Errc::unavailable, "the metadata service of this machine does not answer"};
        co_return found;
    }

    BucketParts parts_;
    Variables variables_;
    SharedAnswers<Result<AwsCredentials>> answers_;
    std::optional<AwsCredentials> kept_;
    Time renew_at_{};
    std::optional<AwsCredentials> refused_;
    Time refused_until_{};
    bool machine_has_answered_ = false;
};

AwsCredentialChain::AwsCredentialChain(BucketParts parts, Variables variables)
    : impl_(std::make_unique<Impl>(std::move(parts), std::move(variables)))
{}

AwsCredentialChain::~AwsCredentialChain() = default;

Async<Result<AwsCredentials>> AwsCredentialChain::current()
{
    return impl_->current();
}

void AwsCredentialChain::refused(const AwsCredentials& credentials)
{
    impl_->refused(credentials);
}

} // namespace sluice
