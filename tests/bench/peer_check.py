"""Whether the peer's figures are alidade's: see peer.py."""
import json

import pandas as pd

from peer_incidents import millis
from peer_report import figures


class Check:
    def __init__(self):
        self.n, self.wrong = 0, []

    def same(self, what, found, expected):
        self.n += 1
        missing = [x is None or x != x for x in (found, expected)]
        if any(missing):
            good = all(missing)
        else:
            good = abs(found - expected) <= 1e-9 * max(abs(found), abs(expected)) + 1e-12
        if not good:
            self.wrong.append("%s: peer %r, alidade %r" % (what, found, expected))

    def column(self, what, found, expected):
        for id_, a, b in zip(found.index, found, expected.reindex(found.index)):
            self.same("%s %s" % (id_, what), a, b)


def check_readings(check, readings, folder):
    rows = pd.read_json(folder + "/readings.ndjson", lines=True)
    rows = rows[rows.absent.isna()]
    for reading, theirs in rows.groupby("reading"):
        ours, theirs = readings[readings.reading == reading].set_index("id"), theirs.set_index("incident")
        check.same(reading + " readings", len(ours), len(theirs))
        for mine, name, scale in (("n_ref", "n_ref", 1), ("candidates", "candidates", 1), ("k", "k", 1), ("m", "m", 1),
                                  ("complexity", "complexity", 1), ("blast_radius", "blast_radius", 1), ("lower", "lower_s", 1000),
                                  ("median", "median_s", 1000), ("upper", "upper_s", 1000), ("percentile", "percentile", 1)):
            check.column(reading + " " + name, ours[mine] / scale, theirs[name].astype(float))


def check_signals(check, inc, sig, folder):
    rows = pd.read_json(folder + "/signals.ndjson", lines=True)
    ids = inc[~inc.noise].id
    for name in ("teams_engaged", "responders_engaged", "handoffs", "unfamiliar_responders", "novelty", "concurrent",
                 "services_impacted", "highest_tier", "off_hours_start"):
        theirs = rows[rows.signal == name].set_index("incident")
        ours = sig.loc[ids.index].set_axis(ids)
        check.column(name, -ours[name] if name == "highest_tier" else ours[name], theirs.value.astype(float))
        if name + "_landmark" in ours:
            check.column(name + " at the landmark", ours[name + "_landmark"], theirs.axis_value_landmark.astype(float))


def check_report(check, found, report):
    for clock in ("resolve", "acknowledge"):
        for name, value in found[clock].items():
            check.same("%s.%s" % (clock, name), value, report["clocks"][clock][name])
    check.same("n", found["n"], report["counts"]["current"])
    for name, value in found["concentration"].items():
        check.same("concentration." + name, value, report["concentration"][name])
    check.same("change.ratio", found["change"]["ratio"], report["change"]["ratio"])
    check.same("adjusted shift", found["mean_percentile"], report["change"]["adjusted_shift"]["mean_percentile"])
    check.same("trend", len(found["trend"]), len(report["trend"]))
    for row, theirs in zip(found["trend"], report["trend"]):
        check.same("trend n", row["n"], theirs["n"])
        check.same("trend median", row["median_s"], theirs["median_s"])
    theirs = {g["name"]: g for g in report["groups"] if g["by"] == "service"}
    check.same("services", len(found["services"]), len(theirs))
    for name, row in found["services"].items():
        check.same(name + " n", row["n"], theirs.get(name, {}).get("n"))
        check.same(name + " mean percentile", row["mean_percentile"], theirs.get(name, {}).get("mean_percentile"))


def check(made, as_of, folder, report=None, begin=None, end=None):
    """made: what peer.analyze gives. Prints what differs."""
    inc, sig, readings = made
    found = Check()
    found.same("incidents", int((~inc.noise).sum()), sum('"class":"incident"' in line for line in open(folder + "/incidents.ndjson")))
    check_signals(found, inc, sig, folder)
    check_readings(found, readings, folder)
    if report:
        check_report(found, figures(inc, readings, millis(begin), millis(end), as_of), json.load(open(report)))
    print("\n".join(found.wrong[:20]) or "peer: %d figures are alidade's" % found.n)
    return 1 if found.wrong else 0
