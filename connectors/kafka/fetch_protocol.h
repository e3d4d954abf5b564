// The two requests of Kafka's protocol that reading needs, and their responses: ApiVersions and Fetch. Pure: values to bytes and back.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/kafka/record_batches.h"

namespace foreshock {

// How much a broker may answer, and what of it.
struct FetchLimits {
    int32_t wait_ms = 500;               // longest wait for `least_bytes`
    int32_t least_bytes = 1;
    int32_t most_bytes = 8'000'000;      // of a response; a first batch that is larger comes all the same
    bool committed_only = true;
};

struct FetchWish {
    std::string_view topic;
    int32_t partition = 0;
    int64_t from = 0;
    int32_t most_bytes = 1'000'000;
};

struct FetchedPartition {
    std::string_view topic;
    int32_t partition = 0;
    int16_t error = 0;
    int64_t readable_end = 0;  // no record from there on can be read at the moment
    std::vector<AbortedTransaction> aborted;
    std::string_view records;
};

struct FetchResponse {
    int16_t error = 0;
    std::vector<FetchedPartition> partitions;
};

// Requests with their length in front; `correlation` comes back at the front of the response.
std::string api_versions_request(int32_t correlation, std::string_view client);
std::string fetch_request(int32_t correlation, std::string_view client, const FetchLimits& limits, std::span<const FetchWish> wishes);

// Responses behind the correlation. Nothing where they are no such responses.
std::optional<bool> offers_fetch(std::string_view response);  // in the version that we speak
std::optional<FetchResponse> read_fetch_response(std::string_view response, bool committed_only);

}  // namespace foreshock
