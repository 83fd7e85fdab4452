// SPDX-License-Identifier: Apache-2.0
#include "kube/calls.h"

#include <array>

namespace sluice {

std::span<const KubeCall> kube_calls()
{
    using namespace kube;
    static constexpr std::array all{create_job, get_job,    list_jobs,   watch_jobs,    delete_job,
                                    list_pods,  watch_pods, get_pod_log, create_secret, get_secret};
    return all;
}

} // namespace sluice
