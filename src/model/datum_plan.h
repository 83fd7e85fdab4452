// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/listing.h"
#include "model/pipeline.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sluice {

// A file that a command sees.
struct InputFile {
    std::string uri;        // where it comes from, as format_uri writes it
    std::string local_path; // "<repo>/<relative path>", bytes as they are; stands below /pfs

    friend bool operator==(const InputFile&, const InputFile&) = default;
};

struct PlanLimits {
    std::uint64_t datums_max = 1'000'000;
    std::uint64_t files_max = 20'000'000; // input files of all datums together
};

// The datums of a job, computed one by one when they are asked for. It holds the listings and, for
// each entry that a glob matched, 12 bytes: a job of 1,000,000 files in 1,000,000 datums costs 20
// bytes per datum and its path once, and a cross costs nothing but its parts.
//
// Order: within an atom the byte order of the matched paths; a union is one part after the other;
// in a cross the left-most part changes slowest. A pattern "/" is one datum with every file, and
// none where there is no file. A directory that matches is a datum with every file below it, so
// nested matches ("/**") share files.
//
// Immutable after make(); datum() may be called from any thread.
class DatumPlan {
public:
    // `listings` has one finished Listing for each of atoms_of(input), in that order; atoms of one
    // folder may share theirs. Errors:
    // - overloaded: more datums or files than the limits; checked before anything is combined
    // - invalid: within one datum a local path comes from two sources, or is both a file and a
    //   folder; a plain path, which resolve_uri should have made a file URI
    static Result<DatumPlan> make(
        const Input& input, const std::vector<std::shared_ptr<const Listing>>& listings,
        const PlanLimits& limits = {}
    );

    std::uint64_t size() const { return nodes_.front().datums; }

    // Input files of all datums together; a file that two parts of a cross share counts twice.
    std::uint64_t file_count() const { return nodes_.front().files; }

    // The files of datum `index` (from 0), atom by atom, each in byte order; none stands twice.
    std::vector<InputFile> datum(std::uint64_t index) const;

private:
    enum class NodeKind : std::uint8_t { atom, cross, concatenation };

    // What a glob matched: a file, or the files below a directory.
    struct Entry {
        std::uint32_t first, count; // in the listing
        std::uint32_t name_size;    // of the matched path: a prefix of the first file's
    };

    struct Node {
        NodeKind kind = NodeKind::atom;
        std::uint64_t datums = 0;
        std::uint64_t files = 0;             // of all its datums
        std::vector<std::size_t> parts = {}; // cross and concatenation: indexes of nodes
        std::shared_ptr<const Listing> listing = {};
        std::vector<Entry> entries = {};
        std::string base = {}; // the folder's URI with its '/'
        std::string repo = {};
    };

    class Maker;

    Result<void> check_limits(const PlanLimits& limits) const;
    Result<void> check_clashes() const;
    void append(std::size_t node, std::uint64_t index, std::vector<InputFile>& files) const;
    void append_entry(const Node& atom, const Entry& entry, std::vector<InputFile>& files) const;

    // Some cross has atoms of one repo in several parts, so datums may hold a file twice.
    bool shares_repos_ = false;
    std::vector<Node> nodes_; // the root first
};

} // namespace sluice
