// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/object_service.h"

#include <boost/asio/any_io_executor.hpp>

#include <map>

namespace sluice::testing {

// Buckets in memory, behind the interface of a real service, which misbehave when a test says so.
// Lives on the loop.
class MemoryService final : public ObjectService {
public:
    enum class Checksum : std::uint8_t { crc32c, md5, none }; // what heads tell
    struct Options {
        bool parts_in_order = false;
        Checksum checksum = Checksum::crc32c;
        std::size_t page_entries = 1000;
        std::size_t piece_bytes = 64u << 10; // of a body
        bool repeats_folders = false;        // the folders of a page come on the next one too
        std::string scheme = "mem";
    };

    struct Call {
        std::string what; // "list", "read", "write", "begin", "part", "finish", "abort", "remove"
        ObjectName name;
        std::uint64_t first = 0;                 // of read
        std::optional<std::uint64_t> count = {}; // of read
        int number = 0;                          // of part
    };

    struct Object {
        SharedBytes bytes;
        std::string version;
    };
    using Bucket = std::map<std::string, Object>; // by key

    MemoryService(asio::any_io_executor executor, Options options)
        : executor_(std::move(executor)), options_(std::move(options))
    {}

    std::map<std::string, Bucket> buckets;               // by name; a test makes them
    void put(const ObjectName& name, std::string bytes); // with a new version

    std::vector<Call> calls; // all that came
    std::size_t count(std::string_view what) const;
    std::size_t unfinished_uploads() const { return uploads_.size(); }

    // Asked before each call does anything; its error is the answer.
    std::function<Async<Result<void>>(const Call&)> before;
    Async<Result<void>> good(); // for `before`: go on
    Async<Result<void>> bad(Error error);
    Async<Result<void>> hang(); // until it is cancelled

    // Of the next bodies so many are cut after some bytes, with or without an error.
    int cut_bodies = 0;
    std::uint64_t cut_after = 0;
    bool cut_is_told = true;
    int wrong_bodies = 0; // of the next, so many hold a wrong byte

    std::string_view scheme() const override { return options_.scheme; }
    bool parts_in_order() const override { return options_.parts_in_order; }
    Async<Result<ObjectPage>> list(ListObjects request) override;
    Async<Result<void>> read(ReadObject request) override;
    Async<Result<void>> write(ObjectName name, SharedBytes bytes, std::uint32_t crc32c) override;
    Async<Result<std::string>> begin_upload(ObjectName name) override;
    Async<Result<std::string>> write_part(UploadPart part) override;
    Async<Result<void>> finish_upload(FinishUpload request) override;
    Async<Result<void>> abort_upload(ObjectName name, std::string upload) override;
    Async<Result<void>> remove(ObjectName name) override;

private:
    using Parts = std::map<int, SharedBytes>;

    Async<Result<void>> enter(Call call);
    ObjectPage page_of(const Bucket& bucket, const ListObjects& request);
    ObjectHead head_of(const Object& object) const;
    std::string body_of(const Object& object, const ReadObject& request);
    Async<Result<void>> send(std::string body, BodySink& sink);
    Error error(Errc code, const ObjectName& name, std::string_view why) const;

    asio::any_io_executor executor_;
    Options options_;
    std::map<std::string, Parts> uploads_;
    int versions_ = 0;
    std::vector<BlobEntry> last_folders_;
};

} // namespace sluice::testing
