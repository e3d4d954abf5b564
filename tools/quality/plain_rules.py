"""What today's plain rules say of a recorded system: what the program has to be better than.

Each gives what `measured` judges: warnings of services (service, slo, open, end, broken, probability) or spans of spikes (start, end).
Shares 0..1, times in seconds. Rules of resources speak for the promised services that wait for the owner of the resource.
"""
import collections
import json
import statistics
import subprocess

import measures

USED_MORE_THAN, FOR = 0.8, 60            # static: more than this share of the limit for so long
FIT, AHEAD, FLOOR = 300, 600, 0.7        # predict_linear, tuned: a line through 5 min reaches the limit within 10, above 0.7, for FOR
SIGMAS, MEAN_OF, PAST = 3, 300, 86400    # z_score: a mean of 5 min more than 3 deviations above those of the day before


def records(folder):
    """History and live records in order of time."""
    for name in ("history.jsonl.zst", "events.jsonl.zst"):
        lines = subprocess.run(["zstd", "-dc", str(folder / name)], capture_output=True, check=True).stdout.splitlines()
        yield from sorted((json.loads(line) for line in lines), key=lambda r: r["ts"])


def lasting(samples):
    """Of pairs of time and whether something is so: the same, once it has been so for FOR."""
    since = None
    for t, so in samples:
        since = (t if since is None else since) if so else None
        yield t, since is not None and t - since >= FOR


def spans(samples):
    """Of pairs of time and whether something is so: from when to when it is; without an end, infinite."""
    found, start = [], None
    for t, so in samples:
        if so and start is None:
            start = t
        if start is not None and not so:
            found.append((start, t))
            start = None
    return found + ([(start, float("inf"))] if start is not None else [])


def static(series):
    return lasting((t, used > USED_MORE_THAN) for t, used in series)


def predict_linear(series):
    def reaches():
        recent = collections.deque()
        for t, used in series:
            recent.append((t, used))
            while recent[0][0] < t - FIT:
                recent.popleft()
            end = 0
            if len(recent) >= 3 and used > FLOOR:
                slope, level = statistics.linear_regression([x - t for x, _ in recent], [y for _, y in recent])
                end = level + slope * AHEAD
            yield t, end >= 1
    return lasting(reaches())


RULES = {"used more than .8 for 1 min": static, "predict_linear, tuned": predict_linear}


def promised(model):
    """Services with a promise, by each service they wait for (themselves too)."""
    calls = {s["name"]: [c["service"] for c in s["calls"] if not c.get("async_")] for s in model["services"]}
    found = collections.defaultdict(set)
    for slo in model["slos"]:
        reached, todo = set(), [slo["service"]]
        while todo:
            one = todo.pop()
            if one not in reached:
                reached.add(one)
                todo += calls[one]
        for one in reached:
            found[one].add(slo["service"])
    return found


def warnings(folder, rule):
    """Of all resources and promised services, from when a rule fires until it does so no more; overlapping ones are one."""
    model = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    concerned, series = promised(model), collections.defaultdict(list)
    for r in records(folder):
        if r["type"] == "metric" and r.get("limit"):
            series[r["resource"], r["service"], r["metric"]].append((measures.seconds(r["ts"]), r["value"] / r["limit"]))
    firing = collections.defaultdict(list)
    for (_, owner, _), samples in series.items():
        fired = spans(rule(samples))
        for service in concerned[owner]:
            firing[service] += fired
    found = []
    for service, fired in firing.items():
        joined = []
        for start, end in sorted(fired):
            if joined and start <= joined[-1][1]:
                joined[-1][1] = max(joined[-1][1], end)
            else:
                joined.append([start, end])
        found += [{"service": service, "slo": "", "open": start, "end": end, "broken": False, "probability": 1.0} for start, end in joined]
    return found


def spikes(folder):
    """By measure (volume, value), spans in which the z-score is too great."""
    sums = {"volume": collections.Counter(), "value": collections.Counter()}
    for r in records(folder):
        if r["type"] in ("transaction", "transactions") and r.get("kind", "sale") == "sale":
            slot = int(measures.seconds(r["ts"]) // MEAN_OF)
            sums["volume"][slot] += r.get("count", 1)
            sums["value"][slot] += r.get("value", 0) or 0
    found = {}
    for measure, by_slot in sums.items():
        if not any(by_slot.values()):
            continue
        found[measure] = spans(too_high(by_slot))
    return found


def too_high(by_slot):
    """At the end of each slot, whether its sum is too far above those of the day before."""
    past = collections.deque(maxlen=PAST // MEAN_OF)
    for slot in range(min(by_slot), max(by_slot) + 1):
        x = by_slot[slot]
        yield (slot + 1) * MEAN_OF, len(past) == past.maxlen and x > statistics.fmean(past) + SIGMAS * statistics.pstdev(past)
        past.append(x)
