"""Trains the learned decision from rows made by rows.py, and writes the model file that the engine holds.

    train.py ROWS... --output engine/forecast/model/hazard.model [--check ROWS...]

Probability: gradient-boosted trees on the logarithm of the odds that a breach begins within 30 minutes. Seconds until it: quantile
regressions (0.1, 0.5, 0.9) of their logarithm, on the rows ahead of a breach. Readings that can only make a breach likelier when they
grow are held to that (monotone), so that the trees cannot learn the generator's habits from them. Deterministic on one machine.
Of the rows without a breach one in three is kept, weighing three times. The seconds are learned where they will be said: weighed by
the probability, and by one over the seconds, since an error of a minute matters the more the nearer the breach is.
Needs numpy and lightgbm (requirements.txt).
"""
import argparse
import glob
import math
import os

import lightgbm as lgb
import numpy as np

COMMON = {"verbosity": -1, "deterministic": True, "force_row_wise": True, "num_threads": 2, "seed": 1, "max_bin": 127}
PROBABILITY = {**COMMON, "objective": "binary", "learning_rate": 0.06, "num_leaves": 20, "min_data_in_leaf": 400, "feature_fraction": 0.5,
               "bagging_fraction": 0.6, "bagging_freq": 1, "lambda_l2": 10, "monotone_constraints_method": "basic"}
SECONDS = {**COMMON, "objective": "quantile", "learning_rate": 0.08, "num_leaves": 12, "min_data_in_leaf": 300, "feature_fraction": 0.5,
           "bagging_fraction": 0.6, "bagging_freq": 1, "lambda_l2": 5}
TREES, TREES_SECONDS = 140, 60
KEEP = 3

# Readings that speak for a breach the more the greater they are.
RISING = {"first.level", "first.sensor", "first.predicted", "first.predicted_5min", "first.predicted_10min", "first.cost_drift", "first.slope",
          "first.slope_fast", "first.filled_20min", "first.crossing", "first.used_headroom", "most_level", "most_predicted_10min", "any_crossing",
          "entry_slope", "entry_slope_fast", "indicator", "indicator_slope", "worst_below", "campaign_level", "volume_slope"}


def load(folders):
    x, y, left, weight = [], [], [], []
    names = None
    for folder in folders:
        for path in sorted(glob.glob(os.path.join(folder, "*.npz"))):
            with np.load(path) as z:
                keep = (z["y"] >= 0) & (z["violated"] == 0)
                names = [str(n) for n in z["names"]] if names is None else names
                x.append(z["x"][keep])
                y.append(z["y"][keep])
                left.append(z["left"][keep])
    return names, np.concatenate(x), np.concatenate(y), np.concatenate(left)


def fit(names, x, y, left):
    columns = [n.replace(".", "_") for n in names]
    kept = (y == 1) | (np.arange(len(y)) % KEEP == 0)
    data = lgb.Dataset(x[kept], y[kept], weight=np.where(y[kept] == 1, 1.0, float(KEEP)), feature_name=columns)
    probability = lgb.train({**PROBABILITY, "monotone_constraints": [int(n in RISING) for n in names]}, data, TREES)
    ahead = (y == 1) & (left >= 10)
    weight = probability.predict(x[ahead]) / np.maximum(60, left[ahead])
    seconds = {}
    for q in (0.1, 0.5, 0.9):
        target = lgb.Dataset(x[ahead], np.log(left[ahead]), weight=weight / weight.mean(), feature_name=columns)
        seconds[q] = lgb.train({**SECONDS, "alpha": q}, target, TREES_SECONDS)
    return probability, seconds


def floor_float(v):
    """The greatest float32 that is at most v: `float <= v` and `float <= floor_float(v)` are the same."""
    f = np.float32(v)
    return f if float(f) <= v else np.nextafter(f, np.float32(-np.inf))


def text_of(v):
    return repr(float(np.float32(v))) if math.isfinite(v) else ("inf" if v > 0 else "-inf")


def short(v):
    return np.format_float_positional(np.float32(v), unique=True, trim="-") if 1e-4 < abs(v) < 1e6 or v == 0 else np.format_float_scientific(np.float32(v), unique=True, trim="-")


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
    threshold = floor_float(tree["threshold"])
    missing_left = tree["default_left"] if tree["missing_type"] == "NaN" else 0.0 <= tree["threshold"]
    out[at] = f"s {tree['split_feature']} {short(threshold)} {'l' if missing_left else 'r'} {right} {short(tree['internal_value'])}"


def write(path, names, boosters, note):
    lines = ["foreshock-trees 1", *(f"# {n}" for n in note), *(f"feature {n}" for n in names)]
    for name, booster in boosters.items():
        trees = booster.dump_model()["tree_info"]
        lines += [f"number {name} 0", f"trees {name} {len(trees)}"]
        for t in trees:
            out = []
            node_text(t["tree_structure"], out)
            lines.append(" ".join(out))
    with open(path, "w") as f:
        f.write("\n".join(lines) + "\n")


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("rows", nargs="+"), a.add_argument("--output", required=True), a.add_argument("--check", nargs="*", default=[])
    o = a.parse_args()
    names, x, y, left = load(o.rows)
    print(len(y), "rows,", int(y.sum()), "ahead of a breach")
    probability, seconds = fit(names, x, y, left)
    write(o.output, names, {"probability": probability, **{f"seconds_{q}": s for q, s in seconds.items()}}, [f"{len(y)} rows, {int(y.sum())} ahead of a breach"])
    for folder in o.check:
        _, cx, cy, cleft = load([folder])
        p = probability.predict(cx)
        loss = -np.mean(np.where(cy == 1, np.log(p), np.log1p(-p)))
        ahead = (cy == 1) & (cleft >= 10)
        covered = np.mean((np.log(cleft[ahead]) >= seconds[0.1].predict(cx[ahead])) & (np.log(cleft[ahead]) <= seconds[0.9].predict(cx[ahead])))
        print(folder, "log loss %.4f" % loss, "interval covers %.3f" % covered)


if __name__ == "__main__":
    main()
