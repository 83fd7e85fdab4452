// SPDX-License-Identifier: Apache-2.0
#include "blob/s3/s3_head.h"

#include "base/text.h"
#include "net/crc32c.h"

#include <fmt/format.h>

#include <charconv>

namespace sluice {

namespace {

std::optional<std::uint64_t> read_number(std::string_view text)
{
    text = trim(text);
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || failure != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

struct ContentRange {
    std::uint64_t first = 0;
    std::uint64_t total = 0;
};

// "bytes 5-9/20"
std::optional<ContentRange> read_content_range(std::string_view text)
{
    const std::string_view unit = "bytes ";
    const std::size_t dash = text.find('-');
    const std::size_t slash = text.find('/');
    if (!text.starts_with(unit) || dash == text.npos || slash == text.npos || dash > slash)
        return std::nullopt;
    const auto first = read_number(text.substr(unit.size(), dash - unit.size()));
    const auto total = read_number(text.substr(slash + 1));
    if (!first || !total)
        return std::nullopt;
    return ContentRange{*first, *total};
}

std::string_view without_quotes(std::string_view etag)
{
    const bool is_quoted = etag.size() >= 2 && etag.front() == '"' && etag.back() == '"';
    return is_quoted ? etag.substr(1, etag.size() - 2) : etag;
}

// 32 digits.
std::optional<Md5> read_md5(std::string_view text)
{
    Md5 md5{};
    if (text.size() != 2 * md5.size())
        return std::nullopt;
    for (std::size_t i = 0; i < md5.size(); ++i) {
        const int high = hex_digit(text[2 * i]);
        const int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        md5[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return md5;
}

// Then ETags are no checksums.
bool is_encrypted_by_key(const Headers& headers)
{
    const auto kind = headers.find("x-amz-server-side-encryption");
    return (kind && kind->starts_with("aws:kms")) ||
           headers.find("x-amz-server-side-encryption-customer-algorithm");
}

std::optional<std::uint32_t> whole_crc32c(const Headers& headers)
{
    const auto crc = headers.find("x-amz-checksum-crc32c");
    const auto type = headers.find("x-amz-checksum-type");
    if (!crc || (type && *type == "COMPOSITE"))
        return std::nullopt;
    return parse_crc32c(*crc); // a composite has "-<parts>" at its end
}

} // namespace

Result<ObjectHead> read_s3_head(int status, const Headers& headers, std::uint64_t first)
{
    ObjectHead head;
    head.version = headers.find("ETag").value_or("");
    if (status == 206) {
        const auto range = read_content_range(headers.find("Content-Range").value_or(""));
        if (!range || range->first != first)
            return Error{Errc::invalid, "the service answered with another range"};
        head.size = range->total;
        return head;
    }
    if (first > 0)
        return Error{Errc::invalid, "the service does not answer with ranges"};
    const auto size = read_number(headers.find("Content-Length").value_or(""));
    if (!size)
        return Error{Errc::unavailable, "the service does not tell the object's size"};
    head.size = *size;
    head.crc32c = whole_crc32c(headers);
    head.md5 = md5_of_etag(headers);
    return head;
}

std::optional<Md5> md5_of_etag(const Headers& headers)
{
    if (is_encrypted_by_key(headers))
        return std::nullopt;
    return read_md5(without_quotes(headers.find("ETag").value_or("")));
}

bool is_upload_of(
    const Headers& headers, std::uint64_t size, const std::vector<std::string>& part_etags
)
{
    const std::string_view etag = without_quotes(headers.find("ETag").value_or(""));
    const std::string count = fmt::format("-{}", part_etags.size());
    if (read_number(headers.find("Content-Length").value_or("")) != size || !etag.ends_with(count))
        return false;
    // An older object may have as many parts: the ETag is the MD5 of theirs, where they are such.
    std::string sums;
    for (const std::string& part : part_etags) {
        const std::optional<Md5> sum = read_md5(without_quotes(part));
        if (!sum || is_encrypted_by_key(headers))
            return true;
        sums.append(reinterpret_cast<const char*>(sum->data()), sum->size());
    }
    return etag.substr(0, etag.size() - count.size()) == encode_hex(md5(sums));
}

} // namespace sluice
