// SPDX-License-Identifier: Apache-2.0
#include "model/datum_plan.h"

#include "base/assert.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

namespace sluice {

namespace {

// Sums and products that stay at the largest value instead of overflowing: only compared to limits.
std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t sum = 0;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

std::uint64_t saturating_multiply(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t product = 0;
    return __builtin_mul_overflow(a, b, &product) ? UINT64_MAX : product;
}

Error clash(const InputFile& a, const InputFile& b)
{
    const std::string place = printable(a.local_path);
    if (a.local_path == b.local_path)
        return {
            Errc::invalid,
            fmt::format(
                "'/pfs/{}' would come from '{}' and from '{}' in the same datum: give "
                "the inputs different repos",
                place, a.uri, b.uri
            )};
    return {
        Errc::invalid,
        fmt::format(
            "'/pfs/{}' would be a file ('{}') and a folder (of '{}') in the same datum", place,
            a.uri, b.uri
        )};
}

// The first file that cannot stand beside another one; `files` are reordered.
Result<void> check_datum(std::vector<InputFile>& files)
{
    std::sort(files.begin(), files.end(), [](const InputFile& a, const InputFile& b) {
        return std::tie(a.local_path, a.uri) < std::tie(b.local_path, b.uri);
    });
    for (std::size_t i = 1; i < files.size(); ++i)
        if (files[i - 1].local_path == files[i].local_path && files[i - 1].uri != files[i].uri)
            return clash(files[i - 1], files[i]);

    // A folder's files need not follow the file of its name directly ("a", "a-b", "a/c").
    const auto less = [](const InputFile& file, std::string_view path) {
        return file.local_path < path;
    };
    for (const InputFile& file : files) {
        const std::string inside = file.local_path + "/";
        const auto below =
            std::lower_bound(files.begin(), files.end(), std::string_view(inside), less);
        if (below != files.end() && is_below(below->local_path, file.local_path))
            return clash(file, *below);
    }
    return {};
}

std::set<std::string> repos_of(const Input& input)
{
    std::set<std::string> repos;
    for (const Atom* atom : atoms_of(input))
        repos.insert(atom->repo);
    return repos;
}

bool shares_repos(const std::vector<Input>& parts)
{
    std::set<std::string> seen;
    for (const Input& part : parts)
        for (const std::string& repo : repos_of(part))
            if (!seen.insert(repo).second)
                return true;
    return false;
}

} // namespace

// Turns the tree of inputs into nodes, and the listings into entries.
class DatumPlan::Maker {
public:
    using Listings = std::vector<std::shared_ptr<const Listing>>;

    Maker(DatumPlan& plan, const Listings& listings, const PlanLimits& limits)
        : plan_(plan), listings_(listings), limits_(limits)
    {}

    std::size_t add(const Input& input)
    {
        const std::size_t index = plan_.nodes_.size();
        plan_.nodes_.emplace_back(); // its place; the parts follow
        Node node;
        if (const auto* atom = std::get_if<Atom>(&input.node))
            node = plan_atom(*atom);
        else if (const auto* cross = std::get_if<Cross>(&input.node))
            node = plan_cross(cross->parts);
        else
            node = plan_concatenation(std::get<Union>(input.node).parts);
        plan_.nodes_[index] = std::move(node);
        return index;
    }

private:
    Node plan_cross(const std::vector<Input>& parts)
    {
        Node node{.kind = NodeKind::cross, .datums = 1};
        plan_.shares_repos_ = plan_.shares_repos_ || shares_repos(parts);
        for (const Input& input : parts) {
            const std::size_t index = add(input);
            const Node& part = plan_.nodes_[index];
            node.files = saturating_add(
                saturating_multiply(node.files, part.datums),
                saturating_multiply(node.datums, part.files)
            );
            node.datums = saturating_multiply(node.datums, part.datums);
            node.parts.push_back(index);
        }
        return node;
    }

    Node plan_concatenation(const std::vector<Input>& parts)
    {
        Node node{.kind = NodeKind::concatenation};
        for (const Input& input : parts) {
            const std::size_t index = add(input);
            const Node& part = plan_.nodes_[index];
            node.files = saturating_add(node.files, part.files);
            node.datums = saturating_add(node.datums, part.datums);
            node.parts.push_back(index);
        }
        return node;
    }

    Node plan_atom(const Atom& atom)
    {
        Node node{.kind = NodeKind::atom, .listing = listings_[next_++]};
        node.base = format_uri(as_folder(atom.uri));
        node.repo = atom.repo;
        const Listing& listing = *node.listing;
        if (!atom.glob.is_everything())
            node.entries = match(atom.glob, listing);
        else if (listing.size() > 0)
            node.entries.push_back({0, static_cast<std::uint32_t>(listing.size()), 0});
        node.datums = node.entries.size();
        for (const Entry& entry : node.entries)
            node.files += entry.count;
        return node;
    }

    // Stops soon after the limit: the plan is refused then.
    std::vector<Entry> match(const Glob& glob, const Listing& listing) const
    {
        std::vector<Entry> entries;
        std::vector<std::size_t> ends;
        std::string_view last;
        for (std::size_t i = 0; i < listing.size() && entries.size() <= limits_.datums_max; ++i) {
            const std::string_view path = listing.path(i);
            glob.matching_prefixes(path, ends);
            for (const std::size_t end : ends) {
                const std::string_view name = path.substr(0, end);
                const bool is_file = end == path.size();
                if (!is_file && is_below(last, name))
                    continue; // this directory has its entry
                const std::size_t stop = is_file ? i + 1 : listing.end_of_directory(i, name);
                entries.push_back(
                    {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(stop - i),
                     static_cast<std::uint32_t>(end)}
                );
            }
            last = path;
        }
        sort(entries, listing);
        return entries;
    }

    // By matched path: "a" stands before "a-b", though "a-b" stands before "a/x" in the listing.
    static void sort(std::vector<Entry>& entries, const Listing& listing)
    {
        const auto less = [&](const Entry& a, const Entry& b) {
            const std::string_view a_name = listing.path(a.first).substr(0, a.name_size);
            const std::string_view b_name = listing.path(b.first).substr(0, b.name_size);
            return a_name != b_name ? a_name < b_name : a.first < b.first;
        };
        if (!std::is_sorted(entries.begin(), entries.end(), less))
            std::sort(entries.begin(), entries.end(), less);
    }

    DatumPlan& plan_;
    const Listings& listings_;
    const PlanLimits& limits_;
    std::size_t next_ = 0;
};

Result<DatumPlan> DatumPlan::make(
    const Input& input, const std::vector<std::shared_ptr<const Listing>>& listings,
    const PlanLimits& limits
)
{
    const std::vector<const Atom*> atoms = atoms_of(input);
    SLUICE_ASSERT(atoms.size() == listings.size());
    for (const Atom* atom : atoms)
        if (atom->uri.scheme == UriScheme::local)
            return Error{
                Errc::invalid,
                fmt::format(
                    "'{}' is a plain path: accepted are file:///folder, s3://bucket/prefix and "
                    "gs://bucket/prefix",
                    printable(atom->uri.path)
                )};

    DatumPlan plan;
    Maker(plan, listings, limits).add(input);
    if (Result<void> fits = plan.check_limits(limits); !fits)
        return fits.error();
    if (Result<void> clear = plan.check_clashes(); !clear)
        return clear.error();
    return plan;
}

Result<void> DatumPlan::check_limits(const PlanLimits& limits) const
{
    if (size() > limits.datums_max)
        return Error{
            Errc::overloaded,
            fmt::format("the input makes more than {} datums", limits.datums_max)};
    if (file_count() > limits.files_max)
        return Error{
            Errc::overloaded, fmt::format(
                                  "the datums have more than {} input files together: {} datums",
                                  limits.files_max, size()
                              )};
    return {};
}

// Looks at every datum, but only where one could hold a clash at all.
Result<void> DatumPlan::check_clashes() const
{
    const bool odd_names = std::any_of(nodes_.begin(), nodes_.end(), [](const Node& node) {
        return node.listing && node.listing->has_file_and_folder();
    });
    if (!shares_repos_ && !odd_names)
        return {};
    std::vector<InputFile> files;
    for (std::uint64_t index = 0; index < size(); ++index) {
        files.clear();
        append(0, index, files);
        if (Result<void> clear = check_datum(files); !clear)
            return clear;
    }
    return {};
}

std::vector<InputFile> DatumPlan::datum(std::uint64_t index) const
{
    SLUICE_ASSERT(index < size());
    std::vector<InputFile> files;
    append(0, index, files);
    if (shares_repos_) {
        std::set<std::string> seen;
        std::erase_if(files, [&](const InputFile& file) {
            return !seen.insert(file.local_path).second;
        });
    }
    return files;
}

void DatumPlan::append(std::size_t node_index, std::uint64_t index, std::vector<InputFile>& files)
    const
{
    const Node& node = nodes_[node_index];
    switch (node.kind) {
    case NodeKind::atom:
        append_entry(node, node.entries[index], files);
        return;
    case NodeKind::cross: {
        std::uint64_t combinations = node.datums; // of this part and those to its right
        for (const std::size_t part : node.parts) {
            combinations /= nodes_[part].datums;
            append(part, index / combinations, files);
            index %= combinations;
        }
        return;
    }
    case NodeKind::concatenation:
        for (const std::size_t part : node.parts) {
            if (index < nodes_[part].datums)
                return append(part, index, files);
            index -= nodes_[part].datums;
        }
    }
}

void DatumPlan::append_entry(const Node& atom, const Entry& entry, std::vector<InputFile>& files)
    const
{
    for (std::size_t i = entry.first; i < entry.first + std::size_t{entry.count}; ++i) {
        const std::string_view path = atom.listing->path(i);
        files.push_back({atom.base + percent_encode(path), fmt::format("{}/{}", atom.repo, path)});
    }
}

} // namespace sluice
