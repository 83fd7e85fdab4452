// SPDX-License-Identifier: Apache-2.0
#include "base/os.h"
#include "blob/bucket_calls.h"
#include "blob/file_walk.h"
#include "blob/retry_request.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

// As it counts in the order of a listing.
std::string spelled(const BlobEntry& entry)
{
    return entry.kind == BlobKind::folder ? entry.path + '/' : entry.path;
}

bool has_empty_part(std::string_view path)
{
    return path.empty() || path.starts_with('/') || path.ends_with('/') ||
           path.find("//") != std::string_view::npos;
}

// Folders of other tools: objects without content whose names end with a slash. That of the listed
// folder itself has no name left.
bool is_marker(const BlobEntry& entry)
{
    const bool is_folder = entry.path.empty() || entry.path.ends_with('/');
    return entry.kind == BlobKind::file && entry.size == 0 && is_folder;
}

bool is_temporary(std::string_view path)
{
    const std::size_t slash = path.rfind('/');
    const std::size_t last = slash == std::string_view::npos ? 0 : slash + 1;
    return path.substr(last).starts_with(temporary_prefix);
}

// Pages of the service as pages of a listing. The service sorts; files and folders of a page are
// merged here, and folders that a server tells again on the next page are dropped.
class BucketListing final : public BlobListing {
public:
    BucketListing(
        const BucketParts& parts, ObjectService& service, ObjectName prefix, ListDepth depth
    )
        : parts_(parts), service_(service), prefix_(std::move(prefix)), depth_(depth)
    {}

    Async<Result<std::vector<BlobEntry>>> next_page() override
    {
        std::vector<BlobEntry> entries;
        while (entries.empty() && !ended_) {
            const auto make = [this] { return ask(); };
            Result<ObjectPage> page = co_await retry_request(parts_, nullptr, make);
            if (!page)
                co_return page.error();
            const Result<void> taken = take(std::move(*page), entries);
            if (!taken)
                co_return taken.error();
        }
        co_return entries;
    }

private:
    Async<Result<ObjectPage>> ask()
    {
        ObjectService::ListObjects request{prefix_, depth_, token_};
        return service_.list(std::move(request));
    }

    Result<void> take(ObjectPage page, std::vector<BlobEntry>& entries);
    Error bad_name(std::string_view path, Errc code, std::string_view why) const;

    const BucketParts& parts_;
    ObjectService& service_;
    ObjectName prefix_;
    ListDepth depth_;
    std::string token_;
    std::string last_; // as it is spelled
    bool ended_ = false;
};

Result<void> BucketListing::take(ObjectPage page, std::vector<BlobEntry>& entries)
{
    if (!page.next.empty() && page.next == token_)
        return bad_name("", Errc::corrupt, "its listing does not get on");
    token_ = std::move(page.next);
    ended_ = token_.empty();

    for (BlobEntry& entry : page.entries) {
        if (!entry.path.starts_with(prefix_.key))
            return bad_name("", Errc::corrupt, "its listing tells what is not below it");
        entry.path.erase(0, prefix_.key.size());
    }
    const auto before = [](const BlobEntry& a, const BlobEntry& b) {
        const bool are_files = a.kind == BlobKind::file && b.kind == BlobKind::file;
        return are_files ? a.path < b.path : spelled(a) < spelled(b);
    };
    std::sort(page.entries.begin(), page.entries.end(), before);
    for (BlobEntry& entry : page.entries) {
        if (is_marker(entry) || is_temporary(entry.path))
            continue;
        std::string spelling = spelled(entry);
        if (has_empty_part(entry.path))
            return bad_name(
                spelling, Errc::invalid, "a part of its name is empty, which no file can have"
            );
        const bool is_file = entry.kind == BlobKind::file;
        if (spelling < last_ && is_file)
            return bad_name(spelling, Errc::corrupt, "the service lists it out of order");
        if (spelling <= last_)
            continue;
        last_ = std::move(spelling);
        entries.push_back(std::move(entry));
    }
    return {};
}

Error BucketListing::bad_name(std::string_view path, Errc code, std::string_view why) const
{
    const ObjectName name{prefix_.bucket, prefix_.key + std::string(path)};
    return {code, fmt::format("{}: {}", shown(service_, name), why)};
}

} // namespace

std::string shown(const ObjectService& service, const ObjectName& name)
{
    const std::string uri = fmt::format("{}://{}/{}", service.scheme(), name.bucket, name.key);
    return fmt::format("'{}'", printable_path(uri));
}

std::unique_ptr<BlobListing> make_bucket_listing(
    const BucketParts& parts, ObjectService& service, ObjectName prefix, ListDepth depth
)
{
    return std::make_unique<BucketListing>(parts, service, std::move(prefix), depth);
}

} // namespace sluice
