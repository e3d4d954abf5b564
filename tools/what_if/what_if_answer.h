// GET /api/v1/whatif: the parameters of `foreshock whatif` by the same names, the same JSON.
#pragma once

#include "connectors/http/http_server.h"
#include "tools/what_if/moment.h"

namespace foreshock {

// 200 with the answer, 400 with what is wrong with the question, 503 before anything was decided. Looks a day ahead at most. Any thread.
HttpAnswer answer_what_if(const HttpQuery& query, const MomentKeeper& moments);

}  // namespace foreshock
