#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "connectors/file/file_source.h"
#include "connectors/http/http_client.h"
#include "rules/config.h"
#include "rules/values.h"
#include "tools/commands/commands.h"
#include "tools/commands/read_all.h"
#include "tools/exit_codes.h"
#include "tools/report/explanation.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

using Json = nlohmann::ordered_json;

// Of each warning whose id begins as asked for the revision that is asked for, or the first that is known.
class Found {
public:
    explicit Found(const ExplainOptions& o) : o_(o) {}

    void add(const Json& data) {
        if (!data.is_object() || !data.contains("id") || !data.contains("revision")) return;
        const auto id = data["id"].get<std::string>();
        if (!id.starts_with(o_.id)) return;
        const auto revision = data["revision"].get<uint32_t>();
        if (o_.revision != 0 && revision != o_.revision) return;
        by_id_.emplace(id, data);
    }
    const std::map<std::string, Json>& by_id() const { return by_id_; }

private:
    const ExplainOptions& o_;
    std::map<std::string, Json> by_id_;
};

Status read_files(const std::vector<std::string>& paths, Found& found) {
    for (const std::string& path : paths) {
        FileSource source({path}, {});
        const Status done = read_all(source, path, [&](const RecordBatch& batch) -> Status {
            for (const RawRecord& record : batch.records) {
                const Json event = Json::parse(record.bytes(), nullptr, false);
                if (event.is_object() && event.contains("data")) found.add(event["data"]);
            }
            return Done{};
        });
        if (!done) return done;
    }
    return Done{};
}

std::string address_of(const Config& config) {
    const std::string& host = config.http.host;
    if (host.empty() || config.http.port == 0) return {};
    return "http://" + (host == "0.0.0.0" ? "127.0.0.1" : host) + ":" + std::to_string(config.http.port);
}

// What the running program has open. Problem: nobody answers.
Status ask(const std::string& url, Found& found) {
    HttpClientOptions options;
    options.extra_path = "/api/v1/warnings";
    auto client = HttpClient::open(url, options);
    if (!client) return client.problems();
    std::string body;
    const HttpReply reply = client.value().get(body);
    const Json answer = Json::parse(body, nullptr, false);
    if (!reply.arrived() || !answer.is_object() || !answer.contains("warnings")) return Diagnostic{url, 0, 0, "does not answer: " + reply.error, "is the program running?"};
    for (const Json& data : answer["warnings"]) found.add(data);
    return Done{};
}

Status look(const ExplainOptions& o, Found& found) {
    if (!o.warnings.empty()) return read_files(o.warnings, found);
    if (!o.url.empty()) return ask(o.url, found);
    if (o.config.empty()) return Diagnostic{{}, 0, 0, "nowhere to look", "give the configuration of the running program, --url or --warnings FILE"};
    const auto config = load_config(o.config);
    if (!config) return config.problems();
    const std::string address = address_of(config.value());
    if (!address.empty() && ask(address, found) && !found.by_id().empty()) return Done{};
    std::vector<std::string> files;
    for (const OutputConfig& output : config.value().outputs)
        if (const auto* file = std::get_if<FileOutputConfig>(&output)) files.push_back(file->path);
    if (files.empty()) return Diagnostic{o.config, 0, 0, "no program that answers, and no file of warnings", "start it with http: {listen: …}, or give --warnings FILE"};
    return read_files(files, found);
}

// The id of a CloudEvent ends in its revision: w-1f.2.
ExplainOptions without_revision(ExplainOptions o) {
    const size_t dot = o.id.rfind('.');
    const auto revision = dot == std::string::npos ? std::nullopt : parse_integer(o.id.substr(dot + 1));
    if (!revision || *revision < 1 || *revision > UINT32_MAX) return o;
    o.id.resize(dot);
    if (o.revision == 0) o.revision = static_cast<uint32_t>(*revision);
    return o;
}

}  // namespace

int explain_command(const ExplainOptions& asked) {
    const ExplainOptions o = without_revision(asked);
    Found found(o);
    if (const Status done = look(o, found); !done) return print(done.problems()), o.url.empty() ? kWrongUsage : kOutsideFailed;
    if (found.by_id().size() != 1) {
        std::fprintf(stderr, found.by_id().empty() ? "foreshock explain: no warning '%s' is known there\n" : "foreshock explain: '%s' is the beginning of several:\n", o.id.c_str());
        for (const auto& [id, data] : found.by_id()) std::fprintf(stderr, "  %s  %s\n", id.c_str(), data.value("sentence", "").c_str());
        return kDidNotHold;
    }
    const Json& warning = found.by_id().begin()->second;
    std::fputs((o.json ? warning.dump(2) + "\n" : explanation_text(warning)).c_str(), stdout);
    return kFine;
}

}  // namespace foreshock
