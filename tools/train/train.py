"""Trains the learned decision from rows made by rows.py, and writes the model file that the engine holds.

    train.py ROWS... --output engine/forecast/model/hazard.model [--interval EARLY LATE] [--strain] [--check ROWS...]

Probability: gradient-boosted trees on the logarithm of the odds that a breach begins within 25 minutes; rows between 25 and 35 minutes
before one teach nothing, so that a word is rarely said before its 30 minutes begin. Seconds until the breach: quantile regressions (0.1,
0.5, 0.9) of their logarithm, learned where they will be said: weighed by the probability, and by one over the seconds, since an error of
a minute matters the more the nearer the breach is. That makes what is far come too soon, so --interval stretches the parts of the
interval before and after the median, to what holds 80 % of what `tools/quality/score` counts on systems that are neither learned from
nor reported on. Driver: one small sum of trees for each kind, on the rows ahead of a breach.

Readings that can only make a breach likelier when they grow are held to that (monotone). Readings that tell one simulated system from
another rather than what happens to it (noises, usual levels of what is not urgent) are left out, and half of the scenarios are learned from
a second time without some of their readings, so that the decision does not lean on what a real system may not tell. Of the rows without a breach one in
three is kept, weighing three times.

--strain: also the readings of what resources have borne without harm and of how demand moves all of them alike (engine/QUALITY.md says why
the model is made without). Deterministic on one machine. Needs numpy and lightgbm (requirements.txt).
"""
import argparse
import glob
import json
import os

import lightgbm as lgb
import numpy as np

COMMON = {"verbosity": -1, "deterministic": True, "force_row_wise": True, "num_threads": 2, "seed": 1, "max_bin": 127}
PROBABILITY = {**COMMON, "objective": "binary", "learning_rate": 0.06, "num_leaves": 28, "min_data_in_leaf": 400, "feature_fraction": 0.5,
               "bagging_fraction": 0.6, "bagging_freq": 1, "lambda_l2": 10, "monotone_constraints_method": "basic"}
SECONDS = {**COMMON, "objective": "quantile", "learning_rate": 0.08, "num_leaves": 12, "min_data_in_leaf": 300, "feature_fraction": 0.5,
           "bagging_fraction": 0.6, "bagging_freq": 1, "lambda_l2": 5}
DRIVER = {**COMMON, "objective": "binary", "learning_rate": 0.1, "num_leaves": 8, "min_data_in_leaf": 500, "feature_fraction": 0.5,
          "bagging_fraction": 0.6, "bagging_freq": 1, "lambda_l2": 10}
TREES, TREES_SECONDS, TREES_DRIVER = 140, 60, 24
KEEP = 3                  # one in so many rows without a breach
INNER, OUTER = 1500, 2100  # seconds before a breach: ahead of it up to the first, not ahead from the second on
DRIVERS = ["volume", "value", "mix", "capacity_loss", "dependency_latency"]

# Readings that speak for a breach the more the greater they are.
RISING = {"first.level", "first.sensor", "first.predicted", "first.predicted_5min", "first.predicted_10min", "first.cost_drift", "first.slope",
          "first.slope_fast", "first.filled_20min", "first.crossing", "first.used_headroom", "second.level", "second.sensor",
          "second.predicted_10min", "second.crossing", "filling.level", "filling.filled_20min", "filling.crossing", "most_level",
          "most_predicted_10min", "any_crossing", "entry_slope", "entry_slope_fast", "indicator", "indicator_slope", "worst_below",
          "campaign_level", "volume_slope", "most_used", "most_slope", "common_growth", "common_slope", "common_slope_slow", "indicator_rise",
          "worst_latency", "first.owner_latency", "first.over_proven"}
SECOND = {"level", "sensor", "predicted_10min", "crossing", "line_minutes", "slope", "used_headroom"}  # of the second resource these alone
LEFT_OUT = {"first.noise", "first.usual_high", "filling.noise", "filling.usual", "filling.peak", "filling.usual_high", "filling.need_ratio",
            "filling.lost_instances", "filling.predicted", "filling.predicted_5min", "filling.predicted_10min", "filling.cost_ratio",
            "filling.cost_drift", "filling.demand_minutes", "entry_noise", "indicator_usual", "known_minutes"}

STRAIN = {"growth", "growth_recent", "apart", "over_usual_high", "over_proven", "high_minutes", "safe_minutes", "owner_latency", "indicator_rise",
          "worst_latency", "most_used", "most_slope", "soonest_minutes", "common_growth", "common_recent", "common_slope", "common_slope_slow",
          "entry_to_record"}

# What a system may not tell: half of the scenarios are learned from a second time without some of these.
BLANKS = [["second."], ["filling."], ["second.", "filling."], ["entry_to_profile", "entry_ahead"],
          ["first.predicted", "first.cost", "first.demand_minutes", "second.predicted", "most_predicted", "most_cost"],
          ["volume_", "value_", "entry_", "first.predicted", "first.cost", "first.demand_minutes", "second.predicted", "most_predicted", "most_cost"],
          ["worst_below"], ["indicator", "worst_below", "errors", "worst_latency", "first.owner_latency"],
          ["first.usual", "entry_to_past", "entry_peak", "common_growth", "first.growth", "first.apart"]]


def left_out(name):
    filling = name.startswith("filling.") and name[8:] in ("growth", "growth_recent", "apart", "owner_latency")
    return filling or name in LEFT_OUT or (name.startswith("second.") and name[7:] not in SECOND)


def blanked(names, x, draw):
    """A copy of `x` without some blocks of readings; what is said of all resources is then said of those that are left."""
    x = x.copy()
    blocks = [p for i in draw.choice(len(BLANKS), draw.integers(1, 4), replace=False) for p in BLANKS[i]]
    for i, n in enumerate(names):
        if any(n.startswith(b) for b in blocks):
            x[:, i] = np.nan
    column = {n: x[:, i] for i, n in enumerate(names)}
    alone = np.isnan(column["second.level"]) & np.isnan(column["filling.level"])
    for all_, first in (("most_level", "first.level"), ("any_crossing", "first.crossing"), ("most_predicted_10min", "first.predicted_10min"),
                        ("most_cost_drift", "first.cost_drift"), ("most_slope", "first.slope"), ("common_growth", "first.growth"),
                        ("common_recent", "first.growth_recent")):
        column[all_][alone] = column[first][alone]
    column["most_used"][alone] = column["first.level"][alone] / 0.92
    column["soonest_minutes"][alone] = np.fmin(column["first.line_minutes"], column["first.demand_minutes"])[alone]
    column["full"][alone] = column["first.level"][alone] > 0.78
    return x


class Rows:
    """`keep`: one in so many rows without a breach stays; `strain`: with the readings of it."""

    def __init__(self, folders, blank=0.0, keep=1, strain=False):
        x, y, left, drivers = [], [], [], []
        draw = np.random.default_rng(1)
        for folder in folders:
            for path in sorted(glob.glob(os.path.join(folder, "*.npz"))):
                with np.load(path) as z:
                    self.names = [str(n) for n in z["names"]]
                    label, seconds, driver = self.label(z)
                    known = np.flatnonzero((label >= 0) & (z["violated"] == 0))
                    kept = known[(label[known] == 1) | (np.arange(len(known)) % keep == 0)]
                    used = [i for i, n in enumerate(self.names) if not left_out(n) and (strain or n.split(".")[-1] not in STRAIN)]
                    copies = [z["x"][kept]]
                    if draw.random() < blank:
                        copies.append(blanked(self.names, copies[0], draw))
                    for c in copies:
                        x.append(c[:, used])
                        y.append(label[kept])
                        left.append(seconds[kept])
                        drivers.append(driver[kept])
        self.names = [self.names[i] for i in used]
        self.x, self.y, self.left, self.drivers = (np.concatenate(v) for v in (x, y, left, drivers))

    @staticmethod
    def label(z):
        """1 ahead of a breach, 0 not, below 0: teaches nothing; seconds until it; its drivers, one column for each kind."""
        y, truth = z["y"].copy(), json.loads(str(z["truth"]))
        driver = np.zeros((len(y), len(DRIVERS)), np.int8)
        for i, b in enumerate(truth["breaches"]):
            ahead = b["breach_start_s"] - z["time"]
            y[(z["service"] == b["service"]) & (y >= 0) & (ahead > INNER) & (ahead <= OUTER)] = -2
            driver[z["breach"] == i] = [d in b["driver"] for d in DRIVERS]
        return y, z["left"], driver


def fit(rows):
    columns = [n.replace(".", "_") for n in rows.names]
    data = lgb.Dataset(rows.x, rows.y, weight=np.where(rows.y == 1, 1.0, float(KEEP)), feature_name=columns)
    out = {"probability": lgb.train({**PROBABILITY, "monotone_constraints": [int(n in RISING) for n in rows.names]}, data, TREES)}
    ahead = (rows.y == 1) & (rows.left >= 10)
    x, left = rows.x[ahead], rows.left[ahead]
    weight = out["probability"].predict(x) / np.maximum(60, left)
    for q in (0.1, 0.5, 0.9):
        target = lgb.Dataset(x, np.log(left), weight=weight / weight.mean(), feature_name=columns)
        out[f"seconds_{q}"] = lgb.train({**SECONDS, "alpha": q}, target, TREES_SECONDS)
    for i, kind in enumerate(DRIVERS):
        out[f"driver_{kind}"] = lgb.train(DRIVER, lgb.Dataset(x, rows.drivers[ahead][:, i], feature_name=columns), TREES_DRIVER)
    return out


def floor_float(v):
    """The greatest float32 that is at most v: `float <= v` and `float <= floor_float(v)` are the same."""
    with np.errstate(over="ignore"):
        f = np.float32(v)
    return f if float(f) <= v else np.nextafter(f, np.float32(-np.inf))


def short(v):
    """The shortest text that reads back as this float32."""
    plain = 1e-4 < abs(v) < 1e6 or v == 0
    return (np.format_float_positional if plain else np.format_float_scientific)(np.float32(v), unique=True, trim="-")


def node_text(tree, out):
    """Nodes of a tree in the order of a walk that goes left first."""
    at = len(out)
    if "leaf_value" in tree:
        out.append(f"v {short(tree['leaf_value'])}")
        return
    out.append("")
    node_text(tree["left_child"], out)
    right = len(out) - at
    node_text(tree["right_child"], out)
    missing_left = tree["default_left"] if tree["missing_type"] == "NaN" else 0.0 <= tree["threshold"]
    out[at] = f"s {tree['split_feature']} {short(floor_float(tree['threshold']))} {'l' if missing_left else 'r'} {right} {short(tree['internal_value'])}"


def write(path, names, boosters, interval, note):
    lines = ["foreshock-trees 1", f"# {note}", f"number interval_early {interval[0]:g}", f"number interval_late {interval[1]:g}",
             *(f"feature {n}" for n in names)]
    for name, booster in boosters.items():
        trees = booster.dump_model()["tree_info"]
        lines += [f"number {name} 0", f"trees {name} {len(trees)}"]
        for t in trees:
            out = []
            node_text(t["tree_structure"], out)
            lines.append(" ".join(out))
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")


def report(name, rows, boosters):
    p = boosters["probability"].predict(rows.x)
    loss = -np.mean(np.where(rows.y == 1, np.log(p), np.log1p(-p)))
    ahead = (rows.y == 1) & (rows.left >= 10) & (p > 0.4)
    x, left = rows.x[ahead], np.log(rows.left[ahead])
    covered = np.mean((left >= boosters["seconds_0.1"].predict(x)) & (left <= boosters["seconds_0.9"].predict(x)))
    best = np.stack([boosters[f"driver_{k}"].predict(x) for k in DRIVERS], 1).argmax(1)
    right = rows.drivers[ahead][np.arange(len(best)), best].mean()
    print(f"{name}: log loss {loss:.4f}, interval covers {covered:.3f}, driver right {right:.3f}")
    for low in np.arange(0, 1, 0.1):
        bin_ = (p >= low) & (p < low + 0.1)
        if bin_.any():
            print(f"  said {p[bin_].mean():.2f}  came true {rows.y[bin_].mean():.2f}  rows {bin_.sum()}")


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("rows", nargs="+"), a.add_argument("--output", required=True), a.add_argument("--check", nargs="*", default=[])
    a.add_argument("--strain", action="store_true"), a.add_argument("--interval", nargs=2, type=float, default=[1, 1.7])
    o = a.parse_args()
    rows = Rows(o.rows, blank=0.5, keep=KEEP, strain=o.strain)
    boosters = fit(rows)
    write(o.output, rows.names, boosters, o.interval, f"{len(rows.y)} rows, {int(rows.y.sum())} of them ahead of a breach")
    for folder in o.check:
        report(folder, Rows([folder], strain=o.strain), boosters)


if __name__ == "__main__":
    main()
