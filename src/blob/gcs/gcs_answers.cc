// SPDX-License-Identifier: Apache-2.0
#include "blob/gcs/gcs_answers.h"

#include "base/os.h"
#include "base/text.h"
#include "net/backoff.h"
#include "net/crc32c.h"
#include "net/credentials.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace sluice {

namespace {

constexpr std::size_t message_bytes_max = 300;

std::optional<std::uint64_t> parse_count(std::string_view text)
{
    std::uint64_t count = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
    const bool whole = failure == std::errc() && end == text.data() + text.size();
    return whole ? std::optional(count) : std::nullopt;
}

Error no_page(std::string_view why)
{
    return {Errc::unavailable, fmt::format("the answer is no page of a listing: {}", why)};
}

const std::string* text_of(const Json& object, std::string_view name)
{
    if (!object.is_object())
        return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

Result<BlobEntry> read_item(const Json& item)
{
    const std::string* name = text_of(item, "name");
    const std::string* size = text_of(item, "size");
    const std::optional<std::uint64_t> bytes = size ? parse_count(*size) : std::nullopt;
    if (!name || !bytes)
        return no_page("an item has no 'name' and 'size'");
    return BlobEntry{.path = *name, .kind = BlobKind::file, .size = *bytes};
}

Result<BlobEntry> read_prefix(const Json& prefix)
{
    const auto* name = prefix.get_ptr<const std::string*>();
    if (!name || !name->ends_with('/'))
        return no_page("a prefix does not end with a slash");
    return BlobEntry{.path = name->substr(0, name->size() - 1), .kind = BlobKind::folder};
}

// Adds what stands in the array `name`, which may be missing.
template <class Read>
Result<void> read_entries(const Json& answer, std::string_view name, Read read, ObjectPage& page)
{
    const auto found = answer.find(name);
    if (found == answer.end())
        return {};
    if (!found->is_array())
        return no_page(fmt::format("'{}' is no array", name));
    page.entries.reserve(page.entries.size() + found->size());
    for (const Json& each : *found) {
        Result<BlobEntry> entry = read(each);
        if (!entry)
            return entry.error();
        page.entries.push_back(std::move(*entry));
    }
    return {};
}

std::optional<Md5> parse_md5(std::string_view base64)
{
    const std::optional<std::string> bytes = decode_base64(base64);
    Md5 sum{};
    if (!bytes || bytes->size() != sum.size())
        return std::nullopt;
    std::copy(bytes->begin(), bytes->end(), sum.begin());
    return sum;
}

// "crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ==", in one header or in two.
void read_hashes(const Headers& headers, ObjectHead& head)
{
    for (const Field& field : headers) {
        if (!same_header(field.name, "x-goog-hash"))
            continue;
        for (const std::string& part : split(field.value, ',')) {
            const std::string_view hash = trim(part);
            if (hash.starts_with("crc32c="))
                head.crc32c = parse_crc32c(hash.substr(7));
            else if (hash.starts_with("md5="))
                head.md5 = parse_md5(hash.substr(4));
        }
    }
    if (head.crc32c)
        head.md5.reset(); // one is enough, and the cheap one it is
}

struct Complaint {
    std::string message;
    std::string reason;
};

// {"error": {"message": …, "errors": [{"reason": …}]}}, or plain text.
Complaint read_complaint(std::string_view body)
{
    const Result<Json> answer = parse_json(body);
    const auto error =
        answer && answer->is_object() ? answer->find("error") : Json::const_iterator();
    const bool is_json = answer && answer->is_object() && error != answer->end();
    if (!is_json) {
        const bool is_page = trim(body).starts_with('<'); // of something on the way
        return {is_page ? "" : std::string(trim(body)), ""};
    }
    Complaint complaint;
    if (const std::string* message = text_of(*error, "message"))
        complaint.message = *message;
    const auto errors = error->is_object() ? error->find("errors") : error->end();
    if (errors != error->end() && errors->is_array() && !errors->empty())
        if (const std::string* reason = text_of(errors->front(), "reason"))
            complaint.reason = *reason;
    return complaint;
}

bool is_about_crc(const Complaint& complaint)
{
    const std::string message = to_lower(complaint.message);
    return message.find("crc32c") != std::string::npos &&
           message.find("match") != std::string::npos;
}

Errc code_of(int status, const Complaint& complaint)
{
    const bool too_many = complaint.reason == "rateLimitExceeded" ||
                          complaint.reason == "userRateLimitExceeded" ||
                          complaint.reason == "quotaExceeded";
    if (status == 429 || (status == 403 && too_many))
        return Errc::overloaded;
    if (is_retryable_status(status))
        return Errc::unavailable;
    if (status == 400 && is_about_crc(complaint))
        return Errc::corrupt;
    if (status == 401 || status == 403)
        return Errc::unauthorized;
    if (status == 404 || status == 410)
        return Errc::not_found;
    // 416: it has become shorter than the range that was asked for.
    return status == 412 || status == 416 ? Errc::conflict : Errc::invalid;
}

} // namespace

Result<ObjectPage> read_object_list(const Json& answer)
{
    if (!answer.is_object())
        return no_page("this is no JSON object");
    ObjectPage page;
    if (auto files = read_entries(answer, "items", read_item, page); !files)
        return files.error();
    if (auto folders = read_entries(answer, "prefixes", read_prefix, page); !folders)
        return folders.error();
    if (const std::string* next = text_of(answer, "nextPageToken"))
        page.next = *next;
    return page;
}

ObjectHead read_media_head(const Headers& headers)
{
    ObjectHead head;
    if (const auto generation = headers.find("x-goog-generation"))
        head.version = *generation;
    const std::string_view range = headers.find("Content-Range").value_or("");
    const std::size_t slash = range.find('/');
    if (slash != std::string_view::npos)
        head.size = parse_count(range.substr(slash + 1)).value_or(0);
    else
        head.size = parse_count(headers.find("Content-Length").value_or("")).value_or(0);
    // Content-Length is that of the body, which something on the way may have packed.
    if (const auto stored = headers.find("x-goog-stored-content-length"))
        head.size = parse_count(*stored).value_or(head.size);
    read_hashes(headers, head);
    return head;
}

std::optional<std::uint64_t> committed_bytes(std::string_view range_header)
{
    constexpr std::string_view start = "bytes=0-";
    const std::string_view text = trim(range_header);
    if (!text.starts_with(start))
        return std::nullopt;
    const std::optional<std::uint64_t> last = parse_count(text.substr(start.size()));
    return last ? std::optional(*last + 1) : std::nullopt;
}

WrittenObject read_written_object(std::string_view body)
{
    WrittenObject written;
    const Result<Json> answer = parse_json(body);
    if (!answer)
        return written;
    if (const std::string* generation = text_of(*answer, "generation"))
        written.generation = *generation;
    if (const std::string* crc = text_of(*answer, "crc32c"))
        written.crc32c = parse_crc32c(*crc);
    return written;
}

Error gcs_error(const GcsRefusal& refusal)
{
    const Complaint complaint = read_complaint(refusal.body);
    const Errc code = code_of(refusal.status, complaint);
    const auto& [verb, right] = refusal.action;
    const std::string uri = gcs_uri(refusal.name);
    std::string text = code == Errc::unauthorized
                           ? fmt::format("no right to {} '{}' ({}): ", verb, uri, right)
                           : fmt::format("cannot {} '{}': ", verb, uri);
    if (code == Errc::corrupt)
        text += "its bytes have changed on their way: ";
    if (complaint.message.empty())
        text += fmt::format("the service answered {}", refusal.status);
    else
        text += printable(complaint.message.substr(0, message_bytes_max));
    return {code, std::move(text)};
}

std::string gcs_uri(const ObjectName& name)
{
    return printable_path(fmt::format("gs://{}/{}", name.bucket, name.key));
}

} // namespace sluice
