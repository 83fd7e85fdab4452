// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/s3/s3_requests.h"

namespace sluice {

// How objects go up to S3: whole or in parts, each piece with a checksum. CRC-32C until an answer
// shows that the service does not look at it, then MD5. Lives on the loop; what it is given
// outlives it. Its calls are those of ObjectService.
class S3Upload {
public:
    S3Upload(S3Requests& requests, WorkerThreads& threads) : requests_(requests), threads_(threads)
    {}

    Async<Result<void>> write(ObjectName name, SharedBytes bytes, std::uint32_t crc32c);
    Async<Result<std::string>> begin(ObjectName name);
    Async<Result<std::string>> write_part(UploadPart part);
    Async<Result<void>> finish(FinishUpload request);
    Async<Result<void>> abort(ObjectName name, std::string upload);

private:
    enum class Checksum : std::uint8_t { unknown, crc32c, md5 };

    Async<Result<ClientResponse>> put(S3Request request, std::uint32_t crc32c);
    Async<Result<void>> check(const S3Request& request, const Headers& headers, std::uint32_t crc);
    Async<Result<void>> look_for(const FinishUpload& request);
    Async<Md5> md5_of(SharedBytes bytes);
    Error checksum_refused(const ObjectName& name);

    S3Requests& requests_;
    WorkerThreads& threads_;
    Checksum checksum_ = Checksum::unknown; // what the service looks at
};

} // namespace sluice
