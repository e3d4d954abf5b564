"""Rows to learn from: replays scenarios through foreshock and labels what the learned decision saw with what really happened.

    rows.py BINARY SCENARIOS OUTPUT [--every 20] [--plain] [--jobs 2]

SCENARIOS is a folder made by `foreshock generate scenario`. OUTPUT gets one .npz for each: x (rows x features, float32), y (1: a breach
of the service begins within 30 minutes and its cause is there already, 0: none, -1: in a breach or just after one), left (seconds
until the breach), time, service, urgent, and the names of the features. About a quarter of the scenarios are seen with less than there
is, so that the decision learns to do without: no history, some hours of it, no transactions, no calls or calendar in the model, transactions
and promises of the entries alone (--plain: all as they are).
"""
import argparse
import concurrent.futures
import csv
import hashlib
import json
import os
import re
import subprocess
import tempfile

import numpy as np

HORIZON, AFTERMATH = 1800, 300


def variant(sid):
    draw = int(hashlib.sha256(sid.encode()).hexdigest()[:8], 16) / 2**32
    entry = 0.4 if sid.endswith(("background_work", "soft_limit")) else 0.06
    hours = 0.35 if sid.endswith("session_pool") else 0.09
    for name, share in (("no_history", 0.07), ("hours", hours), ("no_transactions", 0.04), ("no_map", 0.05), ("entry_only", entry)):
        if draw < share:
            return name, draw / share
        draw -= share
    return "plain", 0.0


def without_map(model):
    """The model without calls and calendar: services and resources stand alone."""
    out, skip = [], None
    for line in model.splitlines():
        indent = len(line) - len(line.lstrip())
        if skip is not None and line.strip() and (indent > skip or (indent == skip and line.lstrip().startswith("- "))):
            continue
        skip = None
        if re.match(r"\s*calls:|calendar:", line):
            skip = indent
            continue
        out.append(line)
    return "\n".join(out) + "\n"


def entry_only(model):
    """The model in which only entries promise anything, and the services that are none."""
    called = set(re.findall(r"^    - ([\w-]+):?$", model, re.M))
    out, service, skip, section = [], None, False, ""
    for line in model.splitlines():
        indent = len(line) - len(line.lstrip())
        if indent == 0:
            section = line
        if section == "services:" and indent == 2:
            service = line.strip(" :")
        skip = section == "services:" and service in called and (line.startswith("    slos:") or (skip and indent > 4))
        if not skip:
            out.append(line)
    return "\n".join(out) + "\n", sorted(called)


def replay(binary, folder, target, every, kind, draw, start, scratch):
    model = folder + "/model.yaml"
    inputs = [folder + "/history.jsonl.zst", folder + "/events.jsonl.zst"]
    more = []
    if kind == "no_history":
        inputs = inputs[1:]
    if kind == "hours":
        more = ["--from", iso(start - 600 * 36 ** draw)]
    if kind == "no_map":
        model = scratch + "/model.yaml"
        with open(folder + "/model.yaml") as f, open(model, "w") as g:
            g.write(without_map(f.read()))
    command = [binary, "replay", model, "--warnings", os.devnull, "--features", target, "--features-from", iso(start), "--features-every", str(every), *more]
    unseen = '"type":"transaction'
    if kind == "entry_only":
        with open(folder + "/model.yaml") as f:
            text, inner = entry_only(f.read())
        model = scratch + "/model.yaml"
        command[2] = model
        with open(model, "w") as g:
            g.write(text)
        unseen += '.*"service":"(' + "|".join(inner) + ')"'
    if kind in ("no_transactions", "entry_only"):
        cat = subprocess.Popen(f"zstd -dcq {inputs[0]} {inputs[1]} | grep -Ev '{unseen}'", shell=True, stdout=subprocess.PIPE)
        return subprocess.run([*command, "--input", "-"], stdin=cat.stdout, capture_output=True, check=True)
    return subprocess.run([*command, *(a for i in inputs for a in ("--input", i))], capture_output=True, check=True)


def iso(t):
    return np.datetime_as_string(np.datetime64(int(t * 1000), "ms")) + "Z"


def label(rows, truth):
    y = np.zeros(len(rows["time"]), np.int8)
    left = np.full(len(y), np.nan, np.float32)
    breach = np.full(len(y), -1, np.int32)
    for i, b in enumerate(truth["breaches"]):
        slack = 1800 if truth.get("calendar_true") else 720 if "herd" in truth["kind"] else 60
        begins, ends = b["breach_start_s"], b["breach_end_s"] + AFTERMATH
        own = rows["service"] == b["service"]
        t = rows["time"]
        y[own & (t >= begins) & (t <= ends)] = -1
        ahead = own & (t < begins) & (t >= max(begins - HORIZON, b["onset_s"] - slack)) & (y != -1)
        y[ahead], left[ahead], breach[ahead] = 1, begins - t[ahead], i
    return y, left, breach


def make(binary, folder, output, every, plain):
    sid = os.path.basename(folder)
    target = os.path.join(output, sid + ".npz")
    if os.path.exists(target):
        return sid, "there"
    with open(folder + "/truth.json") as f:
        truth = json.load(f)
    kind, draw = ("plain", 0.0) if plain else variant(sid)
    with tempfile.TemporaryDirectory() as scratch:
        table = scratch + "/rows.csv"
        replay(binary, folder, table, every, kind, draw, truth["live_start_s"], scratch)
        with open(table) as f:
            read = csv.reader(f)
            head = next(read)
            body = [r for r in read if float(r[0]) <= truth["live_end_s"]]
    first = head.index("gauge") + 1
    body = [r for r in body if any(r[first:])]  # of promises that nothing learned decides on there are no readings
    rows = {"time": np.array([float(r[0]) for r in body]), "service": np.array([r[1] for r in body])}
    x = np.array([[float(v) if v else np.nan for v in r[first:]] for r in body], np.float32)
    y, left, breach = label(rows, truth)
    np.savez(target, x=x, y=y, left=left, breach=breach, time=rows["time"], service=rows["service"], violated=np.array([int(r[3]) for r in body]),
             urgent=np.array([r[4] for r in body]), gauge=np.array([r[5] for r in body]), names=np.array(head[first:]), kind=truth["kind"], variant=kind,
             truth=json.dumps(truth))
    return sid, kind


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    a.add_argument("binary"), a.add_argument("scenarios"), a.add_argument("output")
    a.add_argument("--every", type=float, default=20), a.add_argument("--plain", action="store_true"), a.add_argument("--jobs", type=int, default=2)
    o = a.parse_args()
    os.makedirs(o.output, exist_ok=True)
    folders = sorted(os.path.join(o.scenarios, s) for s in os.listdir(o.scenarios) if os.path.exists(os.path.join(o.scenarios, s, "truth.json")))
    with concurrent.futures.ThreadPoolExecutor(o.jobs) as pool:
        for n, _ in enumerate(pool.map(lambda d: make(o.binary, d, o.output, o.every, o.plain), folders)):
            if n % 50 == 49:
                print(n + 1, "of", len(folders), flush=True)


if __name__ == "__main__":
    main()
