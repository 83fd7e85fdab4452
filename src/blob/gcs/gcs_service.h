// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blob/bucket_access.h"
#include "blob/gcs/gcs_answers.h"
#include "blob/gcs/google_tokens.h"

#include <map>
#include <memory>
#include <string>

namespace sluice {

struct GcsSession;

// Google Cloud Storage by its JSON API. An object in parts goes up by a resumable session, part
// after part; what the service has not kept of one is sent again.
class GcsService final : public ObjectService {
public:
    GcsService(BucketParts parts, Variables variables);
    ~GcsService() override;

    std::string_view scheme() const override { return "gs"; }
    bool parts_in_order() const override { return true; }

    Async<Result<ObjectPage>> list(ListObjects request) override;
    Async<Result<void>> read(ReadObject request) override;
    Async<Result<void>> write(ObjectName name, SharedBytes bytes, std::uint32_t crc32c) override;

    // The upload's name is ours: the address of a session is as good as a key to it.
    Async<Result<std::string>> begin_upload(ObjectName name) override;

    Async<Result<std::string>> write_part(UploadPart part) override;
    Async<Result<void>> finish_upload(FinishUpload request) override;
    Async<Result<void>> abort_upload(ObjectName name, std::string upload) override;

    Async<Result<void>> remove(ObjectName name) override;

private:
    // "<origin>/storage/v1/b/<bucket>/o/<key>" and "<origin>/upload/storage/v1/b/<bucket>/o…".
    Result<std::string> object_url(const ObjectName& name) const;
    Result<std::string> upload_url(const ObjectName& name, std::string_view type) const;
    Result<std::string> session_url(const ClientResponse& answer) const;

    ClientRequest request_to(Method method, std::string url) const;
    Async<Result<ClientResponse>> send(ClientRequest request); // with a token
    Async<Result<void>> check_written(ObjectName name, WrittenObject written, std::uint32_t crc32c);

    Async<Result<void>> send_part(const UploadPart& part, GcsSession& session);
    Async<Result<void>> send_rest(const UploadPart& part, GcsSession& session);
    Async<Result<void>> ask_progress(const UploadPart& part, GcsSession& session);

    BucketParts parts_;
    Result<std::string> origin_; // "https://storage.googleapis.com"; an error of the settings
    bool is_emulated_ = false;
    GoogleTokens tokens_;
    std::map<std::string, std::shared_ptr<GcsSession>, std::less<>>
        sessions_; // by the upload's name
    std::uint64_t uploads_begun_ = 0;
};

} // namespace sluice
