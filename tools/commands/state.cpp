#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "connectors/http/waiting_events.h"
#include "connectors/kafka/kafka_outbox.h"
#include "engine/run/checkpoint_view.h"
#include "state/rocksdb_store.h"
#include "state/state_folder.h"
#include "tools/commands/commands.h"
#include "tools/exit_codes.h"
#include "tools/wiring.h"

namespace foreshock {

namespace {

using Json = nlohmann::ordered_json;

struct Opened {
    std::unique_ptr<RocksdbStore> store;
    Checkpoint checkpoint;
};

Result<Opened> open_checkpoint(const std::string& directory) {
    auto store = RocksdbStore::look_at(directory);
    if (!store) return store.problems();
    auto loaded = store.value()->load();
    if (!loaded) return loaded.problems();
    if (!loaded.value()) return Diagnostic{directory, 0, 0, "no checkpoint has been saved here yet", {}};
    return Opened{std::move(store.value()), std::move(*loaded.value())};
}

std::string time_text(EventTime t) { return t == kBeginningOfTime ? "-" : to_rfc3339(t); }
Json time_json(EventTime t) { return t == kBeginningOfTime ? Json(nullptr) : Json(to_rfc3339(t)); }

void print(const Json& j) { std::printf("%s\n", j.dump(-1, ' ', false, Json::error_handler_t::replace).c_str()); }

Json header_json(const Opened& o) {
    const Checkpoint& c = o.checkpoint;
    return {{"format", kStateFormat}, {"app", c.app}, {"config_hash", c.config_hash}, {"shape", c.shape}, {"checkpoint", o.store->sequence()},
            {"slot_length_seconds", to_seconds(c.slot_length)}, {"decided_until", time_json(c.decided_until)}};
}

std::string header_text(const Opened& o) {
    const Checkpoint& c = o.checkpoint;
    return fmt::format("app {}, config {}, model shape {}, format {}\ncheckpoint {}, decided until {}, slots of {:g} s\n", c.app,
                       c.config_hash.empty() ? "-" : c.config_hash, c.shape, kStateFormat, o.store->sequence(), time_text(c.decided_until),
                       to_seconds(c.slot_length));
}

struct Waiting {
    std::string id;                 // of the event
    std::optional<EventTime> said;  // by the clock on the wall
};

// In outboxes of webhooks and Kafka topics; Alertmanager's holds alerts, not events.
std::vector<Waiting> waiting_in(const std::string& part, const std::string& bytes) {
    std::vector<Waiting> out;
    Archive a(bytes);
    if (part.starts_with("outbox/webhook ")) {
        WaitingEvents waiting({});
        waiting.archive(a);
        for (const auto& e : waiting.events()) out.push_back({e.id, e.said});
    } else if (part.starts_with("outbox/kafka ")) {
        KafkaOutbox outbox;
        outbox.archive(a);
        for (const auto& r : outbox.records()) {
            const Json event = Json::parse(r.value, nullptr, false);
            out.push_back({event.is_object() ? event.value("id", r.key) : r.key, {}});
        }
    }
    return a.ok() ? out : std::vector<Waiting>{};
}

Json dump_json(const Opened& o, const CheckpointView& v) {
    Json j = header_json(o);
    j["services"] = v.services;
    j["resources"] = v.resources;
    j["gauges"] = v.gauges;
    auto& partitions = j["partitions"] = Json::array();
    for (const auto& p : v.partitions)
        partitions.push_back({{"partition", p.name}, {"next_offset", p.next_offset}, {"clock", time_json(p.clock)}, {"corrected_hosts", p.corrected_hosts}});
    auto& slots = j["open_slots"] = Json::array();
    for (const auto& s : v.open_slots) slots.push_back({{"start", to_rfc3339(s.start)}, {"events", s.events}});
    auto& warnings = j["open_warnings"] = Json::array();
    for (const OpenWarning& w : v.warnings)
        warnings.push_back({{"id", w.id}, {"revision", w.revision}, {"rule", w.rule}, {"service", w.service}, {"slo", w.slo}, {"key", w.key},
                            {"opened_at", to_rfc3339(w.opened_at)}, {"shadow", w.shadow}});
    auto& waiting = j["waiting"] = Json::array();
    for (const auto& [part, bytes] : o.checkpoint.parts)
        for (const auto& e : waiting_in(part, bytes))
            waiting.push_back({{"receiver", part.substr(part.find('/') + 1)}, {"id", e.id}, {"said", e.said ? Json(to_rfc3339(*e.said)) : Json()}});
    return j;
}

std::string dump_text(const Opened& o, const CheckpointView& v) {
    std::string out = header_text(o) + fmt::format("{} services, {} resources, {} gauges\n", v.services, v.resources, v.gauges);
    for (const auto& p : v.partitions) out += fmt::format("partition {}: next offset {}, clock {}\n", p.name, p.next_offset, time_text(p.clock));
    for (const auto& s : v.open_slots) out += fmt::format("open slot {}: {} events\n", to_rfc3339(s.start), s.events);
    for (const OpenWarning& w : v.warnings)
        out += fmt::format("open warning {} revision {}: {} {}, since {}{}\n", w.id, w.revision, w.slo.empty() ? w.rule : w.service,
                           w.slo.empty() ? w.key : w.slo, to_rfc3339(w.opened_at), w.shadow ? ", shadow" : "");
    for (const auto& [part, bytes] : o.checkpoint.parts)
        for (const auto& e : waiting_in(part, bytes))
            out += fmt::format("waits for {}: {}{}\n", part.substr(part.find('/') + 1), e.id, e.said ? ", said " + to_rfc3339(*e.said) : "");
    return out;
}

}  // namespace

int state_ls_command(const StateOptions& o) {
    const auto opened = open_checkpoint(o.directory);
    if (!opened) return print(opened.problems()), kOutsideFailed;
    const Checkpoint& c = opened.value().checkpoint;
    const FolderSize size = size_of_folder(o.directory);
    if (o.json) {
        Json j = header_json(opened.value());
        auto& offsets = j["offsets"] = Json::object();
        for (const PartitionOffset& p : c.offsets) offsets[p.partition] = p.next;
        auto& parts = j["parts"] = Json::object();
        for (const auto& [name, bytes] : c.parts) parts[name] = {{"bytes", bytes.size()}, {"chunks", chunk_count(bytes.size())}};
        j["files"] = size.files;
        j["file_bytes"] = size.bytes;
        return print(j), kFine;
    }
    std::string out = header_text(opened.value());
    for (const PartitionOffset& p : c.offsets) out += fmt::format("partition {}: next offset {}\n", p.partition, p.next);
    for (const auto& [name, bytes] : c.parts) out += fmt::format("part {}: {} bytes, {} chunks\n", name, bytes.size(), chunk_count(bytes.size()));
    out += fmt::format("{} files, {} bytes\n", size.files, size.bytes);
    std::fputs(out.c_str(), stdout);
    return kFine;
}

int state_dump_command(const StateOptions& o) {
    const auto opened = open_checkpoint(o.directory);
    if (!opened) return print(opened.problems()), kOutsideFailed;
    const auto view = view_of(opened.value().checkpoint);
    if (!view) return print(view.problems()), kOutsideFailed;
    if (o.json) print(dump_json(opened.value(), view.value()));
    else std::fputs(dump_text(opened.value(), view.value()).c_str(), stdout);
    return kFine;
}

int state_verify_command(const StateOptions& o) {
    const auto verdict = verify_state(o.directory);
    if (!verdict) return print(verdict.problems()), kOutsideFailed;
    const StateVerdict& v = verdict.value();
    if (o.json) {
        Json j{{"whole", !v.damage}, {"files", v.size.files}, {"file_bytes", v.size.bytes}};
        if (v.damage) j["problem"] = v.damage->text();
        else j.update(Json{{"checkpoint", v.sequence}, {"parts", v.parts}, {"chunks", v.chunks}, {"bytes", v.bytes}});
        print(j);
    } else if (!v.damage) {
        std::printf("%s\n", fmt::format("{}: whole: checkpoint {}, {} parts, {} chunks, {} bytes; {} files, {} bytes", o.directory, v.sequence, v.parts,
                                        v.chunks, v.bytes, v.size.files, v.size.bytes).c_str());
    }
    if (!v.damage) return kFine;
    if (!o.json) print(Diagnostics{*v.damage});
    return kDidNotHold;
}

int state_compact_command(const StateOptions& o) {
    const FolderSize before = size_of_folder(o.directory);
    if (const Status done = compact_state(o.directory); !done) return print(done.problems()), kOutsideFailed;
    const FolderSize after = size_of_folder(o.directory);
    if (o.json) print(Json{{"file_bytes_before", before.bytes}, {"file_bytes", after.bytes}});
    else std::printf("%s\n", fmt::format("{}: {} bytes before, {} now", o.directory, before.bytes, after.bytes).c_str());
    return kFine;
}

}  // namespace foreshock
