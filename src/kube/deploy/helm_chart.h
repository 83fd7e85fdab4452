// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace sluice::kube {

// The files of the Helm chart by their path: what manifests() makes, with expressions of Helm in
// the place of values. With its defaults it is what `sluice deploy` applies for production.
std::map<std::string, std::string> helm_chart(std::string_view version);

} // namespace sluice::kube
