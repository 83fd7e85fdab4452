// SPDX-License-Identifier: Apache-2.0
#include <boost/url/src.hpp>
