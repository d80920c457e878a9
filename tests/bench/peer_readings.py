"""The peer's positions, comparables and readings: see peer.py."""
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from peer_incidents import ZONE, local

LOOKBACK_QUARTERS, NEEDED = 8, 30
AXES = {"complexity": ("teams_engaged", "responders_engaged", "handoffs", "unfamiliar_responders", "novelty", "concurrent"),
        "blast_radius": ("services_impacted", "highest_tier")}
BOTH = tuple(AXES)
AT_START = ("novelty", "concurrent", "services_impacted", "highest_tier")
COLUMNS = ["candidates", "k", "m", "lower", "median", "upper", "percentile"]


def newcomer(ordered, x):
    below, upto = np.searchsorted(ordered, x), np.searchsorted(ordered, x, "right")
    return (below + (upto - below) / 2 + 0.5) / (len(ordered) + 1)


def member(ordered, x):
    below, upto = np.searchsorted(ordered, x), np.searchsorted(ordered, x, "right")
    return (below + (upto - below - 1) / 2 + 0.5) / len(ordered)


def raws(values, ordered, names):
    """The weighted mean of places (weight 1 each), where at least half of the signals are there."""
    total, present = np.zeros(len(values)), np.zeros(len(values))
    for name in names:
        x = values[name].to_numpy()
        there = ~np.isnan(x)
        total += np.where(there, member(ordered[name], x), 0.5)
        present += there
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(present / max(len(names), 1) >= 0.5, total / max(len(names), 1), np.nan) if names else np.full(len(values), np.nan)


def kaplan_meier(duration, is_open):
    """(t, S(t)) where somebody's ended."""
    order = np.lexsort((is_open, duration))
    d, ended = duration[order], ~is_open[order]
    t, first = np.unique(d, return_index=True)
    ends = np.add.reduceat(ended, first)
    keep = ends > 0
    return t[keep], np.cumprod(1 - ends[keep] / (len(d) - first[keep]))


def reach(t, s, m, want):
    there = np.nonzero(m * (1 - s) >= want - 1e-9)[0]
    return t[there[0]] if len(there) else np.nan


def km_median(t, s):
    i = int(np.argmax(s <= 0.5 + 1e-9)) if len(s) and s[-1] <= 0.5 + 1e-9 else -1
    if i < 0:
        return np.nan
    return (t[i] + t[i + 1]) / 2 if abs(s[i] - 0.5) <= 1e-9 and i + 1 < len(t) else t[i]


def frame_of(inc, values, since, now, landmark):
    """The reference as it stood at `now`, with its places."""
    ref = inc[(inc.start >= since) & (inc.start < now) & ~inc.noise]
    is_open = (ref.end.isna() | (ref.end > now)).to_numpy()
    last = np.where(is_open, now, ref.end)
    duration = last - ref.start.to_numpy()
    keep = (duration > 0) | is_open
    if landmark:
        keep &= last > ref.landmark.to_numpy()
    ref, duration, is_open = ref[keep], duration[keep], is_open[keep]
    if len(ref) < NEEDED:
        return len(ref), None
    own = values.loc[ref.index]
    ordered = {name: np.sort(own[name].dropna().to_numpy()) for name in own}
    eligible = {axis: [n for n in AXES[axis] if n in ordered and 4 * len(ordered[n]) >= len(ref) and ordered[n][0] != ordered[n][-1]]
                for axis in AXES}
    keys = {axis: np.rint(raws(own, ordered, eligible[axis]) * 1e9) for axis in AXES}
    sorted_keys = {axis: np.sort(keys[axis][~np.isnan(keys[axis])]) for axis in AXES}
    places = np.column_stack([np.where(np.isnan(keys[a]), np.nan, member(sorted_keys[a], keys[a])) for a in BOTH])
    return len(ref), (ordered, eligible, sorted_keys, places, duration, is_open)


def compare(places, duration, is_open, at, time, still):
    """The reading of each row at `at` among the members at `places` (of one or two axes, or none)."""
    k = int(min(200, max(20, round(np.sqrt(len(places))))))
    out = np.full((len(at), 7), np.nan)
    different, which = np.unique(at, axis=0, return_inverse=True)
    tree = cKDTree(places)
    far = tree.query(different, k)[0][:, -1] + 1e-12
    rows_of = np.split(np.argsort(which, kind="stable"), np.cumsum(np.bincount(which))[:-1])
    for place, radius, rows in zip(different, far, rows_of):
        near = tree.query_ball_point(place, radius)
        t, s = kaplan_meier(duration[near], is_open[near])
        m = len(near)
        s_at = np.concatenate(([1.0], s))
        upto, before = s_at[np.searchsorted(t, time[rows], "right")], s_at[np.searchsorted(t, time[rows])]
        out[rows, 0], out[rows, 1], out[rows, 2] = len(places), k, m
        out[rows, 3], out[rows, 5] = reach(t, s, m, max(1, (m + 1) // 10)), reach(t, s, m, min(m, (9 * (m + 1) + 9) // 10))
        out[rows, 4] = km_median(t, s)
        out[rows, 6] = np.where(still[rows], np.nan, (m * (1 - (upto + before) / 2) + 0.5) / (m + 1))
    return out


def read(inc, sig, quarters, as_of):
    """Start and landmark readings of all incidents of these quarters: (since, now) each."""
    found = []
    for reading in ("start", "landmark"):
        names = {n: n for n in AT_START} if reading == "start" else {
            n: n if n in AT_START else n + "_landmark" for axis in AXES for n in AXES[axis]}
        values = sig[list(names.values())].set_axis(list(names), axis=1).astype(float)
        for since, now, until in quarters:
            asked = inc[(inc.start >= now) & (inc.start < until) & ~inc.noise & (inc.duration > 0)]
            if reading == "landmark":
                asked = asked[np.where(asked.open, as_of, asked.end) > asked.landmark]
            n_ref, frame = frame_of(inc, values, since, now, reading == "landmark")
            if frame is None or not len(asked):
                continue
            ordered, eligible, keys, places, duration, is_open = frame
            own = values.loc[asked.index]
            at = np.column_stack([newcomer_axis(own, ordered, eligible[a], keys[a]) for a in BOTH])
            out = np.full((len(asked), 7), np.nan)
            time, still = asked.duration.to_numpy(), asked.open.to_numpy()
            has = ~np.isnan(at)
            both = (~np.isnan(places)).all(axis=1)
            for pattern in np.unique(has, axis=0):
                rows = (has == pattern).all(axis=1)
                alone = [(~np.isnan(places[:, a])).sum() if pattern[a] else 0 for a in (0, 1)]
                use = [0, 1] if pattern.all() and both.sum() >= NEEDED else [] if max(alone) < NEEDED else [0 if alone[0] >= alone[1] else 1]
                chosen = (~np.isnan(places[:, use])).all(axis=1) if use else np.ones(len(places), bool)
                members = places[chosen][:, use] if use else np.zeros((chosen.sum(), 1))
                out[rows] = compare(members, duration[chosen], is_open[chosen], at[rows][:, use] if use else np.zeros((rows.sum(), 1)),
                                    time[rows], still[rows])
            got = pd.DataFrame(out, columns=COLUMNS, index=asked.index)
            found.append(got.assign(id=asked.id, reading=reading, n_ref=n_ref, complexity=at[:, 0], blast_radius=at[:, 1],
                                    start=asked.start, duration=time, open=still))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS + ["id", "reading"])


def newcomer_axis(own, ordered, eligible, keys):
    raw = np.rint(raws(own, ordered, eligible) * 1e9)
    return np.where(np.isnan(raw), np.nan, newcomer(keys, raw)) if len(keys) else np.full(len(own), np.nan)


def quarters_of(first, last):
    """(begin of the reference, begin, end) of each quarter from that of `first` to that of `last`."""
    begin = local(first).tz_localize(None).to_period("Q")
    end = local(last).tz_localize(None).to_period("Q")

    def at(period):
        return period.start_time.tz_localize(ZONE).value // 1_000_000

    return [(at(q - LOOKBACK_QUARTERS), at(q), at(q + 1)) for q in pd.period_range(begin, end, freq="Q")]
