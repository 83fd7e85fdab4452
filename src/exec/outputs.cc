// SPDX-License-Identifier: Apache-2.0
#include "exec/outputs.h"

#include "base/os.h"
#include "base/text.h"

#include <cerrno>
#include <cstdlib>
#include <dirent.h>
#include <memory>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice {

namespace {

constexpr int links_max = 40; // as in the kernel

// Collects by the command's view of names: a path is the list of its parts below /pfs. Host paths
// are made from such lists only, so no link can lead us outside.
class Collector {
public:
    explicit Collector(std::string pfs) : pfs_(std::move(pfs)) {}

    // Adds what stands at `place`, called `name` below /pfs/out.
    Result<void> add(const std::vector<std::string>& place, const std::string& name);
    Result<void> add_folder(const std::vector<std::string>& place, const std::string& name);

    std::vector<OutputFile> take()
    {
        const auto by_path = [](const OutputFile& a, const OutputFile& b) {
            return a.path < b.path;
        };
        std::sort(found_.begin(), found_.end(), by_path);
        return std::move(found_);
    }

private:
    using Place = std::vector<std::string>;

    std::string host(const Place& place) const;
    Error bad(const std::string& name, std::string_view problem) const;
    Result<Place> follow(const Place& link, const std::string& name, int& links_left) const;
    Result<Place>
    resolve(Place start, std::string_view target, const std::string& name, int& links_left) const;

    std::string pfs_;
    std::set<std::pair<dev_t, ino_t>> above_; // the folders that we are in
    std::vector<OutputFile> found_;
};

std::string Collector::host(const Place& place) const
{
    return place.empty() ? pfs_ : pfs_ + '/' + join(place, "/");
}

Error Collector::bad(const std::string& name, std::string_view problem) const
{
    return {
        Errc::invalid,
        fmt::format("the output '{}' {}", printable_path("/pfs/out/" + name), problem)};
}

Result<Collector::Place>
Collector::follow(const Place& link, const std::string& name, int& links_left) const
{
    std::string target(4096, '\0');
    const ssize_t size = ::readlink(host(link).c_str(), target.data(), target.size());
    if (size < 0)
        return os_error("read", host(link), errno);
    target.resize(size);
    if (--links_left < 0)
        return bad(name, "is a link in a circle");

    Place start(link.begin(), link.end() - 1);
    std::string_view rest = target;
    if (rest.starts_with('/')) {
        // Without a namespace of its own the command saw the host's name of the directory.
        start.clear();
        const std::string_view own = pfs_;
        const std::string_view root = rest.starts_with(pfs_ + '/') ? own : "/pfs";
        if (!rest.starts_with(root) || (rest.size() > root.size() && rest[root.size()] != '/'))
            return bad(name, fmt::format("is a link out of /pfs, to '{}'", printable_path(target)));
        rest.remove_prefix(root.size());
    }
    return resolve(std::move(start), rest, name, links_left);
}

Result<Collector::Place> Collector::resolve(
    Place start, std::string_view target, const std::string& name, int& links_left
) const
{
    for (std::string& part : split(target, '/')) {
        if (part.empty() || part == ".")
            continue;
        if (part == "..") {
            if (start.empty())
                return bad(
                    name, fmt::format("is a link out of /pfs, to '{}'", printable_path(target))
                );
            start.pop_back();
            continue;
        }
        start.push_back(std::move(part));
        struct stat status {};
        if (::lstat(host(start).c_str(), &status) != 0)
            return bad(
                name, fmt::format(
                          "is a link to '{}', which cannot be read: {}",
                          printable_path("/pfs/" + join(start, "/")), os_message(errno)
                      )
            );
        if (!S_ISLNK(status.st_mode))
            continue;
        Result<Place> followed = follow(start, name, links_left);
        if (!followed)
            return followed;
        start = std::move(*followed);
    }
    return start;
}

Result<void> Collector::add(const Place& place, const std::string& name)
{
    int links_left = links_max;
    struct stat status {};
    if (::lstat(host(place).c_str(), &status) != 0)
        return os_error("read", host(place), errno);
    Place real = place;
    if (S_ISLNK(status.st_mode)) {
        Result<Place> followed = follow(place, name, links_left);
        if (!followed)
            return followed.error();
        real = std::move(*followed);
        if (::lstat(host(real).c_str(), &status) != 0)
            return os_error("read", host(real), errno);
    }
    if (S_ISDIR(status.st_mode))
        return add_folder(real, name);
    if (S_ISREG(status.st_mode)) {
        found_.push_back({name, host(real)});
        return {};
    }
    const char* const kind = S_ISSOCK(status.st_mode)   ? "a socket"
                             : S_ISFIFO(status.st_mode) ? "a named pipe"
                                                        : "a device";
    return bad(name, fmt::format("is {}, only files can be uploaded", kind));
}

Result<void> Collector::add_folder(const Place& place, const std::string& name)
{
    const Directory directory{::opendir(host(place).c_str())};
    struct stat status {};
    if (!directory || ::fstat(::dirfd(directory.get()), &status) != 0)
        return bad(name, fmt::format("cannot be listed: {}", os_message(errno)));
    const auto identity = std::pair(status.st_dev, status.st_ino);
    if (!above_.insert(identity).second)
        return bad(name, "is a link in a circle");
    while (const dirent* const entry = ::readdir(directory.get())) {
        const std::string child = entry->d_name;
        if (child == "." || child == "..")
            continue;
        Place below = place;
        below.push_back(child);
        if (auto added = add(below, name.empty() ? child : name + '/' + child); !added)
            return added;
    }
    above_.erase(identity);
    return {};
}

} // namespace

Result<std::vector<OutputFile>> collect_outputs(const std::string& pfs)
{
    const std::unique_ptr<char, decltype(&std::free)> real{
        ::realpath(pfs.c_str(), nullptr), &std::free};
    if (!real)
        return os_error("read", pfs, errno);
    Collector collector(real.get());
    if (auto added = collector.add_folder({"out"}, ""); !added)
        return added.error();
    return collector.take();
}

} // namespace sluice
