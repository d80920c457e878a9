"""The peer's incidents and signals, from a store: see peer.py."""
import sqlite3

import numpy as np
import pandas as pd
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

ZONE, LANDMARK, NOISE_UNDER, DAY = "Europe/Berlin", 3_600_000, 300_000, 86_400_000
ENGAGES = ("acknowledged", "assigned", "reassigned", "escalated", "responder_added", "note", "status_update", "mitigated", "resolved",
           "reopened", "closed", "severity_changed", "service_added", "merged")
ASSIGNS = ("assigned", "reassigned", "escalated")


def millis(text):
    return pd.Timestamp(text).tz_convert("UTC").value // 1_000_000


def local(ms):
    moment = pd.to_datetime(ms, unit="ms", utc=True)
    return (moment.dt if isinstance(moment, pd.Series) else moment).tz_convert(ZONE)


# ---- Incidents ----

def load(store, as_of):
    db = sqlite3.connect("file:%s?mode=ro" % store, uri=True)

    def read(sql):
        return pd.read_sql_query(sql, db)

    tables = {
        "record": read("SELECT id, source, external_id, kind, key, title, end_state FROM record WHERE gone_at IS NULL"),
        "moment": read("SELECT record, moment, min(at) AS at FROM record_moment WHERE at <= %d GROUP BY record, moment" % as_of),
        "ref": read("SELECT record, value FROM record_ref WHERE kind = 'key'"),
        "service": read("SELECT record, service FROM record_service"),
        "team": read("SELECT record, team FROM record_team"),
        "person": read("SELECT record, person AS actor, at FROM record_person WHERE at <= %d" % as_of),
        "event": read("SELECT record, event_id, at, kind, actor, automatic, team FROM event WHERE at <= %d" % as_of),
        "value": read("SELECT record, value AS severity FROM record_value WHERE name = 'severity'"),
    }
    db.close()
    return tables


def link(t):
    """Numbers the incidents: records joined by keys."""
    record = t["record"].reset_index(drop=True)
    place = pd.Series(record.index, index=record.id)
    keyed = record.dropna(subset=["key"]).drop_duplicates("key").set_index("key").id
    ref = t["ref"].assign(other=t["ref"].value.map(keyed)).dropna()
    ends = place[ref.record].to_numpy(), place[ref.other.astype(int)].to_numpy()
    n = len(record)
    return pd.Series(connected_components(coo_matrix((np.ones(len(ref)), ends), (n, n)), directed=False)[1], index=record.id)


def incidents(t, as_of, tiers):
    """A row for each incident of class incident or noise."""
    moment = t["moment"].pivot(index="record", columns="moment", values="at")
    record = t["record"].set_index("id").join(moment[[c for c in ("opened", "acknowledged", "resolved") if c in moment]])
    record = record[record.opened.notna()]
    record["incident"] = link(t)
    record = record.sort_values(["opened", "source", "external_id"])
    inc = record.groupby("incident").agg(start=("opened", "first"), source=("source", "first"), external_id=("external_id", "first"),
                                         key=("key", "first"), title=("title", "first"), records=("opened", "size"))
    pager = record[record.kind == "pager"].groupby("incident")
    inc["end"] = pager.resolved.max()
    inc["ack"] = pager.acknowledged.min() - pager.opened.min()
    inc["id"] = inc.source + ":" + inc.external_id
    of = record.incident
    event = t["event"].assign(incident=t["event"].record.map(of)).dropna(subset=["incident"])
    inc["service"] = t["service"].assign(incident=t["service"].record.map(of)).groupby("incident").service.first()
    inc["severity"] = t["value"].assign(incident=t["value"].record.map(of)).groupby("incident").severity.first()
    inc["tier"] = inc.service.map(tiers)
    acted = event[(event.automatic == 0) & event.kind.isin(ENGAGES)].groupby("incident").size()
    inc["acted"] = inc.index.isin(acted.index) | (inc.records > 1)
    inc["noise"] = ~inc.acted & (inc.end - inc.start < NOISE_UNDER)
    inc["landmark"] = inc.start + LANDMARK
    inc["duration"] = inc.end.fillna(as_of) - inc.start
    inc["open"] = inc.end.isna()
    return inc.sort_values(["start", "id"]), event.assign(incident=event.incident.astype(int)), record


# ---- Signals ----

def counted(inc, rows, what, name, out):
    """How many different ones there are, and how many of them by the landmark."""
    first = rows.groupby(["incident", what]).at.min().reset_index()
    early = first[first["at"] <= first.incident.map(inc.landmark)]
    out[name] = inc.index.map(first.groupby("incident").size()).fillna(0)
    out[name + "_landmark"] = inc.index.map(early.groupby("incident").size()).fillna(0)
    return first


def handoffs(event):
    """Moments at which the last known team or person is replaced by another."""
    rows = event[event.kind.isin(ASSIGNS)].sort_values(["record", "at", "event_id"])
    held = rows.groupby(["record", "at"]).agg(incident=("incident", "last"), team=("team", "last"), actor=("actor", "last")).reset_index()
    held[["team", "actor"]] = held.groupby("record")[["team", "actor"]].ffill()
    was = held.groupby("record")[["team", "actor"]].shift()
    rows = rows.merge(held[["record", "at"]].join(was), on=["record", "at"], suffixes=("", "_was"))
    changed = ((rows.team != rows.team_was) & rows.team.notna() & rows.team_was.notna()
               | (rows.actor != rows.actor_was) & rows.actor.notna() & rows.actor_was.notna())
    return rows[changed].drop_duplicates(["incident", "at"])[["incident", "at"]]


def unfamiliar(inc, people, engaged, seen_since, out):
    """Share of those engaged who were not within 90 days before, on the same service."""
    engaged = engaged.assign(service=engaged.incident.map(inc.service))[["service", "actor", "at"]].rename(columns={"at": "last"})
    asked = people.assign(service=people.incident.map(inc.service), start=people.incident.map(inc.start).astype("int64"))
    found = pd.merge_asof(asked.sort_values("start"), engaged.astype({"last": "int64"}).sort_values("last"), left_on="start", right_on="last",
                          by=["service", "actor"], tolerance=90 * DAY, allow_exact_matches=False)
    found["new"] = found["last"].isna()
    early = found[found["at"] <= found.incident.map(inc.landmark)]
    known = (inc.start - seen_since >= 28 * DAY).to_numpy()
    out["unfamiliar_responders"] = inc.index.map(found.groupby("incident").new.mean())
    out["unfamiliar_responders_landmark"] = inc.index.map(early.groupby("incident").new.mean())
    out.loc[~known, ["unfamiliar_responders", "unfamiliar_responders_landmark"]] = np.nan


def novelty(inc):
    title = (inc.title.str.lower().str.replace(r"\s+", " ", regex=True).str.strip()
             .str.replace(r"(?<![0-9a-z])(?=[0-9a-f]*[0-9])[0-9a-f]{8,}(?![0-9a-z])", "#", regex=True).str.replace(r"[0-9]+", "#", regex=True))
    n = pd.Series(0, index=inc.index)
    for _, rows in inc.start.groupby([inc.service, title]):
        starts = np.sort(rows.to_numpy())
        n[rows.index] = np.searchsorted(starts, rows) - np.searchsorted(starts, rows - 90 * DAY)
    return (1 / (1 + n)).where(inc.start - inc.start.min() >= 28 * DAY)


def concurrent(inc):
    """Those that began in the 24 hours up to the start and had not ended: begun by then, less ended by then, less what goes on
    from earlier days."""
    real = inc[~inc.noise]
    start, begun = inc.start.to_numpy(), np.sort(real.start)
    end = real.end.fillna(np.inf)
    long = real[(end - real.start > DAY)]
    old = np.searchsorted(np.sort(long.start), start - DAY) - np.searchsorted(np.sort(long.end.fillna(np.inf)), start, "right")
    n = np.searchsorted(begun, start, "right") - np.searchsorted(np.sort(end), start, "right") - old
    own = (~inc.noise & (inc.end.fillna(np.inf) > inc.start)).to_numpy()
    return pd.Series(n - own, index=inc.index).where(start - start.min() >= DAY)


def signals(t, inc, event, record):
    out = pd.DataFrame(index=inc.index)
    engaged = event[event.kind.isin(ENGAGES)]
    team = t["team"].merge(engaged.dropna(subset=["team"])[["record", "team"]].drop_duplicates(), how="left", indicator=True)
    team = team[team._merge == "left_only"].assign(incident=team.record.map(record.incident), at=team.record.map(record.opened))
    counted(inc, pd.concat([engaged.dropna(subset=["team"])[["incident", "team", "at"]], team[["incident", "team", "at"]].dropna()]), "team",
            "teams_engaged", out)
    named = t["person"].assign(incident=t["person"].record.map(record.incident)).dropna()
    acting = pd.concat([engaged[(engaged.automatic != 1) & engaged.actor.notna()][["incident", "actor", "at"]],
                        named[["incident", "actor", "at"]]]).astype({"incident": int})
    people = counted(inc, acting, "actor", "responders_engaged", out)
    moved = handoffs(event)
    out["handoffs"] = inc.index.map(moved.groupby("incident").size()).fillna(0)
    out["handoffs_landmark"] = inc.index.map(moved[moved["at"] <= moved.incident.map(inc.landmark)].groupby("incident").size()).fillna(0)
    unfamiliar(inc, people, acting, record[record.source == "pager"].opened.min(), out)
    out["novelty"], out["concurrent"] = novelty(inc), concurrent(inc)
    out["services_impacted"], out["highest_tier"] = inc.service.notna().astype(int), -inc.tier
    when = local(inc.start)
    out["off_hours_start"] = ((when.dt.weekday >= 5) | (when.dt.hour < 8) | (when.dt.hour >= 18)).astype(int)
    return out
