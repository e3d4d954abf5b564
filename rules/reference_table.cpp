// The table itself; what is done with it stands in reference.cpp.
#include "rules/reference.h"

namespace foreshock {
namespace {

using enum ValueType;

constexpr KeyReference kTable[]{
    // --- the program
    {"app", text, "foreshock", "", "Names the state, the consumer group and the transactional id."},
    {"model", ValueType::model, "", "", "The service model in files of its own; its sections may also stand here at the top."},
    {"rules", text_list, "", "", "Files with rules of your own (not supported yet). Every SLO is forecast without any rule."},
    {"workers", integer, "0", "0 = all cores, to 1024", "Threads that decode and fold events. Never changes a result."},
    {"dimensions", text_list, "[campaign, channel]", "at most 4", "String fields of transactions by which a rise is split."},

    {"sources", list, "", "", "Where events come from. Not needed for replay."},
    {"sources[].kafka", section, "", "", "Topics of a Kafka cluster."},
    {"sources[].kafka.brokers", text, "", "host:port,...", "Where to find the cluster.", true},
    {"sources[].kafka.topics", text_list, "", "", "Topics to read.", true},
    {"sources[].kafka.group", text, "app", "", "Consumer group."},
    {"sources[].kafka.start", text, "committed", "committed, earliest, latest or a time",
     "Where to begin in partitions that the state does not know yet."},
    {"sources[].kafka.properties", text_map, "", "", "Any librdkafka property (security.protocol, sasl.password, ...)."},
    {"sources[].files", text_list, "", "", "JSON lines, plain, gzip or zstd, merged by event time; - is standard input."},

    {"outputs", list, "", "", "Where warnings go. None: sentences on standard output."},
    {"outputs[].kafka", section, "", "", "CloudEvents into a topic, keyed by warning id."},
    {"outputs[].kafka.brokers", text, "", "host:port,...", "Where to find the cluster.", true},
    {"outputs[].kafka.topic", text, "", "", "Topic to write.", true},
    {"outputs[].kafka.properties", text_map, "", "", "Any librdkafka property."},
    {"outputs[].alertmanager", section, "", "", "Prometheus Alertmanager, API version 2; every member of a cluster is told."},
    {"outputs[].alertmanager.urls", secret_list, "", "http(s)://...", "Base address of each member.", true},
    {"outputs[].alertmanager.headers", text_map, "", "", "HTTP headers to add (Authorization, ...)."},
    {"outputs[].alertmanager.ca_file", text, "", "PEM", "Authorities to trust instead of the system's."},
    {"outputs[].alertmanager.timeout", duration, "10s", "100ms to 5m", "Longest wait for an answer."},
    {"outputs[].webhook", section, "", "", "Each warning as one CloudEvent by HTTP POST."},
    {"outputs[].webhook.url", secret, "", "http(s)://...", "Address to post to.", true},
    {"outputs[].webhook.headers", text_map, "", "", "HTTP headers to add (Authorization, ...)."},
    {"outputs[].webhook.ca_file", text, "", "PEM", "Authorities to trust instead of the system's."},
    {"outputs[].webhook.timeout", duration, "10s", "100ms to 5m", "Longest wait for an answer."},
    {"outputs[].file", text, "", "", "CloudEvents as JSON lines into a file."},
    {"outputs[].stdout", choice, "sentence", "sentence|json", "One line a warning, for people or for pipes."},

    {"dead_letter", section, "", "", "Where records go that could not be used. None: they are only counted."},
    {"dead_letter.file", text, "", "", "JSON lines into a file."},
    {"dead_letter.kafka", section, "", "", "Into a topic."},
    {"dead_letter.kafka.brokers", text, "", "host:port,...", "Where to find the cluster.", true},
    {"dead_letter.kafka.topic", text, "", "", "Topic to write.", true},
    {"dead_letter.kafka.properties", text_map, "", "", "Any librdkafka property."},

    {"state", section, "", "", "Checkpoints: offsets and state of one moment, in one write."},
    {"state.directory", text, "", "", "Folder of the state, for one process at a time. None: kept in memory only."},
    {"state.checkpoint_every", duration, "5s", "100ms to 10m", "Time between checkpoints."},

    {"http", section, "", "", "Metrics, health and the live page."},
    {"http.listen", text, "", "host:port", "Address to serve on, such as 127.0.0.1:8080. None: nothing is served."},

    {"log", section, "", "", "Logging, on standard error."},
    {"log.level", choice, "info", "debug|info|warning|error", "Least weight of a line that is written."},
    {"log.format", choice, "text", "text|json", "Lines for people or for machines."},

    {"slots", section, "", "", "Slots: the tumbling event-time windows in which everything is counted."},
    {"slots.length", duration, "10s", "1s to 5m", "Length of a slot; divides a minute or an hour evenly."},
    {"slots.allowed_lateness", duration, "5s", "0s to 1h", "How long after its end a slot still takes events."},
    {"slots.idle_timeout", duration, "30s", "1s to 1h", "Live only: a partition silent for this long holds nothing back."},
    {"slots.clock_jump", duration, "30s", "1s to 1h", "An event further ahead than this needs a second one to be believed."},
    {"slots.max_open", integer, "64", "4 to 100000", "Slots open at once; a partition further ahead waits for the others."},

    {"bounds", section, "", "", "What memory is spent on at most. What goes beyond is counted and dropped."},
    {"bounds.services", integer, "10000", "1 to 10000000", "Services."},
    {"bounds.metric_instances", integer, "100000", "1 to 10000000", "Metrics of single instances (host by metric)."},
    {"bounds.hosts", integer, "100000", "1 to 10000000", "Hosts."},
    {"bounds.dimension_values", integer, "10000", "1 to 10000000", "Values of dimensions."},
    {"bounds.record_size", size, "1MiB", "1KiB to 64MiB", "One record."},

    {"warn", section, "", "", "When to speak."},
    {"warn.raise_probability", share, "50%", "above 0, below 1", "A warning opens at this probability of a breach."},
    {"warn.clear_probability", share, "35%", "above 0, below raise_probability", "It resolves below this one."},
    {"warn.horizon", duration, "30m", "1m to 7d", "How far ahead a breach is looked for."},
    {"warn.repeat", duration, "1m", "1s to 1d", "An open warning is revised at most this often, unless it changes."},

    // --- the model
    {"services", named, "", "", "Services by the name that stands in the events."},
    {"services.*.title", text, "", "", "What people call it."},
    {"services.*.calls", calls, "", "", "Services that it calls; a slow one makes it slow."},
    {"services.*.calls.*.asynchronous", boolean, "false", "", "It does not wait for the answer."},
    {"services.*.calls.*.optional", boolean, "false", "", "It can do without the answer."},
    {"services.*.class", choice, "commodity", "commodity|differentiator", "What the business lives by comes first."},
    {"services.*.owner", text, "", "", "Who to tell."},
    {"services.*.currency", text, "", "ISO 4217", "Of value_per_minute, and of transactions that name none."},
    {"services.*.value_per_minute", positive, "", "in currency", "Worth of a minute; only where transactions carry no value."},
    {"services.*.time_zone", text, "UTC", "IANA name", "Whose hours and weekdays its demand follows."},
    {"services.*.slos", named, "", "", "Its promises: each is forecast."},
    {"services.*.slos.*.indicator", text, "", "pNN_latency_ms, error_ratio or metric", "What is measured; NN is 50 to 99.9.", true},
    {"services.*.slos.*.below", share, "", "ms, ratio, or the metric's unit", "The promise: the indicator stays below this.", true},
    {"services.*.slos.*.window", duration, "1m", "whole slots, to 1d", "Time over which the indicator is taken."},
    {"services.*.slos.*.objective", share, "", "above 0, below 1", "Share of windows that keep the promise."},
    {"services.*.slos.*.period", duration, "28d", "1h to 366d", "Time over which the objective is counted."},
    {"services.*.slos.*.resource", text, "", "", "For a metric: the resource that has it."},
    {"services.*.slos.*.metric", text, "", "", "For a metric: its name."},

    {"resources", named, "", "", "What can run out, each by its lasting name."},
    {"resources.*.service", text, "", "", "The service that it carries."},
    {"resources.*.match", sections, "", "", "Which metric events are its own; without it those that carry its name."},
    {"resources.*.match.resource", expression, "", "", "On the resource of the event."},
    {"resources.*.match.host", expression, "", "", "On its host."},
    {"resources.*.match.service", expression, "", "", "On its service."},
    {"resources.*.match.metric", expression, "", "", "On its metric."},
    {"resources.*.metrics", named, "", "", "Its metrics; further ones are discovered."},
    {"resources.*.metrics.*.limit", positive, "", "the metric's unit", "What one instance can take; a limit in the event wins."},
    {"resources.*.kind", choice, "other", "other|cpu|thread_pool|connection_pool|queue|memory|disk|rate_limit",
     "How it behaves when it fills up."},
    {"resources.*.scaling", section, "", "", "How more of it is had."},
    {"resources.*.scaling.unit", text, "unit", "", "What is added: replica, host, connection."},
    {"resources.*.scaling.step", positive, "1", "units", "How many at a time."},
    {"resources.*.scaling.min", positive, "", "units", "Fewest."},
    {"resources.*.scaling.max", positive, "", "units", "Most."},
    {"resources.*.scaling.lead_time", duration, "0s", "0s to 30d", "From the decision until they carry load."},
    {"resources.*.scaling.automatic", boolean, "false", "", "An autoscaler adds them."},
    {"resources.*.scaling.target_utilization", share, "", "above 0, to 1", "Utilization that the autoscaler holds."},
    {"resources.*.scaling.cost_per_hour", positive, "", "in currency", "Cost of one unit."},

    {"calendar", list, "", "", "What is known beforehand."},
    {"calendar[].name", text, "", "", "Stands in warnings.", true},
    {"calendar[].kind", choice, "campaign", "campaign|priority|maintenance|holiday", "What it means for demand and for warnings."},
    {"calendar[].services", text_list, "", "", "Services concerned; without services and resources: all."},
    {"calendar[].resources", text_list, "", "", "Resources concerned."},
    {"calendar[].start", ValueType::time, "", "", "When it begins."},
    {"calendar[].end", ValueType::time, "", "", "When it ends; without it: open."},
    {"calendar[].monthly", integer, "", "1 to 31", "Instead of start and end: this day of each month, or the month's last."},
    {"calendar[].time_zone", text, "UTC", "IANA name", "Of monthly days, and of times without an offset."},
    {"calendar[].expected_ratio", positive, "", "", "Demand expected, as a multiple of the usual."},
};

}  // namespace

std::span<const KeyReference> config_reference() { return kTable; }

}  // namespace foreshock
