"""The peer's figures of a period and its workbook: see peer.py."""
import numpy as np
import pandas as pd

from peer_incidents import DAY, ZONE, local
from peer_readings import LOOKBACK_QUARTERS, kaplan_meier, km_median

RESAMPLES = 1000


def weekly(values, weeks, rng):
    """Means of values when whole weeks are drawn."""
    sums, counts = np.bincount(weeks, values), np.bincount(weeks)
    sums, counts = sums[counts > 0], counts[counts > 0]
    drawn = rng.integers(len(sums), size=(RESAMPLES, len(sums)))
    return sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)


def p_of_weeks(now, then, rng):
    """How often a difference of means as large comes up when weeks are dealt at random: (sum, count) a week and side."""
    sums, counts = np.concatenate([now[0], then[0]]), np.concatenate([now[1], then[1]])

    def difference(order):
        mine, rest = order[..., :len(now[0])], order[..., len(now[0]):]
        return np.abs(sums[mine].sum(-1) / counts[mine].sum(-1) - sums[rest].sum(-1) / counts[rest].sum(-1))

    dealt = difference(rng.permuted(np.tile(np.arange(len(sums)), (RESAMPLES, 1)), axis=1))
    return (1 + (dealt >= difference(np.arange(len(sums))) - 1e-12).sum()) / (RESAMPLES + 1)


def week_sums(values, start, begin):
    weeks = ((local(start).dt.tz_localize(None).dt.normalize() - local(begin).tz_localize(None).normalize()).dt.days // 7).to_numpy()
    sums = pd.Series(np.asarray(values)).groupby(weeks).agg(["sum", "size"])
    return weeks, (sums["sum"].to_numpy(), sums["size"].to_numpy())


def as_at(inc, begin, end, at):
    """Durations of those of [begin, end) that had ended by `at`."""
    rows = inc[(inc.start >= begin) & (inc.start < end) & ~inc.noise]
    return rows, rows[(rows.end <= at) & (rows.duration > 0)]


def figures(inc, readings, begin, end, as_of):
    rng = np.random.default_rng(1)
    own, done = as_at(inc, begin, end, as_of)
    seconds, ack = done.duration / 1000, own.ack.dropna() / 1000
    weeks, now_weeks = week_sums(np.log(seconds), done.start, begin)
    weeks = weeks - weeks.min()
    t, s = kaplan_meier(own.duration.to_numpy() / 1000, own.open.to_numpy())
    longest = np.sort(seconds)[::-1]
    out = {"n": len(own), "resolve": {
        "median_s": seconds.median(), "p90_s": seconds.quantile(0.9), "mean_s": seconds.mean(),
        "geometric_mean_s": np.exp(np.log(seconds).mean()), "km_median_s": km_median(t, s)},
        "acknowledge": {"n": len(ack), "median_s": ack.median(), "p90_s": ack.quantile(0.9)},
        "intervals": {"mean_s": np.quantile(weekly(seconds.to_numpy(), weeks - weeks.min(), rng), [0.025, 0.975]).tolist(),
                      "geometric_mean_s": np.exp(np.quantile(weekly(np.log(seconds).to_numpy(), weeks - weeks.min(), rng), [0.025, 0.975])).tolist()},
        "concentration": {"top1_share": longest[0] / longest.sum(), "top3_share": longest[:3].sum() / longest.sum(),
                          "top10pct_share": longest[:-(-len(longest) // 10)].sum() / longest.sum(),
                          "mean_without_longest_s": longest[1:].mean()}}
    age = as_of - end
    trend, past = [], []
    for _, first, until in past_quarters(begin):
        if until <= inc.start.min():
            continue
        started, ended = as_at(inc, first, until, until + age)
        trend.append({"n": len(started), "median_s": ended.duration.median() / 1000 if len(ended) else None})
        past.append(ended)
    trend.append({"n": len(own), "median_s": seconds.median()})
    past = pd.concat(past)
    _, then_weeks = week_sums(np.log(past.duration / 1000), past.start, begin)
    out["trend"] = trend
    out["change"] = {"ratio": float(np.exp(np.log(seconds).mean() - np.log(past.duration / 1000).mean())),
                     "p_value": p_of_weeks(now_weeks, then_weeks, rng)}
    start = readings[(readings.reading == "start") & (readings.start >= begin) & (readings.start < end)]
    out["mean_percentile"] = start.percentile.mean()
    place = start.assign(service=start.id.map(inc.set_index("id").service)).groupby("service").percentile.agg(["size", "mean"])
    out["services"] = {name: {"n": int(row["size"]), "mean_percentile": row["mean"]} for name, row in place.iterrows()}
    return out


def past_quarters(begin):
    period = local(begin).tz_localize(None).to_period("Q")

    def at(q):
        return q.start_time.tz_localize(ZONE).value // 1_000_000

    return [(None, at(q), at(q + 1)) for q in pd.period_range(period - LOOKBACK_QUARTERS, period - 1, freq="Q")]


# ---- The workbook ----

def workbook(path, inc, readings, found, begin, end):
    own = inc[(inc.start >= begin) & (inc.start < end) & ~inc.noise]
    when = local(own.start).dt.tz_localize(None)
    shown = readings.sort_values("reading").drop_duplicates("id")  # landmark before start
    shown = shown.set_index("id").reindex(own.id)
    with pd.ExcelWriter(path, engine="xlsxwriter", datetime_format="yyyy-mm-dd hh:mm") as writer:
        flat = pd.json_normalize({k: v for k, v in found.items() if k not in ("trend", "services")}).T.reset_index()
        flat.astype(str).to_excel(writer, sheet_name="Summary", index=False)
        pd.DataFrame(found["trend"]).to_excel(writer, sheet_name="Change", index=False)
        pd.DataFrame(found["services"]).T.to_excel(writer, sheet_name="Services")
        triangle = pd.DataFrame({
            "incident": own.key.to_numpy(), "title": own.title.to_numpy(), "reading": shown.reading.to_numpy(),
            "duration": own.duration.to_numpy() / DAY, "complexity": shown.complexity.to_numpy(), "blast radius": shown.blast_radius.to_numpy(),
            "percentile": shown.percentile.to_numpy(), "lower": shown.lower.to_numpy() / DAY, "median": shown["median"].to_numpy() / DAY,
            "upper": shown.upper.to_numpy() / DAY, "comparables": shown.m.to_numpy(), "candidates": shown.candidates.to_numpy(),
            "service": own.service.to_numpy()})
        triangle.to_excel(writer, sheet_name="Triangulation", index=False)
        rows = pd.DataFrame({
            "key": own.key, "title": own.title, "state": np.where(own.open, "open", "resolved"), "started": when, "duration": own.duration / DAY,
            "severity": own.severity, "service": own.service, "ended": when + pd.to_timedelta(own.duration, unit="ms"),
            "acknowledged after": own.ack / DAY, "records": own.records, "id": own.id, "tier": own.tier, "percentile": shown.percentile.to_numpy(),
            "complexity": shown.complexity.to_numpy(), "blast radius": shown.blast_radius.to_numpy()})
        rows.to_excel(writer, sheet_name="Incidents", index=False)
        triangle[["complexity", "blast radius", "duration", "percentile"]].to_excel(writer, sheet_name="Chart data", index=False)
        chart = writer.book.add_chart({"type": "scatter"})
        n = len(own)
        chart.add_series({"categories": ["Chart data", 1, 0, n, 0], "values": ["Chart data", 1, 2, n, 2]})
        writer.sheets["Summary"].insert_chart("E2", chart)
