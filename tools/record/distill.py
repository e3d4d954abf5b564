"""From the raw record of a run to the files of a recording: minute rows of the history, the live events, the truth."""

import collections
import json
import math
import os
import subprocess
from datetime import datetime

from eventlog import rfc3339
from variants import VARIANTS, model_yaml

WINDOW_S, STEP_S, IN_A_ROW, AT_LEAST = 60, 10, 7, 20
ONE_BREACH_S = 600           # violations less than this apart are one breach


def distill(name, raw, out, run):
    variant = VARIANTS[name]
    os.makedirs(out, exist_ok=True)
    with open(raw) as file:
        lines = file.read().splitlines()
    events = []
    for line in lines:
        event = json.loads(line)
        event["at"] = datetime.fromisoformat(event["ts"].replace("Z", "+00:00")).timestamp()
        events.append((event, line))
    history = [event for event, _ in events if run["history_start"] <= event["at"] < run["live_start"]]
    live = [(event, line) for event, line in events if run["live_start"] <= event["at"] < run["live_end"]]
    _write_zst(os.path.join(out, "history.jsonl.zst"), minute_rows(history, run["history_start"]))
    _write_zst(os.path.join(out, "events.jsonl.zst"), [line for _, line in live])
    with open(os.path.join(out, "model.yaml"), "w") as file:
        file.write(model_yaml(variant["model"]))
    with open(os.path.join(out, "truth.json"), "w") as file:
        json.dump(truth(name, [event for event, _ in live], run), file, indent=1)
        file.write("\n")


def minute_rows(events, start):
    """The summarised form: a row per service and minute, a row per metric and minute."""
    groups = collections.defaultdict(list)
    for event in events:
        minute = int((event["at"] - start) // 60)
        if event["type"] == "transaction":
            groups[minute, 0, event["service"], ""].append(event)
        else:
            groups[minute, 1, event["resource"], event["metric"]].append(event)
    rows = []
    for (minute, kind, entity, metric), group in sorted(groups.items()):
        ts = rfc3339(start + 60 * minute)
        if kind == 0:
            durations = [event["duration_ms"] for event in group]
            row = {"ts": ts, "type": "transactions", "service": entity, "interval_s": 60, "count": len(group),
                   "value": round(sum(event["value"] for event in group), 2), "currency": "EUR",
                   "errors": sum(event["outcome"] != "ok" for event in group),
                   "p50_ms": quantile(durations, 0.5), "p95_ms": quantile(durations, 0.95)}
        else:
            values = [event["value"] for event in group]
            row = {"ts": ts, "type": "metric", "resource": entity, "service": group[0]["service"], "metric": metric, "interval_s": 60,
                   "value": round(sum(values) / len(values), 2), "max": max(values)}
            if "limit" in group[0]:
                row["limit"] = group[0]["limit"]
        rows.append(json.dumps(row, separators=(",", ":")))
    return rows


def quantile(values, q):
    """Nearest rank."""
    return sorted(values)[max(0, math.ceil(q * len(values)) - 1)]


def truth(name, events, run):
    variant = VARIANTS[name]
    scale = (run["live_end"] - run["live_start"]) / variant["minutes"]
    at_minute = lambda minute: round(run["live_start"] + minute * scale)
    harmless_start, harmless_end = map(at_minute, variant["harmless"])
    binding_pool = variant["pool"]["resource"] if not variant["workers"] else "fulfilment-threads"
    surge = at_minute(variant["surge"])
    return {
        "scenario": name, "kind": "recording",
        "live_start": rfc3339(run["live_start"]), "live_start_s": run["live_start"],
        "live_end": rfc3339(run["live_end"]), "live_end_s": run["live_end"],
        "breaches": breaches(variant, events, run, surge),
        "harmless": [{"kind": "surge", "start_s": harmless_start, "end_s": harmless_end,
                      "peak_utilization": peak_utilization(events, binding_pool, harmless_start, harmless_end)}],
        "surge": {"start_s": surge, "resource": binding_pool,
                  "peak_utilization": peak_utilization(events, binding_pool, surge, run["live_end"])},
        "send_lag_ms": run["send_lag_ms"],
    }


def breaches(variant, events, run, surge):
    found = []
    for service, entry in variant["model"]["services"].items():
        spans = []
        for slo, terms in entry["slos"].items():
            spans += [(start, end, slo) for start, end in violations(series(service, terms, events), terms, run)]
        for group in joined(sorted(spans)):
            start, slo = group[0][0], group[0][2]
            end = max(end for _, end, _ in group)
            found.append({
                "service": service, "slo": slo, "also": sorted({other for _, _, other in group} - {slo}),
                "breach_start": rfc3339(start), "breach_start_s": start, "breach_end": rfc3339(end), "breach_end_s": end,
                "slos": [{"slo": other, "breach_start_s": first, "breach_end_s": last} for first, last, other in group],
                "cause": "demand", "binding_resource": variant["binding_resource"], "driver": [variant["driver"]],
                "onset_s": surge, "demand_spike_start_s": surge})
    return found


def series(service, terms, events):
    """What an objective looks at: (time, number) in order of time."""
    if terms["indicator"] == "metric":
        chosen = [(e["at"], e["value"]) for e in events if e["type"] == "metric" and e["resource"] == terms["resource"]
                  and e["metric"] == terms["metric"]]
    elif terms["indicator"] == "error_ratio":
        chosen = [(e["at"], float(e["outcome"] != "ok")) for e in events if e["type"] == "transaction" and e["service"] == service]
    else:
        chosen = [(e["at"], e["duration_ms"]) for e in events if e["type"] == "transaction" and e["service"] == service]
    return sorted(chosen)


def violations(points, terms, run):
    """Spans of at least IN_A_ROW violated evaluations, each over the last WINDOW_S seconds."""
    window, following, streak, spans = collections.deque(), 0, [], []
    for now in range(run["live_start"] + WINDOW_S, run["live_end"] + 1, STEP_S):
        while following < len(points) and points[following][0] <= now:
            window.append(points[following])
            following += 1
        while window and window[0][0] <= now - WINDOW_S:
            window.popleft()
        values = [value for _, value in window]
        if len(values) >= AT_LEAST and indicator(values, terms) >= terms["below"]:
            streak.append(now)
            continue
        if len(streak) >= IN_A_ROW:
            spans.append((streak[0], streak[-1]))
        streak = []
    if len(streak) >= IN_A_ROW:
        spans.append((streak[0], streak[-1]))
    return spans


def indicator(values, terms):
    return quantile(values, 0.95) if terms["indicator"] == "p95_latency_ms" else sum(values) / len(values)


def joined(spans):
    """Groups of spans, given by start, that are less than ONE_BREACH_S apart."""
    groups = []
    for span in spans:
        if groups and span[0] - max(end for _, end, _ in groups[-1]) < ONE_BREACH_S:
            groups[-1].append(span)
        else:
            groups.append([span])
    return groups


def peak_utilization(events, resource, start, end):
    """Highest mean over 10 s of the resource's first metric with a limit."""
    slots = collections.defaultdict(list)
    metric = None
    for event in events:
        if event["type"] == "metric" and event["resource"] == resource and start <= event["at"] < end:
            metric = metric or event["metric"]
            if event["metric"] == metric:
                slots[int(event["at"] // 10)].append(event["value"] / event["limit"])
    return round(max((sum(slot) / len(slot) for slot in slots.values()), default=0), 3)


def _write_zst(path, lines):
    subprocess.run(["zstd", "-19", "-q", "-f", "-o", path], input=("\n".join(lines) + "\n").encode(), check=True)
