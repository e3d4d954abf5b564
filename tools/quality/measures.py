"""What a set of warnings is worth, judged against what really happened. README.md says what every figure means.

Times are seconds since the epoch, shares 0..1. Figures that nothing can be said about are None.
"""
import dataclasses
import datetime
import json
import re
import statistics

HORIZON = 30 * 60            # a warning speaks of the next half hour
EPISODE_GAP = 10 * 60        # so long after the last warning of an episode another one belongs to it,
EPISODE_LENGTH = 30 * 60     # and so long after its first
AFTERMATH = 5 * 60           # so long after a breach nothing is a warning
BEFORE_CAUSE = 60            # so long before its cause a breach may be warned of
BEFORE_HERD = 12 * 60        # the same where an outage lets people pile up
INTERVAL_MISS = 10           # 2 / (1 - 0.8): what a second outside an 80 % interval costs


@dataclasses.dataclass
class Warned:
    time: float
    service: str
    breach_at: float | None
    earliest: float | None
    latest: float | None
    probability: float | None
    resource: str | None
    driver: str | None
    opened: bool
    broken: bool             # says that the promise is broken already, which is no forecast


@dataclasses.dataclass
class Breach:
    service: str
    start: float
    end: float
    allowed_from: float      # earlier nobody could know of it
    cause: str
    drivers: tuple
    resource: str | None
    foreseeable: float       # seconds before its start
    weight: float            # its share of the incident
    warnings: list = dataclasses.field(default_factory=list)

    @property
    def lead(self):
        return self.start - self.warnings[0].time if self.warnings else 0.0


@dataclasses.dataclass
class Judged:
    """One scenario: its breaches with the warnings that are valid for them, and its episodes."""
    name: str
    kind: str
    service_days: float
    breaches: list
    episodes: list           # (time of the first warning, true or false)
    late: int                # warnings during and just after breaches
    harmless: int
    harmless_warned: int
    reliability: list        # (probability, came true, opened)

    @property
    def demand(self):
        return [b for b in self.breaches if b.cause == "demand"]

    @property
    def false(self):
        return sum(not good for _, good in self.episodes)


def seconds(text):
    """RFC 3339, naive means UTC; None stays None."""
    if text is None:
        return None
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)).timestamp()


def read_warnings(path):
    """What a replay wrote, without the ends of warnings, which warn of nothing; in order of time."""
    found = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            data = event["data"]
            if data["state"] not in ("opened", "updated"):
                continue
            found.append(Warned(
                time=seconds(event["time"]),
                service=data.get("service", ""),
                breach_at=seconds(data.get("breach_at")),
                earliest=seconds(data.get("breach_earliest")),
                latest=seconds(data.get("breach_latest")),
                probability=data.get("probability"),
                resource=data.get("resource", {}).get("name"),
                driver=data.get("driver", {}).get("kind"),
                opened=data["state"] == "opened",
                broken=data.get("breached", False)))
    return sorted(found, key=lambda w: w.time)


def read_breaches(truth):
    shared = {}
    for b in truth["breaches"]:
        shared.setdefault(b["incident"], set()).add(b["service"])
    found = []
    for b in truth["breaches"]:
        before = BEFORE_HERD if truth["kind"] == "herd_after_outage" else BEFORE_CAUSE
        if truth.get("calendar_true"):
            before = max(before, HORIZON)
        found.append(Breach(
            service=b["service"], start=b["breach_start_s"], end=b["breach_end_s"],
            allowed_from=max(b["breach_start_s"] - HORIZON, b["onset_s"] - before),
            cause=b["cause"], drivers=tuple(b["driver"]), resource=b["binding_resource"],
            foreseeable=b["foreseeable_lead_s"], weight=1 / len(shared[b["incident"]])))
    return found


def episodes_of(warnings):
    """Lists of warnings of one service that belong together."""
    found = []
    for w in warnings:
        running = found[-1] if found else None
        if running and w.time - running[-1].time <= EPISODE_GAP and w.time - running[0].time <= EPISODE_LENGTH:
            running.append(w)
        else:
            found.append([w])
    return found


def judge(name, truth, identity, warnings):
    """identity: pairs of a regular expression and the resource that names which match it stand for."""
    breaches = read_breaches(truth)
    early, late = [], 0
    for w in warnings:
        if w.time < truth["live_start_s"]:
            continue  # its history has no truth to be judged by
        if any(b.service == w.service and b.start <= w.time <= b.end + AFTERMATH for b in breaches):
            late += 1
            continue
        w.resource = next((r for pattern, r in identity if w.resource and re.search(pattern, w.resource)), w.resource)
        early.append(w)
        for b in breaches:
            if b.service == w.service and b.allowed_from <= w.time < b.start:
                b.warnings.append(w)
    valid = {id(w) for b in breaches for w in b.warnings}

    episodes = []
    for service in sorted({w.service for w in early}):
        for episode in episodes_of([w for w in early if w.service == service]):
            episodes.append((episode[0].time, id(episode[0]) in valid))

    harmless = truth.get("harmless", [])
    falsely = [time for time, good in episodes if not good]
    reliability = [
        (w.probability, any(b.service == w.service and w.time < b.start <= w.time + HORIZON for b in breaches), w.opened)
        for w in early if w.probability is not None and not w.broken]
    return Judged(
        name=name, kind=truth["kind"],
        service_days=truth["n_services"] * (truth["live_end_s"] - truth["live_start_s"]) / 86400,
        breaches=breaches, episodes=episodes, late=late, harmless=len(harmless),
        harmless_warned=sum(any(h["start_s"] <= t <= h["end_s"] for t in falsely) for h in harmless),
        reliability=reliability)


def figure(value, digits=3):
    """As text."""
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.{digits}f}"


def share(part, whole, none=None):
    return part / whole if whole else none


def mean(values, none=None):
    values = list(values)
    return sum(values) / len(values) if values else none


def weighted(breaches, good):
    """Share of incidents, each divided among its services, that good() is said of."""
    return share(sum(b.weight * good(b) for b in breaches), sum(b.weight for b in breaches))


def time_left(breach, w):
    """Seconds from the warning to the breach, at least a minute: shorter than that no error can be told from chance."""
    return max(60.0, breach.start - w.time)


def time_error(breach):
    """Error of the said deadline, as a share of the time that was left; 1 where none was said."""
    return statistics.median(
        1.0 if w.breach_at is None else abs(w.breach_at - breach.start) / time_left(breach, w)
        for w in breach.warnings)


def interval_quality(breach):
    def one(w):
        if w.earliest is None or w.latest is None:
            return 0.0
        score = (w.latest - w.earliest) + INTERVAL_MISS * (max(0.0, w.earliest - breach.start) + max(0.0, breach.start - w.latest))
        return max(0.0, 1 - score / (2 * time_left(breach, w)))
    return mean(one(w) for w in breach.warnings)


def covered(breach):
    """Share of its intervals that hold its start."""
    return mean(w.earliest <= breach.start <= w.latest for w in breach.warnings if w.earliest is not None and w.latest is not None)


def names_right(breach, named, right):
    first = next((named(w) for w in breach.warnings if named(w)), None)
    return first is not None and right(first)


def totals(judged):
    """Every figure over all scenarios."""
    demand = [b for j in judged for b in j.demand]
    soon = [b for b in demand if b.foreseeable >= 90]
    long = [b for b in demand if b.foreseeable >= 330]
    warned = [b for b in demand if b.warnings]
    other = [b for j in judged for b in j.breaches if b.cause != "demand"]
    errors = [time_error(b) for b in warned]
    episodes = [good for j in judged for _, good in j.episodes]
    found = {
        "R60": weighted(soon, lambda b: b.lead >= 60),
        "R300": weighted(long, lambda b: b.lead >= 300),
        "lead_fraction": weighted(soon, lambda b: min(1.0, b.lead / b.foreseeable)),
        "median_lead_s": statistics.median([b.lead for b in warned]) if warned else None,
        "demand_breaches": len(demand), "foreseeable_90_s": len(soon), "foreseeable_330_s": len(long),
        "other_breaches": len(other), "other_warned": sum(bool(b.warnings) for b in other),
        "episodes": len(episodes), "false": episodes.count(False),
        "precision": share(episodes.count(True), len(episodes)),
        "false_per_service_day": share(episodes.count(False), sum(j.service_days for j in judged)),
        "harmless": sum(j.harmless for j in judged), "harmless_warned": sum(j.harmless_warned for j in judged),
        "time_error": statistics.median(errors) if errors else None,
        "coverage": mean(c for c in map(covered, warned) if c is not None),
        "Qtime": mean(max(0.0, 1 - e) for e in errors),
        "Qint": mean(interval_quality(b) for b in warned),
        "resource_right": mean(names_right(b, lambda w: w.resource, lambda r: r == b.resource) for b in warned),
        "driver_right": mean(names_right(b, lambda w: w.driver, lambda d: d in b.drivers) for b in warned),
    }
    found["R"] = 0.4 * (found["R60"] or 0) + 0.3 * (found["R300"] or 0) + 0.3 * (found["lead_fraction"] or 0)
    recall, precision = found["R"], found["precision"] or 0
    found["F"] = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    found["score"] = 100 * found["F"] * (
        0.70 + 0.10 * (found["Qtime"] or 0) + 0.05 * (found["Qint"] or 0) + 0.10 * (found["resource_right"] or 0)
        + 0.05 * (found["driver_right"] or 0))
    return found


def reliability_table(judged, bins=10):
    """For each tenth of probability: how often it was said, its mean, and the share that came true; of all and of opened warnings."""
    rows = []
    said = [r for j in judged for r in j.reliability]
    for i in range(bins):
        inside = [r for r in said if min(bins - 1, int(r[0] * bins)) == i]
        opened = [r for r in inside if r[2]]
        if inside:
            rows.append({
                "from": i / bins, "to": (i + 1) / bins, "said": len(inside),
                "mean_probability": mean(r[0] for r in inside), "came_true": mean(r[1] for r in inside),
                "opened": len(opened), "opened_mean_probability": mean(r[0] for r in opened), "opened_came_true": mean(r[1] for r in opened)})
    return rows


LEFT = (0, 60, 120, 300, 600, HORIZON)  # seconds before a breach, the bounds of moments_table


def moments_table(judged):
    """What valid warnings said of the moment, by the time that was left: the middle of said over true time left, and the shares of breaches
    that began before the earliest, the likeliest and the latest moment said (meant: .1, .5, .9). Each breach weighs the same."""
    rows = []
    said = [(b, w) for j in judged for b in j.breaches for w in b.warnings if None not in (w.earliest, w.breach_at, w.latest)]
    for low, high in [*zip(LEFT, LEFT[1:]), (0, HORIZON)]:
        inside = [(b, w) for b, w in said if low < b.start - w.time <= high]
        if not inside:
            continue

        def before(moment, inside=inside):
            each = {}
            for b, w in inside:
                each.setdefault(id(b), []).append(b.start < moment(w))
            return mean(mean(hits) for hits in each.values())
        rows.append({
            "left_from": low, "left_to": high, "breaches": len({id(b) for b, _ in inside}), "said": len(inside),
            "ratio": statistics.median((w.breach_at - w.time) / (b.start - w.time) for b, w in inside),
            "before_earliest": before(lambda w: w.earliest), "before_middle": before(lambda w: w.breach_at),
            "before_latest": before(lambda w: w.latest)})
    return rows
