/* external_party: whether another company was part of it. Known at the start where its incident was open then on a service
 * that this one names, or the record named it when it was opened; else hindsight. */
#include "analysis/past.h"
#include "analysis/signals/signals.h"

/* Spans of a service that had begun by `at`: past->vendors[..n). */
static size_t begun(const struct ald_past *past, uint32_t service, int64_t at)
{
    size_t lo = 0, hi = past->vendors_n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct ald_vendor_span *span = &past->vendors[mid];
        if (span->service < service || (span->service == service && span->from <= at))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

/* An incident of another company that was open at the start on one of the services; NULL: none. */
static const struct ald_vendor_span *open_elsewhere(const struct ald_past *past, const struct ald_incident *inc)
{
    if (inc->started_at == ALD_TIME_NONE)
        return NULL;
    for (size_t s = 0; s < ald_past_services(inc); s++) {
        uint32_t service = inc->services[s].name;
        for (size_t i = begun(past, service, inc->started_at); i-- > 0;) {
            const struct ald_vendor_span *span = &past->vendors[i];
            if (span->service != service || span->last <= inc->started_at)
                break;
            if (span->to > inc->started_at)
                return span;
        }
    }
    return NULL;
}

struct named {
    const struct ald_given *given; /* the first that names it, or NULL */
    bool at_start;
};

static struct named named_by_records(const struct ald_past *past, const struct ald_incident *inc)
{
    struct named found = {0};
    for (size_t i = 0; i < inc->records_n; i++) {
        const struct ald_record *record = &past->analysis->records[inc->records[i]];
        const struct ald_given *given;
        size_t n = ald_given_find(&past->given, inc->records[i], ALD_GIVEN_VENDOR, &given);
        for (size_t k = 0; k < n; k++) {
            /* Undated, and the timeline that shows every change shows none: so from the start. */
            bool undated = given[k].at == ALD_TIME_NONE;
            bool at_start = undated ? given[0].at == ALD_TIME_NONE && (record->traits->timeline & ALD_HOLDS_VENDOR)
                                    : given[k].at <= inc->started_at;
            if (!found.given || (at_start && !found.at_start))
                found = (struct named){.given = &given[k], .at_start = at_start};
        }
    }
    return found;
}

/* Whether its absence could have been seen. */
static bool could_tell(const struct ald_past *past, const struct ald_incident *inc)
{
    if (inc->started_at == ALD_TIME_NONE)
        return false;
    for (size_t i = 0; i < inc->records_n; i++)
        if (past->analysis->records[inc->records[i]].traits->timeline & ALD_HOLDS_VENDOR)
            return true;
    return inc->services_n && past->vendors_from != ALD_TIME_NONE && past->vendors_from <= inc->started_at;
}

static void compute(const struct ald_past *past, const struct ald_incident *inc, struct ald_obs *ret)
{
    bool open = open_elsewhere(past, inc) != NULL, told = could_tell(past, inc);
    struct named named = named_by_records(past, inc);
    if (!open && !named.given && !told) {
        ald_obs_absent(ret, ald_past_not_held(past, inc, ALD_HOLDS_VENDOR,
                                              "no incidents of other companies and no field that names them are read"));
        return;
    }
    bool at_start = open || named.at_start;
    ald_obs_structural(ret, at_start);
    ret->total = open || named.given;
    if (!at_start && !told) /* named, but nobody knows when */
        for (int r = 0; r < ALD_READING_N; r++)
            ret->has[r] = false;
}

static const char *evidence(struct ald_arena *arena, const struct ald_past *past, const struct ald_incident *inc)
{
    struct ald_evidence line = {.arena = arena};
    const struct ald_vendor_span *span = open_elsewhere(past, inc);
    if (span)
        ald_evidence_add(&line, ald_sprintf(arena, "%s:%s open at the start on %s",
                                            past->analysis->records[span->record].traits->source,
                                            past->analysis->records[span->record].external_id,
                                            past->analysis->services[span->service]));
    struct named named = named_by_records(past, inc);
    if (named.given)
        ald_evidence_add(&line, ald_sprintf(arena, "named by %s (%s)", named.given->text ? named.given->text : "a field",
                                            named.at_start                          ? "at the start"
                                            : named.given->at == ALD_TIME_NONE ? "undated"
                                                                                    : "later"));
    if (!line.text)
        ald_evidence_add(&line, "none named, none open at the start");
    return ald_evidence_end(&line);
}

const struct ald_signal ald_signal_external_party = {
    .id = "external_party",
    .title = "Another company involved",
    .unit = "yes or no",
    .help = "1 when a record named another company when it was opened, or one of its incidents was open at the start on a "
            "service that this one names; what was named later describes only.",
    .axis = ALD_COMPLEXITY,
    .timing = ALD_STRUCTURAL | ALD_HINDSIGHT,
    .weight = 1,
    .compute = compute,
    .evidence = evidence,
};
