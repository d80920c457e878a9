#!/usr/bin/python3
"""How well linking finds out what belongs together in the simulated company, by pairs of records:

    measure.py [--noise low,mid,high] [--seeds 1,2,3] [--days N] [--show N] [--learn-least N]

precision = pairs of one incident that are one happening / pairs of one incident; recall = the same / pairs of one happening.
Single records of look-alikes make no true pairs, but each false link of one counts. Also how confidences turn out: of the pairs
that likeness alone joined, or did not, the share that is one happening. The binary is $ALIDADE."""
import argparse
import collections
import json
import math
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
AS_OF = "2026-02-01T00:00:00Z"
BINS = (0.5, 0.7, 0.9, 0.95, 0.99, 1.0)


def pairs(counts):
    return sum(math.comb(n, 2) for n in counts)


def alidade(folder, *args):
    binary = os.environ.get("ALIDADE") or str(HERE.parents[1] / "build" / "cli" / "alidade")
    run = subprocess.run([binary, "-c", str(folder / "alidade.yaml"), *args], capture_output=True, text=True, check=False,
                         env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"})
    if run.returncode:
        raise RuntimeError(f"alidade {' '.join(args)}: exit code {run.returncode}\n{run.stderr[-3000:]}")
    return run.stdout


def make(folder, noise, seed, days, learn_least=0):
    subprocess.run([sys.executable, str(HERE / "company.py"), str(folder), "--seed", str(seed), "--noise", noise, "--days", str(days)],
                   check=True)
    if learn_least:
        with open(folder / "alidade.yaml", "a", encoding="utf-8") as file:
            file.write("link: {learn_least: %d}\n" % learn_least)
    alidade(folder, "ingest", "-q")
    alidade(folder, "analyze", "-q", "--as-of", AS_OF)


def truth_of(folder):
    with open(folder / "truth.ndjson", encoding="utf-8") as file:
        return {row["record"]: row for row in map(json.loads, file)}


def links_of(folder):
    """record -> (incident, method, confidence, via)"""
    store = sqlite3.connect(f"file:{folder / 'alidade.db'}?mode=ro", uri=True)
    rows = store.execute("SELECT r.source || ':' || r.external_id, incident, method, confidence, via, r.title"
                         " FROM incident_record i JOIN record r ON r.id = i.record").fetchall()
    store.close()
    return {row[0]: row[1:] for row in rows}


def judge(folder):
    truth, links = truth_of(folder), links_of(folder)
    happening = {record: row["happening"] for record, row in truth.items()}
    assert set(links) == set(truth), "records were lost"
    right = pairs(collections.Counter((happening[r], link[0]) for r, link in links.items()).values())
    found = pairs(collections.Counter(link[0] for link in links.values()).values())
    true = pairs(collections.Counter(happening.values()).values())
    return {"records": len(links), "happenings": len(set(happening.values())), "incidents": len({link[0] for link in links.values()}),
            "true_pairs": true, "precision": right / found, "recall": right / true,
            "methods": dict(sorted(collections.Counter(link[1] for link in links.values()).items()))}


def confidences(folder):
    """bin -> [one happening, all], of pairs that likeness joined and of those that it did not."""
    truth = truth_of(folder)
    bins = {low: [0, 0] for low in BINS[:-1]}

    def count(confidence, a, b):
        low = max(low for low in bins if confidence >= low)
        bins[low][0] += truth[a]["happening"] == truth[b]["happening"]
        bins[low][1] += 1

    for row in map(json.loads, alidade(folder, "list", "--period", "2025", "--as-of", AS_OF, "--suggestions", "--json").splitlines()):
        count(row["confidence"], row["a"]["record"], row["b"]["record"])
    # Of a joined pair the store keeps the confidence with each record: both sides of one link carry the same words.
    by_via = collections.defaultdict(list)
    for record, (incident, method, confidence, via, _) in links_of(folder).items():
        if method == "suggestion":
            by_via[incident, via, confidence].append(record)
    for (_, _, confidence), records in by_via.items():
        if len(records) == 2:
            count(confidence, *records)
    return bins


def show(folder, most):
    truth, links = truth_of(folder), links_of(folder)
    for name, key, other in (("WRONG", lambda r: links[r][0], lambda r: truth[r]["happening"]),
                             ("MISSED", lambda r: truth[r]["happening"], lambda r: links[r][0])):
        groups = collections.defaultdict(list)
        for record in truth:
            groups[key(record)].append(record)
        for group in [g for g in groups.values() if len({other(r) for r in g}) > 1][:most]:
            print(name)
            for record in sorted(group, key=lambda r: str(other(r))):
                print("   ", other(record), record, *links[record][1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--noise", default="low,mid,high")
    parser.add_argument("--seeds", default="1,2,3")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--learn-least", type=int, default=0)
    args = parser.parse_args()
    total = collections.defaultdict(lambda: [0, 0])
    print("noise seed records happenings true_pairs precision recall")
    for noise in args.noise.split(","):
        for seed in map(int, args.seeds.split(",")):
            with tempfile.TemporaryDirectory() as folder:
                folder = pathlib.Path(folder)
                make(folder, noise, seed, args.days, args.learn_least)
                found = judge(folder)
                print(noise, seed, found["records"], found["happenings"], found["true_pairs"], f"{found['precision']:.4f}",
                      f"{found['recall']:.4f}", found["methods"], flush=True)
                for low, (right, n) in confidences(folder).items():
                    total[low][0] += right
                    total[low][1] += n
                show(folder, args.show)
    for low in BINS[:-1]:
        if total[low][1]:
            print(f"confidence from {low}: {total[low][0] / total[low][1]:.3f} of {total[low][1]} pairs are one happening")


if __name__ == "__main__":
    main()
