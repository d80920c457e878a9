/* From which incident on an analysis differs from the one that is stored, and the analysis of these alone. What is left is to read the records
 * that they look at (recent_window.c), to look at signals, read and write, and whatever lies before the first change stays as it is:
 *
 * - What an incident is made of: its own records, which were noted if they changed, and how they are linked (renew.c). Lists of services,
 *   teams and people, decisions, configuration and program: all is anew where one of them changed.
 * - What its signals see of others lies before its start: starts, stretches that were open then, people's engagements. So D is the earliest
 *   date that a changed record or another one of its incident tells or told of anything, and incidents that start before D see what they saw.
 * - Of all records: since when a source tells, and which facets it shows; all is anew where that changed.
 * - As-of: a record of which something is dated between that of before and now counts as changed, and so does an incident whose landmark was to
 *   come then; of one that is open the reading moves with as-of, and is made anew.
 * - Its reading: its reference is what started before its quarter. Nothing that started before the quarter of as-of may have changed, so that
 *   the stored frames hold.
 *
 * Whatever else is found makes all anew. */
#include "analysis/recent.h"

#include <string.h>

#include "alidade/decision.h"
#include "analysis/names.h"

void ald_recent_refuse(struct ald_finding *f, const char *why)
{
    if (!f->why)
        f->why = why;
}

static void lower(struct ald_finding *f, int64_t at)
{
    if (at != ALD_TIME_NONE && at < f->from)
        f->from = at;
}

/* ---- Whether what is stored may hold ---- */

/* A severity that people gave takes its rank from any record that has it, unless the configuration orders them. */
static ALD_CHECK enum ald_rc look_at_overrides(struct ald_finding *f, struct ald_err *err)
{
    struct ald_decision *list = NULL;
    size_t n = 0;
    ALD_TRY(ald_decisions(f->store, ALD_DECIDE_OVERRIDE, false, f->arena, &list, &n, err));
    for (size_t i = 0; i < n && !f->settings->severity_order_n; i++)
        if (list[i].field && strcmp(list[i].field, "severity") == 0)
            ald_recent_refuse(f, "people gave severities whose order is not configured");
    return ALD_OK;
}

/* ---- Changed incidents ---- */

static void change(struct ald_finding *f, const char *incident)
{
    if (incident)
        (void)ald_names_add(f->changed, incident);
}

static ALD_CHECK enum ald_rc take_record(struct ald_finding *f, int64_t row, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool found = false;
    ald_want_row(&f->ask, row);
    ALD_TRY(ald_q_open(f->store, "recent_earliest", &q, err));
    ald_q_int(q, 1, row);
    ALD_TRY(ald_q_step(q, &found, err));
    if (found)
        lower(f, ald_q_col_time(q, 0));
    return ALD_OK;
}

static ALD_CHECK enum ald_rc take_notes(struct ald_finding *f, struct ald_err *err)
{
    for (size_t i = 0; i < f->since.notes_n; i++) {
        const struct ald_note *note = &f->since.notes[i];
        lower(f, note->from);
        change(f, note->incident);
        ALD_TRY(take_record(f, note->record, err));
    }
    return ALD_OK;
}

/* Records of which as-of now knows more. */
static ALD_CHECK enum ald_rc take_due(struct ald_finding *f, struct ald_err *err)
{
    for (size_t i = 0; i < f->renewed->due_n; i++) {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        bool row = false;
        ALD_TRY(ald_q_open(f->store, "recent_link", &q, err));
        ald_q_int(q, 1, f->renewed->due[i]);
        ALD_TRY(ald_q_step(q, &row, err));
        if (row)
            change(f, ald_q_col_text(q, 2));
        ALD_TRY(take_record(f, f->renewed->due[i], err));
    }
    return ALD_OK;
}

/* Confidence and words of a link are nothing that its incident depends on. */
static ALD_CHECK enum ald_rc is_member_alike(struct ald_finding *f, const struct ald_relink *link, bool *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    *ret = link->incident && link->was && strcmp(link->incident, link->was) == 0;
    if (!*ret)
        return ALD_OK;
    ALD_TRY(ald_q_open(f->store, "recent_link", &q, err));
    ald_q_int(q, 1, link->row);
    ALD_TRY(ald_q_step(q, &row, err));
    *ret = row && strcmp(ald_q_col_text(q, 0), link->method) == 0 && (ald_q_col_int(q, 1) != 0) == link->folded;
    return ALD_OK;
}

static ALD_CHECK enum ald_rc take_links(struct ald_finding *f, struct ald_err *err)
{
    for (size_t i = 0; i < f->renewed->links_n; i++) {
        const struct ald_relink *link = &f->renewed->links[i];
        bool alike;
        ALD_TRY(is_member_alike(f, link, &alike, err));
        if (alike)
            continue;
        change(f, link->was);
        change(f, link->incident);
        ALD_TRY(take_record(f, link->row, err));
    }
    return ALD_OK;
}

/* Another record of a changed incident, and when the incident began. */
static ALD_CHECK enum ald_rc take_stored(struct ald_finding *f, const char *id, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *members = NULL, *of = NULL;
    bool row = true;
    ALD_TRY(ald_q_open(f->store, "recent_members", &members, err));
    ald_q_text(members, 1, id);
    while (row) {
        ALD_TRY(ald_q_step(members, &row, err));
        if (row)
            ALD_TRY(take_record(f, ald_q_col_int(members, 0), err));
    }
    ALD_TRY(ald_q_open(f->store, "part_find_id", &of, err));
    ald_q_text(of, 1, id);
    ALD_TRY(ald_q_step(of, &row, err));
    if (!row)
        return ALD_OK;
    int64_t start;
    ALD_TRY(ald_asked_start(&f->ask, ald_q_col_int(of, 0), &start, err));
    lower(f, start);
    return ALD_OK;
}

static ALD_CHECK enum ald_rc take_changed(struct ald_finding *f, struct ald_err *err)
{
    for (uint32_t i = 0; i < ald_names_n(f->changed); i++)
        ALD_TRY(take_stored(f, ald_names_text(f->changed, i), err));
    if (f->from < ald_quarter_start(&f->calendar, f->quarter))
        ald_recent_refuse(f, "something changed that began before this quarter");
    return ALD_OK;
}

/* ---- What all records tell ---- */

static ALD_CHECK enum ald_rc compare_origins(struct ald_finding *f, struct ald_err *err)
{
    const struct ald_renewed *is = f->renewed;
    struct ald_origin *was;
    size_t n;
    ALD_TRY(ald_origins_load(f->store, f->arena, &was, &n, err));
    bool same = n == is->origins_n;
    for (size_t i = 0; i < n && same; i++)
        same = strcmp(was[i].source, is->origins[i].source) == 0 && was[i].started_at == is->origins[i].started_at &&
               was[i].posted_at == is->origins[i].posted_at && was[i].vendor == is->origins[i].vendor && was[i].seen == is->origins[i].seen;
    if (!same)
        ald_recent_refuse(f, "a source tells since another time, or of something else");
    f->ask.part.origins = was;
    f->ask.part.origins_n = n;
    return ALD_OK;
}

/* ---- As-of alone ---- */

/* At the same as-of nothing comes to pass that was still to come. */
static void look_at_time(struct ald_finding *f)
{
    const struct ald_renewed *is = f->renewed;
    f->quiet = !f->since.notes_n && !is->due_n && !is->links_n && !is->suggestions_n;
    if (!f->quiet || f->as_of != f->since.written.as_of)
        lower(f, f->since.written.settles);
}

/* ---- The whole ---- */

static ALD_CHECK enum ald_rc find(struct ald_finding *f, struct ald_analysis **ret, struct ald_err *err)
{
    ALD_TRY(ald_since_load(f->store, f->settings, &f->calendar, f->as_of, f->arena, &f->since, err));
    f->why = f->since.why;
    ALD_TRY(look_at_overrides(f, err));
    if (f->why)
        return ALD_OK;
    ALD_TRY(take_notes(f, err));
    ALD_TRY(ald_links_renew(f->store, f->settings, &f->since, f->as_of, f->arena, f->renewed, err));
    if (!f->renewed->sound) {
        ald_recent_refuse(f, f->renewed->why);
        return ALD_OK;
    }
    ALD_TRY(compare_origins(f, err));
    ALD_TRY(take_due(f, err));
    ALD_TRY(take_links(f, err));
    look_at_time(f);
    ALD_TRY(take_changed(f, err));
    return f->why ? ALD_OK : ald_recent_window(f, ret, err);
}

static void finding_done(struct ald_finding *f)
{
    ald_names_free(f->changed);
    ald_zone_free(f->zone);
    ald_arena_free(f->arena);
}

enum ald_rc ald_recent_analyse(struct ald_store *store, const struct ald_settings *settings, int64_t as_of, struct ald_analysis **ret,
                               const char **ret_why, struct ald_err *err)
{
    struct ald_zone *zone;
    *ret = NULL;
    ALD_TRY(ald_zone_load(settings->timezone, &zone, err));
    struct ald_arena *arena = ald_arena_new();
    ALD_CLEANUP(finding_done)
    struct ald_finding f = {.store = store,
                            .settings = settings,
                            .as_of = as_of,
                            .arena = arena,
                            .zone = zone,
                            .calendar = ald_settings_calendar(settings, zone),
                            .from = INT64_MAX,
                            .changed = ald_names_new(arena),
                            .renewed = ald_calloc(arena, 1, sizeof *f.renewed),
                            .ask = {.store = store, .settings = settings, .as_of = as_of, .arena = arena, .sound = true}};
    f.quarter = ald_quarter_of(&f.calendar, as_of);
    ALD_CLEANUP(ald_analysis_freep) struct ald_analysis *a = NULL;
    ALD_TRY(find(&f, &a, err));
    *ret_why = f.why;
    if (f.why || !a)
        return ALD_OK;
    a->recent_arena = f.arena; /* what it took from here stands as long as it does */
    f.arena = NULL;
    *ret = a;
    a = NULL;
    return ALD_OK;
}

size_t ald_analysis_anew(const struct ald_analysis *a)
{
    return a->recent ? a->incidents_n - a->recent->first + a->recent->older_n : a->incidents_n;
}

struct ald_analysed ald_analysis_all(const struct ald_analysis *a)
{
    const struct ald_recent *recent = a->recent;
    struct ald_analysed all = {.records = a->records_n, .incidents = a->incidents_n};
    size_t first = recent ? recent->first : 0;
    if (recent)
        all = (struct ald_analysed){recent->renewed->records_n, (size_t)recent->kept + a->incidents_n - first, (size_t)recent->counted};
    for (size_t i = first; i < a->incidents_n; i++)
        all.counted += a->incidents[i].cls == ALD_INCIDENT;
    return all;
}
