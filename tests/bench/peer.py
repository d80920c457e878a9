#!/usr/bin/python3
"""The peer: what a good analyst would write for the same figures with pandas, numpy, scipy and XlsxWriter. Whole columns at once
wherever the definition (docs/METHODS.md) allows it.

    peer.py link STORE AS_OF                          reads the tables and joins records into incidents
    peer.py analyze STORE AS_OF OUT                   links, clocks, signals and all readings of a store into a pickle
    peer.py report STORE AS_OF FROM TO OUT            the period's figures and a workbook; prints the figures as JSON
    peer.py check STORE AS_OF FOLDER [REPORT FROM TO] compares with `alidade export incidents|signals|readings` (FOLDER/KIND.ndjson)
                                                      and a quarterly JSON: prints what differs, exits 1

It does what stores of make_store.py hold: pointers by key, one service an incident, one open span, no reopenings, merges, texts,
tree of teams or dependencies. It gives no evidence, no reason for what is absent, and none of the 18 signals that are absent or
the same everywhere there; what it leaves out is in its favour."""
import json
import sys

import pandas as pd

from peer_check import check
from peer_incidents import ZONE, incidents, link, load, millis, signals
from peer_readings import LOOKBACK_QUARTERS, quarters_of, read
from peer_report import figures, workbook


def analyze(store, as_of, only=None):
    """(incidents, signals, readings); only: from and to of the period whose lookback is enough."""
    tiers = {"service-%03d" % i: 1 + i % 4 for i in range(1000)}  # as in the configuration of make_store.py
    t = load(store, as_of)
    inc, event, record = incidents(t, as_of, tiers)
    sig = signals(t, inc, event, record)
    quarters = quarters_of(inc.start.min(), inc.start.max())
    if only:
        first = millis(pd.Timestamp(only[0], unit="ms", tz="UTC").tz_convert(ZONE) - pd.DateOffset(months=3 * LOOKBACK_QUARTERS))
        quarters = [q for q in quarters if first <= q[1] < only[1]]
    return inc, sig, read(inc, sig, quarters, as_of)


def main(argv):
    if len(argv) < (3 if argv[:1] == ["link"] else 4):
        sys.exit(__doc__)
    what, store, as_of = argv[0], argv[1], millis(argv[2])
    if what == "link":
        print("%d incidents" % link(load(store, as_of)).nunique())
        return 0
    if what == "check":
        return check(analyze(store, as_of), as_of, *argv[3:])
    if what == "analyze":
        inc, sig, readings = analyze(store, as_of)
        pd.to_pickle((inc, sig, readings), argv[3])
        print("%d incidents, %d readings" % (len(inc), len(readings)))
        return 0
    begin, end = millis(argv[3]), millis(argv[4])
    inc, _, readings = analyze(store, as_of, (begin, end))
    found = figures(inc, readings, begin, end, as_of)
    workbook(argv[5], inc, readings, found, begin, end)
    print(json.dumps({k: v for k, v in found.items() if k != "services"}, default=float))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
