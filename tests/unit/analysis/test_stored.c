/* An analysis around one incident tells of it what the whole analysis tells: of every incident of a store in which everything occurs that
 * looks beyond an incident's own records; and where it cannot be sure, it says so. */
#include "fixture.h"
#include "where.h"

#include <math.h>

#include "alidade/patterns.h"
#include "alidade/rng.h"

#define RECORDS 420 /* of each of the two sources that tell of incidents */
#define END DAYS(400)
#define N(a) (sizeof(a) / sizeof *(a))

static const char *const services[] = {"web", "cart", "search", "mail"};
static const char *const people[] = {"ann", "bea", "cyd", "dan", "eve", "fay"};

struct room {
    struct fixture *f;
    struct ald_rng rng;
    struct ald_arena *arena;
    struct page {
        int64_t start;
        const char *title, *service;
    } pages[RECORDS + 1]; /* by row */
};

static int64_t draw(struct room *r, int64_t below)
{
    return (int64_t)(ald_rng_unit(&r->rng) * (double)below);
}

static bool chance(struct room *r, double p)
{
    return ald_rng_unit(&r->rng) < p;
}

/* ---- The store ---- */

static void note(struct room *r, int64_t row, int64_t at, const char *who, const char *text)
{
    event_full(r->f, row, at, "note", who, 0, NULL, NULL, NULL);
    put(r->f, "UPDATE event SET text = ?2 WHERE record = ?1 AND event_id = printf('e%03d', ?3)", "iti", row, text, (int64_t)r->f->next_event);
}

/* Days without end, a few of them reopened; who came early, late, before the start, or long afterwards. */
static void timeline(struct room *r, int64_t row, int64_t start, int64_t end)
{
    struct fixture *f = r->f;
    const char *team = chance(r, 0.5) ? "blue" : "red";
    if (end != NEVER && chance(r, 0.15)) { /* nobody had to work */
        event_full(f, row, end, "resolved", NULL, 1, NULL, NULL, NULL);
        return;
    }
    for (int64_t n = draw(r, 4); n > 0; n--)
        event_full(f, row, start + draw(r, 90), "acknowledged", people[draw(r, N(people))], chance(r, 0.9) ? 0 : 1, team, NULL, NULL);
    if (chance(r, 0.1))
        event_full(f, row, start - draw(r, 3000), "assigned", people[draw(r, N(people))], 0, team, NULL, NULL);
    if (chance(r, 0.05))
        note(r, row, start + DAYS(60) + draw(r, 90), people[draw(r, N(people))], "looked at it again");
    if (chance(r, 0.3))
        note(r, row, start + draw(r, 60), people[draw(r, N(people))], "It was not the database after all. We rolled back the deploy.");
    if (end == NEVER)
        return;
    event_full(f, row, end, "resolved", people[draw(r, N(people))], 0, NULL, NULL, NULL);
    if (chance(r, 0.1)) {
        event_full(f, row, end + 200, "reopened", people[draw(r, N(people))], 0, NULL, NULL, NULL);
        event_full(f, row, end + 500, "resolved", people[draw(r, N(people))], 0, NULL, NULL, NULL);
    }
}

static const char *a_title(struct room *r)
{
    return ald_sprintf(r->arena, "%s is slow on host %d", services[draw(r, 2)], (int)draw(r, 900));
}

static void called(struct room *r, int64_t row, const char *title, const char *severity)
{
    set(r->f, row, "title", title);
    put(r->f, "INSERT INTO record_value (record, name, value, field) VALUES (?1, 'severity', ?2, 'severity')", "it", row, severity);
}

static void add_page(struct room *r, int64_t row)
{
    struct fixture *f = r->f;
    char id[16];
    int64_t start = draw(r, END), end = chance(r, 0.04) ? NEVER : start + 1 + draw(r, chance(r, 0.3) ? 3 : chance(r, 0.1) ? 4000 : 200);
    (void)snprintf(id, sizeof id, "P%03d", (int)row);
    simple(f, row, "pager", id, "pager", ALL_HELD, start, end);
    r->pages[row] = (struct page){start, a_title(r), services[draw(r, N(services))]};
    called(r, row, r->pages[row].title, chance(r, 0.5) ? "high" : "low");
    timeline(r, row, start, end);
    for (int64_t n = chance(r, 0.1) ? 0 : 1 + draw(r, 2); n > 0; n--)
        put(f, "INSERT OR IGNORE INTO record_service (record, service, at, at_start, field) VALUES (?1, ?2, NULL, 1, 'service')", "it", row,
            n == 1 ? r->pages[row].service : services[draw(r, N(services))]);
    if (chance(r, 0.05))
        ref(f, row, "merged_into", ald_sprintf(r->arena, "P%03d", (int)(1 + draw(r, row))));
    if (chance(r, 0.03))
        set(f, row, "class", chance(r, 0.5) ? "exercise" : "near_miss");
}

/* Tickets point at a page, look like one, or are alone; some are planned work, which others name. */
static void add_ticket(struct room *r, int64_t row)
{
    struct fixture *f = r->f;
    char id[16];
    const struct page *like = chance(r, 0.15) ? &r->pages[1 + draw(r, RECORDS)] : NULL;
    int64_t start = like ? like->start + draw(r, 40) : draw(r, END), end = chance(r, 0.1) ? NEVER : start + 30 + draw(r, 600);
    (void)snprintf(id, sizeof id, "T%03d", (int)row);
    simple(f, row, "desk", id, "ticket", chance(r, 0.5) ? ALL_HELD : 0, start, end);
    called(r, row, like ? like->title : a_title(r), "2");
    set(f, row, "key", ald_sprintf(r->arena, "DESK-%d", (int)row));
    timeline(r, row, start, end);
    service(f, row, like ? like->service : services[draw(r, N(services))], NEVER, chance(r, 0.8), "service");
    if (like)
        return;
    if (chance(r, 0.12))
        set(f, row, "class", "planned");
    else if (chance(r, 0.2))
        ref(f, row, "id", ald_sprintf(r->arena, "pager:P%03d", (int)(1 + draw(r, RECORDS))));
    if (chance(r, 0.1))
        ref(f, row, "mention", ald_sprintf(r->arena, "DESK-%d", (int)(RECORDS + 1 + draw(r, RECORDS))));
}

static void add_post(struct room *r, int64_t row, const char *source_name, const char *on)
{
    int64_t start = DAYS(20) + draw(r, END - DAYS(20)), end = chance(r, 0.1) ? NEVER : start + 60 + draw(r, 3000);
    simple(r->f, row, source_name, ald_sprintf(r->arena, "S%03d", (int)row), "status", 0, start, end);
    service(r->f, row, on, NEVER, 1, "component");
}

/* Files hold what some event of theirs shows. */
static void add_line(struct room *r, int64_t row)
{
    int64_t start = draw(r, END);
    simple(r->f, row, "file", ald_sprintf(r->arena, "F%03d", (int)row), "file", ALL_HELD | ALD_HOLDS_AS_SEEN, start, start + 50 + draw(r, 500));
    service(r->f, row, services[draw(r, N(services))], NEVER, 1, "service");
    if (row % 20 == 0)
        event_full(r->f, row, start + 10, "escalated", "ann", 0, "red", NULL, NULL);
}

static void decide(struct room *r, const char *kind, const char *subject, const char *field, const char *value)
{
    put(r->f, "INSERT INTO decision (kind, subject, field, value, reason, decided_at) VALUES (?1, ?2, ?3, ?4, 'because', 0)", "tttt", kind,
        subject, field, value);
}

static void fill(struct room *r)
{
    struct fixture *f = r->f;
    put(f, "BEGIN", "");
    source(f, "pager", "pager", "own");
    source(f, "desk", "ticket", "own");
    source(f, "page", "status", "own");
    source(f, "cloud", "status", "vendor");
    source(f, "file", "file", "own");
    for (size_t p = 0; p < N(people); p++) {
        person(f, "pager", people[p], people[p], p < 5);
        person(f, "desk", people[p], people[p], 1);
    }
    int64_t row = 1;
    for (; row <= RECORDS; row++)
        add_page(r, row);
    for (; row <= 2 * RECORDS; row++)
        add_ticket(r, row);
    for (int i = 0; i < 60; i++, row++)
        add_post(r, row, i % 2 ? "page" : "cloud", services[draw(r, N(services))]);
    for (int i = 0; i < 40; i++, row++)
        add_line(r, row);
    decide(r, "link", "desk:T500", NULL, "pager:P030");
    decide(r, "unlink", "desk:T510", NULL, "pager:P040");
    decide(r, "link", "desk:T520", NULL, "pager:P999");
    decide(r, "override", "pager:P050", "class", "incident");
    decide(r, "override", "pager:P051", "services", "web;cart");
    decide(r, "override", "pager:P052", "severity", "high");
    decide(r, "override", "pager:P053", "resolved_at", "none");
    decide(r, "override", "desk:T530", "started_at", "2024-06-01T00:00:00Z");
    decide(r, "tag", "pager:P060", "data_loss", "confirm");
    put(f, "COMMIT", "");
}

/* ---- Comparing ---- */

static void same_text(const char *found, const char *expected, const char *id, const char *what)
{
    if ((found == NULL) != (expected == NULL) || (found && strcmp(found, expected) != 0))
        fail_msg("%s: %s is '%s', of the whole '%s'", id, what, found ? found : "(none)", expected ? expected : "(none)");
}

static void same_number(double found, double expected, const char *id, const char *what)
{
    if (isnan(found) && isnan(expected))
        return;
    if (!(found >= expected && found <= expected))
        fail_msg("%s: %s is %.17g, of the whole %.17g", id, what, found, expected);
}

/* All that a signal and its place tell, as one text. */
static const char *signals_of(const struct ald_analysis *a, size_t i, struct ald_arena *arena)
{
    const char *all = "";
    for (size_t s = 0; s < ALD_SIGNAL_N; s++) {
        const struct ald_obs *o = ald_obs_at(a, i, s);
        const char *evidence = o->has_total && ald_signal_at(s)->evidence ? ald_signal_at(s)->evidence(arena, a->past, &a->incidents[i]) : NULL;
        all = ald_sprintf(arena, "%s%s %d %.17g %d %.17g %d%d (%s) (%s) [%s] %.17g %.17g %.17g %.17g\n", all, ald_signal_at(s)->id, o->has_total,
                          o->total, o->has_landmark_value, o->landmark_value, o->has[0], o->has[1], o->absent ? o->absent : "",
                          o->absent_landmark ? o->absent_landmark : "", evidence ? evidence : "", ald_position_at(a, i, 0, s),
                          ald_position_at(a, i, 1, s), ald_position_total_at(a, i, s), ald_position_among_few(a, i, s));
    }
    return all;
}

static const char *axis_of(const struct ald_analysis *a, size_t i, int r, enum ald_axis axis, struct ald_arena *arena)
{
    const struct ald_axis_position *x = &ald_measure_at(a, i)->reading[r].axis[axis];
    double raw, coverage;
    bool told = ald_axis_told(a, i, r, axis, &raw, &coverage);
    return ald_sprintf(arena, "%.17g %d %.17g %.17g %s", x->has ? x->position : (double)NAN, told, raw, coverage, !x->has && x->absent ? x->absent : "");
}

static const char *reading_of(const struct ald_analysis *a, size_t i, int r, struct ald_arena *arena)
{
    const struct ald_reading *x = &ald_measure_at(a, i)->reading[r];
    struct ald_comparable *near;
    int64_t from, to;
    ald_reference_of(a, a->incidents[i].quarter, &from, &to);
    const char *all = ald_sprintf(arena, "%s|%s|%s|%u %u %u %u %d %d%d%d%d %.17g %.17g %.17g %.17g|%.17g %.17g %d %d%d%d %.17g %.17g %s %lld %lld %lld\n",
                                  x->absent ? x->absent : "", axis_of(a, i, r, 0, arena), axis_of(a, i, r, 1, arena), x->n_ref, x->candidates, x->k, x->m,
                                  (int)x->basis, x->has_lower, x->has_median, x->has_upper, x->has_percentile, x->lower_ms, x->median_ms, x->upper_ms,
                                  x->percentile, x->s_minus, x->s, (int)x->verdict, x->tells_little, x->placed, x->few, x->among_few[0],
                                  x->among_few[1], ald_reading_text(x) ? ald_reading_text(x) : "", (long long)ald_read_ms(a, &a->incidents[i]), (long long)from, (long long)to);
    size_t n = ald_analysis_comparables(a, i, r, SIZE_MAX, arena, &near);
    for (size_t k = 0; k < n; k++)
        all = ald_sprintf(arena, "%s%s %s %s %.17g %lld %d\n", all, near[k].id, near[k].key, near[k].title, near[k].distance,
                          (long long)near[k].duration_ms, near[k].open);
    return all;
}

static const char *named_of(const struct ald_analysis *a, const struct ald_named *list, uint32_t n, const char *const *names, struct ald_arena *arena)
{
    const char *all = "";
    for (uint32_t k = 0; k < n; k++) {
        const char *evidence = ald_evidence_of(a, arena, &list[k]);
        all = ald_sprintf(arena, "%s%s %lld %d%d %s; ", all, names[list[k].name], (long long)list[k].at, list[k].at_start, list[k].stand_in,
                          evidence ? evidence : "");
    }
    return all;
}

/* Records, moments, spans and clocks. */
static const char *facts_of(const struct ald_analysis *a, size_t i, struct ald_arena *arena)
{
    const struct ald_incident *inc = &a->incidents[i];
    const char *all = ald_sprintf(arena, "%s|%s|%s|%s|%s|%d %d %d %d|%lld %lld %lld %lld %lld %lld %lld %lld|%s|%d %s\n", inc->id, inc->key, inc->title,
                                  ald_incident_url(a, arena, inc) ? ald_incident_url(a, arena, inc) : "", inc->class_why ? inc->class_why : "", inc->cls, inc->state, inc->reopens, inc->quarter,
                                  (long long)inc->started_at, (long long)inc->duration_ms, (long long)ald_open_for_ms(a, inc), (long long)ald_active_ms(a, inc),
                                  (long long)ald_elapsed_ms(inc), (long long)inc->acknowledge_ms, (long long)ald_detect_ms(inc), (long long)inc->landmark_at,
                                  inc->severity ? inc->severity : "", inc->severity_rank, inc->first_team == ALD_NOBODY ? "" : a->teams[inc->first_team]);
    for (size_t k = 0; k < inc->records_n; k++) {
        const struct ald_record *record = &a->records[inc->records[k]];
        all = ald_sprintf(arena, "%s%s:%s %s %.17g %s %d%d %d\n", all, record->traits->source, record->external_id, ald_record_method(record),
                          ald_record_confidence(record), ald_record_via(record) ? ald_record_via(record) : "", record->folded, record->copy, record->ignored_before_start);
    }
    for (int m = 0; m < ALD_MOMENT_N; m++) {
        const struct ald_taken *t = ald_moment_of(inc, m);
        if (t->at != ALD_TIME_NONE)
            all = ald_sprintf(arena, "%s%d %lld %s %s\n", all, m, (long long)t->at, t->field ? ald_word_at(a, t->field) : "", a->records[t->record].external_id);
    }
    for (size_t k = 0; k < inc->spans_n; k++)
        all = ald_sprintf(arena, "%s%lld-%lld ", all, (long long)inc->spans[k].start, (long long)inc->spans[k].end);
    return ald_sprintf(arena, "%s\n%s\n%s\n", all, named_of(a, inc->services, inc->services_n, a->services, arena),
                       named_of(a, ald_incident_teams(inc), inc->teams_n, a->teams, arena));
}

/* What stands around it: suggestions, planned work, patterns. */
static const char *around_of(const struct ald_analysis *a, size_t i, struct ald_arena *arena)
{
    const char *all = "";
    struct ald_planned_near *near;
    for (size_t k = 0; k < a->suggestions_n; k++) {
        const struct ald_link *link = &a->suggestions[k];
        if (ald_suggestion_side(a, k, i) != ALD_NOBODY)
            all = ald_sprintf(arena, "%s%s %s %.17g %s %s\n", all, a->records[link->a].external_id, a->records[link->b].external_id, link->confidence,
                              link->via, link->refused);
    }
    size_t n = ald_analysis_planned_near(a, i, arena, &near);
    for (size_t k = 0; k < n; k++)
        all = ald_sprintf(arena, "%s%s %s %lld\n", all, a->incidents[near[k].incident].id, a->services[near[k].service], (long long)near[k].start);
    const struct ald_match *matches = ald_matches_at(a, i, &n);
    for (size_t k = 0; k < n; k++)
        all = ald_sprintf(arena, "%s%zu %d %s %s\n", all, (size_t)matches[k].pattern, (int)matches[k].tag, matches[k].quote ? matches[k].quote : "",
                          matches[k].reason ? matches[k].reason : "");
    return all;
}

static void same(const struct ald_analysis *part, size_t p, const struct ald_analysis *whole, size_t w)
{
    struct ald_arena *arena = ald_arena_new();
    const char *id = whole->incidents[w].id;
    const struct ald_measure *x = ald_measure_at(part, p), *y = ald_measure_at(whole, w);
    same_text(facts_of(part, p, arena), facts_of(whole, w, arena), id, "what is known");
    same_text(around_of(part, p, arena), around_of(whole, w, arena), id, "what stands around it");
    same_text(signals_of(part, p, arena), signals_of(whole, w, arena), id, "what signals say");
    for (int r = 0; r < ALD_READING_N; r++)
        same_text(reading_of(part, p, r, arena), reading_of(whole, w, r, arena), id, "a reading");
    same_number(x->shown, y->shown, id, "the reading shown");
    same_number(x->corner, y->corner, id, "the corner");
    ald_arena_free(arena);
}

/* ---- Asking ---- */

static void save(struct fixture *f)
{
    assert_true(save_analysis(f) > 200);
}

/* The analysis around one, or NULL where the whole is needed. */
static struct ald_analysis *around(struct fixture *f, int64_t as_of, const char *id, size_t *ret)
{
    struct ald_err err = {0};
    struct ald_analysis *a;
    must(ald_analysis_around(f->read, &f->settings, AT(as_of), id, &a, ret, &err), &err);
    return a;
}

/* Whether a person gave it a label: its rank is that which other records of the store have. */
static bool is_labelled(const struct ald_analysis *a, size_t i)
{
    for (size_t k = 0; k < a->incidents[i].records_n; k++)
        if (strcmp(a->records[a->incidents[i].records[k]].external_id, "P052") == 0)
            return true;
    return false;
}

/* Of the incidents one in so many. */
static void compare_all(struct fixture *f, int64_t as_of, size_t one_in)
{
    size_t found;
    analyse(f, as_of);
    for (size_t i = 0; i < f->a->incidents_n; i += one_in) {
        ALD_CLEANUP(ald_analysis_freep) struct ald_analysis *part = around(f, as_of, f->a->incidents[i].id, &found);
        if (!part && !is_labelled(f->a, i))
            fail_msg("%s: nothing was said", f->a->incidents[i].id);
        assert_int_equal(part == NULL, is_labelled(f->a, i));
        if (part)
            same(part, found, f->a, i);
    }
}

/* Of everything that the test is about something is there. */
static void all_occurs(const struct ald_analysis *a)
{
    size_t cls[ALD_CLASS_N] = {0}, open = 0, read[ALD_READING_N] = {0}, folded = 0, linked = 0, few = 0;
    for (size_t i = 0; i < a->incidents_n; i++) {
        cls[a->incidents[i].cls]++;
        open += a->incidents[i].state == ALD_OPEN;
        linked += a->incidents[i].records_n > 1;
        for (int r = 0; r < ALD_READING_N; r++)
            read[r] += !ald_measure_at(a, i)->reading[r].absent;
        few += ald_measure_at(a, i)->reading[ALD_LANDMARK_READING].few;
    }
    for (size_t r = 0; r < a->records_n; r++)
        folded += a->records[r].folded;
    assert_true(cls[ALD_INCIDENT] > 300 && cls[ALD_NOISE] > 10 && cls[ALD_PLANNED] > 10 && cls[ALD_EXERCISE] > 1 && cls[ALD_NEAR_MISS] > 1);
    assert_true(open > 20 && linked > 20 && folded > 10 && few > 0 && a->suggestions_n > 3);
    assert_true(read[ALD_START_READING] > 200 && read[ALD_LANDMARK_READING] > 20 && a->next_at != ALD_TIME_NONE);
}

static void every_incident_reads_as_in_the_whole(void **state)
{
    struct room *r = *state;
    const int64_t as_of = DAYS(380);
    all_occurs(analyse(r->f, as_of));
    save(r->f);
    compare_all(r->f, as_of, brief() ? 40 : 1);
    /* Later, while nothing more has happened: what is open has been so for longer. */
    int64_t next = (r->f->a->next_at - T0) / MINUTES(1);
    size_t found;
    assert_true(next > as_of + 1);
    compare_all(r->f, next - 1, brief() ? 200 : 5);
    const char *id = r->f->a->incidents[100].id;
    assert_null(around(r->f, next, id, &found));
    assert_null(around(r->f, as_of - 1, id, &found));
}

static void any_name_finds_it(void **state)
{
    struct room *r = *state;
    size_t found, tried = 0;
    analyse(r->f, END);
    save(r->f);
    const struct ald_analysis *a = analyse(r->f, END);
    for (size_t i = 0; i < a->records_n; i += brief() ? 200 : 5) {
        const struct ald_record *record = &a->records[i];
        const char *names[] = {record->external_id, record->key, ald_sprintf(r->arena, "%s:%s", record->traits->source, record->external_id)};
        for (size_t k = 0; k < N(names) && record->incident != ALD_NOBODY && !is_labelled(a, record->incident); k++) {
            ALD_CLEANUP(ald_analysis_freep) struct ald_analysis *part = around(r->f, END, names[k], &found);
            assert_non_null(part);
            assert_string_equal(part->incidents[found].id, a->incidents[ald_analysis_find(a, names[k])].id);
            tried++;
        }
    }
    assert_true(tried > (brief() ? 5u : 200u));
    assert_null(around(r->f, END, "pager:P", &found));
    assert_null(around(r->f, END, "", &found));
}

/* Changes the store; then nothing is said. */
static void unsure_after(struct fixture *f, const char *id, const char *sql)
{
    size_t found;
    put(f, "SAVEPOINT before", "");
    put(f, sql, "");
    put(f, "RELEASE before", "");
    analyse(f, END);
    if (around(f, END, id, &found))
        fail_msg("sure after: %s", sql);
}

static void what_does_not_fit_is_not_taken(void **state)
{
    struct room *r = *state;
    struct fixture *f = r->f;
    static const char *const changes[][2] = {
        {"UPDATE meta SET value = value + 1 WHERE key = 'generation'", "UPDATE meta SET value = value - 1 WHERE key = 'generation'"},
        {"UPDATE meta SET value = 'other' WHERE key = 'analysis_config'", "UPDATE meta SET value = 'test' WHERE key = 'analysis_config'"},
        {"UPDATE meta SET value = '0' || value WHERE key = 'analysis_version'",
         "UPDATE meta SET value = substr(value, 2) WHERE key = 'analysis_version'"},
        /* another build of this version, and another release of the zone database */
        {"UPDATE meta SET value = replace(value, ', zones', 'x, zones') WHERE key = 'analysis_version' AND value LIKE '% ________________, zones %'",
         "UPDATE meta SET value = replace(value, 'x, zones', ', zones') WHERE key = 'analysis_version'"},
        {"UPDATE meta SET value = value || '+' WHERE key = 'analysis_version'",
         "UPDATE meta SET value = rtrim(value, '+') WHERE key = 'analysis_version'"},
        {"UPDATE frame SET quarter = quarter + 1000", "UPDATE frame SET quarter = quarter - 1000"},
        {"UPDATE frame SET starts_to = starts_to + 1", "UPDATE frame SET starts_to = starts_to - 1"},
        {"UPDATE frame SET packed = CAST(packed || x'00' AS BLOB)", "UPDATE frame SET packed = substr(packed, 1, length(packed) - 1)"},
        {"UPDATE service_past SET packed = CAST(packed || x'00' AS BLOB)", "UPDATE service_past SET packed = substr(packed, 1, length(packed) - 1)"},
        {"UPDATE source_past SET source = source || '-'", "UPDATE source_past SET source = rtrim(source, '-')"},
        {"UPDATE incident SET title = title || '-'", "UPDATE incident SET title = substr(title, 1, length(title) - 1)"},
        {"UPDATE incident_record SET incident = incident || '-'", "UPDATE incident_record SET incident = rtrim(incident, '-')"}};
    const struct ald_analysis *a = analyse(f, END);
    size_t found, i = a->incidents_n - 1;
    while (a->incidents[i].cls != ALD_INCIDENT || a->incidents[i].started_at == ALD_TIME_NONE || !a->incidents[i].services_n || is_labelled(a, i))
        i--;
    const char *id = ald_strdup(r->arena, a->incidents[i].id);
    save(f);
    for (size_t k = 0; k < N(changes); k++) {
        unsure_after(f, id, changes[k][0]);
        put(f, changes[k][1], "");
        analyse(f, END);
        ALD_CLEANUP(ald_analysis_freep) struct ald_analysis *part = around(f, END, id, &found);
        assert_non_null(part); /* it was that change */
    }
    f->settings.config_hash = "another";
    assert_null(around(f, END, id, &found));
}

/* The past of others that is neither of its services, nor of its time, nor of its people is not read: it could as well be gone. */
static void what_is_far_is_not_read(void **state)
{
    struct room *r = *state;
    struct fixture *f = r->f;
    analyse(f, END);
    size_t i = f->a->incidents_n - 1, found;
    while (f->a->incidents[i].cls != ALD_INCIDENT || f->a->incidents[i].records_n != 1 || is_labelled(f->a, i))
        i--;
    const char *id = ald_strdup(r->arena, f->a->incidents[i].id);
    save(f);
    analyse(f, END);
    ALD_CLEANUP(ald_analysis_freep) struct ald_analysis *before = around(f, END, id, &found);
    assert_non_null(before);
    assert_true(before->records_n < f->a->records_n / 4);
    put(f, "DELETE FROM event WHERE at < ?1 AND record NOT IN (SELECT record FROM event WHERE at >= ?1)", "m", END - DAYS(150));
    assert_true(sqlite3_changes(f->db) > 500);
    const char *signals = signals_of(before, found, r->arena), *reading = reading_of(before, found, 0, r->arena);
    analyse(f, END);
    ALD_CLEANUP(ald_analysis_freep) struct ald_analysis *after = around(f, END, id, &found);
    assert_non_null(after);
    same_text(signals_of(after, found, r->arena), signals, id, "what signals say");
    same_text(reading_of(after, found, 0, r->arena), reading, id, "a reading");
    assert_true(strcmp(signals_of(f->a, i, r->arena), signals) != 0); /* the whole one reads them */
}

static int setup(void **state)
{
    void *room;
    struct ald_arena *arena;
    struct fixture *f = furnished(sizeof(struct room), &room, &arena);
    struct room *r = room;
    r->f = f;
    r->arena = arena;
    f->settings.free_text = true;
    f->settings.landmark_ms = MINUTES(1500);
    ald_rng_init(&r->rng, 7);
    fill(r);
    *state = r;
    return 0;
}

static int teardown(void **state)
{
    struct room *r = *state;
    return cleared(r->f, r->arena, r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_incident_reads_as_in_the_whole, setup, teardown),
        cmocka_unit_test_setup_teardown(any_name_finds_it, setup, teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_not_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_far_is_not_read, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
