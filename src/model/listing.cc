// SPDX-License-Identifier: Apache-2.0
#include "model/listing.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace sluice {

namespace {

bool is_file_path(std::string_view path)
{
    if (path.find('\0') != std::string_view::npos)
        return false;
    for (;;) {
        const std::size_t slash = path.find('/');
        const std::string_view name = path.substr(0, slash);
        if (name.empty() || name == "." || name == "..")
            return false;
        if (slash == std::string_view::npos)
            return true;
        path.remove_prefix(slash + 1);
    }
}

} // namespace

bool is_below(std::string_view path, std::string_view directory)
{
    return path.size() > directory.size() && path.starts_with(directory) &&
           path[directory.size()] == '/';
}

Result<void> Listing::add(std::string_view path, std::uint64_t size)
{
    if (size == 0 && path.ends_with('/'))
        return {};
    if (!is_file_path(path))
        return Error{
            Errc::invalid,
            fmt::format("the object '{}' cannot be a file below /pfs", printable(path))};
    if (path.size() > bytes_max - bytes_.size())
        return Error{
            Errc::overloaded,
            fmt::format("the names of the files are longer than {} bytes together", bytes_max)};
    places_.push_back(
        {static_cast<std::uint32_t>(bytes_.size()), static_cast<std::uint32_t>(path.size())}
    );
    bytes_ += path;
    return {};
}

void Listing::finish()
{
    const auto text = [this](const Place& place) {
        return std::string_view(bytes_).substr(place.begin, place.size);
    };
    const auto less = [&](const Place& a, const Place& b) { return text(a) < text(b); };
    const auto same = [&](const Place& a, const Place& b) { return text(a) == text(b); };
    if (!std::is_sorted(places_.begin(), places_.end(), less))
        std::sort(places_.begin(), places_.end(), less);
    places_.erase(std::unique(places_.begin(), places_.end(), same), places_.end());
    has_file_and_folder_ = find_file_and_folder();
}

bool Listing::find_file_and_folder() const
{
    // Paths that begin with a path follow it without a gap, so those that the current one begins
    // with are a stack, shortest first.
    std::vector<std::size_t> sizes;
    std::string_view last;
    for (std::size_t i = 0; i < size(); ++i) {
        const std::string_view here = path(i);
        while (!sizes.empty() && !here.starts_with(last.substr(0, sizes.back())))
            sizes.pop_back();
        for (std::size_t at = here.find('/'); at != std::string_view::npos;
             at = here.find('/', at + 1))
            if (std::binary_search(sizes.begin(), sizes.end(), at))
                return true;
        sizes.push_back(here.size());
        last = here;
    }
    return false;
}

std::size_t Listing::end_of_directory(std::size_t first, std::string_view name) const
{
    const auto from = places_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = std::partition_point(from, places_.end(), [&](const Place& place) {
        return is_below(std::string_view(bytes_).substr(place.begin, place.size), name);
    });
    return static_cast<std::size_t>(end - places_.begin());
}

} // namespace sluice
