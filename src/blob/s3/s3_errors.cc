// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/s3_errors.h"

#include "base/os.h"
#include "net/backoff.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace sluice {

namespace {

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> codes)
{
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool is_retryable(const S3Refusal& refusal)
{
    // Some come with 400, and 307 while the name of a new bucket spreads.
    return is_retryable_status(refusal.status) || refusal.status == 307 ||
           is_one_of(
               refusal.error.code, {"SlowDown", "RequestTimeout", "InternalError",
                                    "ServiceUnavailable", "OperationAborted"}
           );
}

bool is_damaged(std::string_view code)
{
    return is_one_of(
        code,
        {"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"}
    );
}

// The service's code, with its status where it has none.
std::string code_of(const S3Refusal& refusal)
{
    return refusal.error.code.empty() ? fmt::format("status {}", refusal.status)
                                      : printable_path(refusal.error.code);
}

std::string cannot(const S3Refusal& refusal)
{
    return fmt::format("cannot {} {}", refusal.action.verb, s3_uri(refusal.name));
}

std::string skew_text(const S3Refusal& refusal)
{
    if (!refusal.server_time)
        return "the clock of this machine is wrong: set it (RequestTimeTooSkewed)";
    const Micros skew = refusal.now - *refusal.server_time;
    const auto minutes = std::chrono::round<std::chrono::minutes>(skew).count();
    return fmt::format(
        "the clock of this machine differs from S3's by {} min: set it (RequestTimeTooSkewed)",
        minutes < 0 ? -minutes : minutes
    );
}

// 401 and 403 in their kinds.
Error unauthorized(const S3Refusal& refusal)
{
    const std::string_view code = refusal.error.code;
    std::string text;
    if (code == "RequestTimeTooSkewed")
        text = fmt::format("{}: {}", cannot(refusal), skew_text(refusal));
    else if (code == "InvalidAccessKeyId")
        text = fmt::format("{}: the access key is not known: {}", cannot(refusal), code);
    else if (code == "SignatureDoesNotMatch")
        text = fmt::format(
            "{}: the secret key is not that of the access key: {}", cannot(refusal), code
        );
    else
        text = fmt::format(
            "no right to {} {} ({}): {}", refusal.action.verb, s3_uri(refusal.name),
            refusal.action.right, code_of(refusal)
        );
    return {Errc::unauthorized, std::move(text)};
}

Error elsewhere(const S3Refusal& refusal)
{
    if (refusal.error.region.empty())
        return {
            Errc::invalid,
            fmt::format("{}: it is elsewhere: {}", cannot(refusal), code_of(refusal))};
    return {
        Errc::invalid, fmt::format(
                           "{}: the bucket is in region '{}', asked was '{}'", cannot(refusal),
                           printable_path(refusal.error.region), refusal.region
                       )};
}

Error other(const S3Refusal& refusal)
{
    constexpr std::size_t message_bytes_max = 300;
    const std::string message =
        printable_path(std::string_view(refusal.error.message).substr(0, message_bytes_max));
    return {
        Errc::invalid,
        fmt::format(
            "{}: {}{}{}", cannot(refusal), code_of(refusal), message.empty() ? "" : ": ", message
        )};
}

} // namespace

Error s3_error(const S3Refusal& refusal)
{
    const std::string_view code = refusal.error.code;
    if (is_damaged(code))
        return {
            Errc::corrupt,
            fmt::format("{}: its bytes were damaged on their way: {}", cannot(refusal), code)};
    if (is_retryable(refusal))
        return {Errc::unavailable, fmt::format("{}: {}", cannot(refusal), code_of(refusal))};
    if (code == "NoSuchBucket")
        return {
            Errc::not_found,
            fmt::format(
                "{}: there is no bucket '{}'", cannot(refusal), printable_path(refusal.name.bucket)
            )};
    if (refusal.status == 404 && (code.empty() || code == "NoSuchKey"))
        return {Errc::not_found, fmt::format("{}: there is no such object", cannot(refusal))};
    if (refusal.status == 404)
        return {Errc::not_found, fmt::format("{}: {}", cannot(refusal), code_of(refusal))};
    if (refusal.status == 412)
        return {Errc::conflict, fmt::format("{} changed while it was read", s3_uri(refusal.name))};
    if (refusal.status == 401 || refusal.status == 403)
        return unauthorized(refusal);
    const bool is_in_another =
        !refusal.error.region.empty() && refusal.error.region != refusal.region;
    if (refusal.status / 100 == 3 || is_in_another)
        return elsewhere(refusal);
    return other(refusal);
}

bool says_credentials_ended(const S3Error& error)
{
    return is_one_of(error.code, {"ExpiredToken", "InvalidToken", "TokenRefreshRequired"});
}

std::string s3_uri(const ObjectName& name)
{
    return fmt::format("'s3://{}/{}'", printable_path(name.bucket), printable_path(name.key));
}

} // namespace sluice
