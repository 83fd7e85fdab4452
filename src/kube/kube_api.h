// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/calls.h"
#include "kube/kube_cluster.h"
#include "kube/kube_token.h"
#include "net/http_client.h"

namespace sluice {

struct KubeRequest {
    KubeCall call;
    std::string name = {}; // of the object; empty: of all
    std::vector<Field> query = {};
    Json body = nullptr;
    std::chrono::milliseconds total_time{};                  // none: that of a call
    std::size_t body_bytes_max = 16u << 20;                  // of the answer
    BodySink* head = nullptr;                                // is told the head, and wants no body
    std::function<bool(std::string_view)> on_body = nullptr; // of the answer
};

// The API of Kubernetes in one namespace: makes requests from rows of kube_calls(), says who we
// are, and reads refusals. Lives on the loop; outlives its calls.
class KubeApi {
public:
    KubeApi(asio::any_io_executor executor, WorkerThreads& threads, const KubeOptions& options);

    const std::string& name_space() const { return access_.name_space; }

    // Any status is a success. A token that is refused is read again once. Errors: as HttpClient.
    Async<Result<ClientResponse>> send(KubeRequest request);

    // The same; what is no 2xx is an error, as refusal() says it.
    Async<Result<ClientResponse>> ask(KubeRequest request);

    // What the status means, in the API's own words where it has some.
    Error refusal(const KubeRequest& request, int status, std::string_view body) const;

private:
    ClientRequest make(const KubeRequest& request, const std::string& token) const;
    std::string url_of(const KubeRequest& request) const;

    KubeAccess access_;
    std::chrono::milliseconds call_time_;
    KubeToken token_;
    HttpClient http_;
};

} // namespace sluice
