// The answer for people and for programs. Pure functions.
#pragma once

#include <string>

#include "tools/what_if/what_if_request.h"

namespace foreshock {

std::string what_if_text(const WhatIfRequest& request, const WhatIfQuestion& question, const WhatIf& answer, const Moment& moment);
std::string what_if_json(const WhatIfRequest& request, const WhatIfQuestion& question, const WhatIf& answer, const Moment& moment);

}  // namespace foreshock
