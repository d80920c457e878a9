/* Links that a day of changes renews without reading all records are those that the whole makes: day after day of a store in which pointers, shared
 * values, merges and likeness reach over days, some of them far back. */
#include "days.h"

#include "alidade/rng.h"
#include "analysis/briefs.h"
#include "analysis/packing.h"

#define FIRST_DAY 335
#define N(a) (sizeof(a) / sizeof *(a))

static const char *const services[] = {"ledger", "basket", "search", "mail"};

struct room {
    struct fixture *f;
    struct ald_rng rng;
    struct ald_arena *arena;
    struct ald_store *store; /* that writes */
    int64_t rows;            /* records, numbered from 1 */
    size_t days, renewed, links, suggestions;
};

static int64_t draw(struct room *r, int64_t below)
{
    return (int64_t)ald_rng_below(&r->rng, (uint64_t)below);
}

static bool chance(struct room *r, int64_t percent)
{
    return draw(r, 100) < percent;
}

/* ---- What happens ---- */

static const char *source_of(int64_t row)
{
    return row % 3 == 0 ? "desk" : row % 7 == 0 ? "web" : "pager";
}

static const char *name_of(struct room *r, int64_t row)
{
    return ald_sprintf(r->arena, "%c%04d", source_of(row)[0] == 'd' ? 'T' : source_of(row)[0] == 'w' ? 'W' : 'P', (int)row);
}

static void refer(struct room *r, int64_t row, const char *kind, const char *value)
{
    put(r->f, "INSERT OR IGNORE INTO record_ref (record, kind, value, field) VALUES (?1, ?2, ?3, 'refs')", "itt", row, kind, value);
}

/* Something that it names, carries or was merged into: mostly near, seldom far back or not there. */
static void point(struct room *r, int64_t row)
{
    static const char *const folds[] = {"merged_into", "duplicate_of", "parent"};
    int64_t near = row - 1 - draw(r, chance(r, 88) ? 5 : 400) + (chance(r, 5) ? 20 : 0);
    const char *other = name_of(r, near > 0 ? near : 1);
    switch (draw(r, 12)) {
    case 0:
        refer(r, row, "id", ald_sprintf(r->arena, "%s:%s", source_of(near > 0 ? near : 1), other));
        break;
    case 1:
        refer(r, row, "key", other);
        break;
    case 2:
        refer(r, row, "url", ald_sprintf(r->arena, "https://%s.example/%s?utm_source=x", source_of(near > 0 ? near : 1), other));
        break;
    case 3:
        refer(r, row, folds[draw(r, 3)], other);
        break;
    case 4:
    case 5:
        refer(r, row, "incident_key", ald_sprintf(r->arena, "alarm-%d", (int)draw(r, 40)));
        break;
    case 6:
        refer(r, row, chance(r, 50) ? "channel" : "alert", ald_sprintf(r->arena, "room-%d", (int)(row / 3)));
        break;
    case 7:
        refer(r, row, "mention", other);
        break;
    default:
        break;
    }
}

static void entitle(struct room *r, int64_t row)
{
    static const char *const words[] = {"disk", "latency", "certificate", "queue", "login", "basket", "slow", "error", "full", "expires"};
    set(r->f, row, "title", ald_sprintf(r->arena, "%s %s %s %d", words[draw(r, 10)], words[draw(r, 10)], words[draw(r, 10)], (int)draw(r, 20)));
}

static void serve(struct room *r, int64_t row, const char *name)
{
    put(r->f, "INSERT OR IGNORE INTO record_service (record, service, at, at_start, field) VALUES (?1, ?2, NULL, 1, 'service')", "it", row, name);
}

static void place(struct room *r, int64_t row, int64_t start, int64_t to, const char *service)
{
    int64_t end = start + 5 + draw(r, chance(r, 5) ? DAYS(12) : 300);
    note(r->store, row, true);
    simple(r->f, row, source_of(row), name_of(r, row), row % 3 == 0 ? "ticket" : row % 7 == 0 ? "status" : "pager", 0, start, end < to && chance(r, 97) ? end : NEVER);
    if (chance(r, 2))
        put(r->f, "DELETE FROM record_moment WHERE record = ?1", "i", row);
    if (chance(r, 80))
        set(r->f, row, "url", ald_sprintf(r->arena, "https://%s.example/%s", source_of(row), name_of(r, row)));
    if (chance(r, 4))
        set(r->f, row, "key", name_of(r, row > 40 ? row - 1 - draw(r, 40) : row)); /* of two records */
    if (chance(r, 5))
        set(r->f, row, "class", "planned");
    if (chance(r, 4))
        moment(r->f, row, "closed", 2, to + draw(r, 4000)); /* dated ahead */
    if (chance(r, 4))
        event_full(r->f, row, to + draw(r, 4000), chance(r, 50) ? "resolved" : "escalated", NULL, 1, NULL, NULL, NULL);
    entitle(r, row);
    serve(r, row, service);
    point(r, row);
}

/* A page, and often something else soon after it. */
static void happen(struct room *r, int64_t from, int64_t to)
{
    int64_t start = from + draw(r, to - from);
    const char *service = services[draw(r, N(services))];
    for (int64_t n = 1 + draw(r, 3); n > 0; n--)
        place(r, ++r->rows, start + draw(r, 25), to, chance(r, 80) ? service : services[draw(r, N(services))]);
}

/* Something of a record that is there; most that change are young. */
static void alter(struct room *r, int64_t now)
{
    struct fixture *f = r->f;
    int64_t row = r->rows - draw(r, chance(r, 93) ? 60 : 250);
    note(r->store, row, false);
    switch (draw(r, 8)) {
    case 0:
        put(f, "UPDATE record SET gone_at = iif(gone_at IS NULL, 1, NULL) WHERE id = ?1", "i", row);
        break;
    case 1:
        serve(r, row, services[draw(r, N(services))]);
        break;
    case 2:
        put(f, "DELETE FROM record_ref WHERE record = ?1", "i", row);
        break;
    case 3:
        point(r, row);
        break;
    case 4:
        put(f, "UPDATE record_moment SET at = at + 60000 * (?2 - 30) WHERE record = ?1 AND moment = 'opened'", "ii", row, draw(r, 60));
        break;
    case 5:
        entitle(r, row);
        break;
    case 6:
        set(f, row, "key", chance(r, 50) ? name_of(r, row) : name_of(r, row - 1));
        break;
    default:
        put(f, "DELETE FROM record_moment WHERE record = ?1 AND moment = 'resolved'", "i", row);
        moment(f, row, "resolved", 1, now - draw(r, 700));
        break;
    }
}

static void pass_day(struct room *r, int64_t now)
{
    for (int64_t n = chance(r, 5) ? 0 : 1 + draw(r, 3); n > 0; n--)
        happen(r, now - DAYS(1), now);
    if (chance(r, 5))
        happen(r, now - DAYS(20), now - DAYS(1)); /* told late */
    for (int64_t n = draw(r, 3); n > 0; n--)
        alter(r, now);
    bool decided = chance(r, 5);
    if (decided)
        put(r->f, "INSERT INTO decision (kind, subject, value, reason, decided_at) VALUES (?1, ?2, ?3, 'because', 0)", "ttt", chance(r, 50) ? "link" : "unlink",
            ald_sprintf(r->arena, "%s:%s", source_of(r->rows - 2), name_of(r, r->rows - 2)),
            ald_sprintf(r->arena, "%s:%s", source_of(r->rows), name_of(r, r->rows)));
    touch(r->store, !decided);
}

/* ---- Comparing ---- */

static size_t save_whole(struct room *r, int64_t now)
{
    struct ald_err err = {0};
    size_t read, n;
    struct ald_analysis *ALD_CLEANUP(ald_analysis_freep) a = NULL;
    must(ald_store_begin(r->store, &err), &err);
    must(ald_analysis_whole(r->store, &r->f->settings, AT(now), &a, &err), &err);
    must(ald_analysis_save(r->store, a, &read, &err), &err);
    must(ald_store_commit(r->store, &err), &err);
    n = a->records_n;
    return n;
}

static void keep_tables(struct room *r)
{
    static const char *const tables[] = {"incident_record", "suggestion", "brief"};
    for (size_t i = 0; i < N(tables); i++)
        keep_table(r->f, r->arena, tables[i]);
}

static void put_real(struct room *r, const char *sql, double v)
{
    sqlite3_stmt *q = prepared(r->f, sql);
    sqlite3_bind_double(q, 1, v);
    assert_int_equal(sqlite3_step(q), SQLITE_DONE);
    sqlite3_reset(q);
}

/* What is stored, with what is to change. */
static void lay_over(struct room *r, const struct ald_renewed *renewed)
{
    for (size_t i = 0; i < renewed->links_n; i++) {
        const struct ald_relink *link = &renewed->links[i];
        put(r->f, "DELETE FROM temp.was_incident_record WHERE record = ?1 AND incident = ?2", "it", link->row, link->was);
        if (!link->incident)
            continue;
        put(r->f, "INSERT INTO temp.was_incident_record (record, incident, method, via, folded, first) VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, ?1))", "itttii",
            link->row, link->incident, link->method, link->via, (int64_t)link->folded, link->first);
        put_real(r, "UPDATE temp.was_incident_record SET confidence = ?1 WHERE confidence IS NULL", link->confidence);
    }
    for (size_t i = 0; i < renewed->suggestions_n; i++) {
        const struct ald_resuggest *s = &renewed->suggestions[i];
        put(r->f, "DELETE FROM temp.was_suggestion WHERE a = ?1 AND b = ?2", "ii", s->a, s->b);
        if (!s->via)
            continue;
        put(r->f, "INSERT INTO temp.was_suggestion (a, b, via, refused) VALUES (?1, ?2, ?3, ?4)", "iitt", s->a, s->b, s->via, s->refused);
        put_real(r, "UPDATE temp.was_suggestion SET confidence = ?1 WHERE confidence IS NULL", s->confidence);
    }
    for (size_t i = 0; i < renewed->briefs->n; i++) {
        const struct ald_brief_chunk *chunk = &renewed->briefs->chunks[i];
        put(r->f, "DELETE FROM temp.was_brief WHERE chunk = ?1", "i", chunk->number);
        if (!chunk->packed.n)
            continue;
        sqlite3_stmt *q = prepared(r->f, "INSERT INTO temp.was_brief (chunk, packed) VALUES (?1, ?2)");
        sqlite3_bind_int64(q, 1, chunk->number);
        sqlite3_bind_blob(q, 2, chunk->packed.data, (int)chunk->packed.n, SQLITE_TRANSIENT);
        assert_int_equal(sqlite3_step(q), SQLITE_DONE);
        sqlite3_reset(q);
    }
    r->links += renewed->links_n;
    r->suggestions += renewed->suggestions_n;
}

/* What of all records is kept beside the rows: since when sources tell what, and what is still to come. */
static void same_outlook(struct room *r, const struct ald_renewed *renewed)
{
    assert_int_equal(fixture_number(r->f, "SELECT value FROM meta WHERE key = 'analysis_next'"),
                     renewed->next_at == ALD_TIME_NONE ? INT64_MAX : renewed->next_at);
    for (size_t i = 0; i < renewed->origins_n; i++) {
        const struct ald_origin *o = &renewed->origins[i];
        sqlite3_stmt *q = prepared(r->f, "SELECT started_at, posted_at, vendor, seen FROM source_past WHERE source = ?1");
        sqlite3_bind_text(q, 1, o->source, -1, SQLITE_TRANSIENT);
        assert_int_equal(sqlite3_step(q), SQLITE_ROW);
        assert_int_equal(sqlite3_column_type(q, 0) == SQLITE_NULL ? ALD_TIME_NONE : sqlite3_column_int64(q, 0), o->started_at);
        assert_int_equal(sqlite3_column_type(q, 1) == SQLITE_NULL ? ALD_TIME_NONE : sqlite3_column_int64(q, 1), o->posted_at);
        assert_int_equal(sqlite3_column_int(q, 2), o->vendor);
        assert_int_equal(sqlite3_column_int(q, 3), o->seen);
        sqlite3_reset(q);
    }
    sqlite3_stmt *q = prepared(r->f, "SELECT packed FROM brief WHERE chunk < 0");
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    assert_int_equal((size_t)sqlite3_column_bytes(q, 0), 16 + 16 * renewed->briefs->later.n);
    const unsigned char *at = (const unsigned char *)sqlite3_column_blob(q, 0) + 16;
    for (size_t i = 0; i < renewed->briefs->later.n; i++) {
        assert_int_equal(ald_get_bytes(&at, 8), renewed->briefs->later.items[i].row);
        assert_int_equal(ald_get_bytes(&at, 8), renewed->briefs->later.items[i].at);
    }
    sqlite3_reset(q);
}

static void renew_since(struct room *r, int64_t day, struct ald_renewed *ret)
{
    struct ald_err err = {0};
    struct ald_zone *ALD_CLEANUP(ald_zone_freep) zone = NULL;
    struct ald_since since;
    must(ald_zone_load(r->f->settings.timezone, &zone, &err), &err);
    const struct ald_calendar calendar = ald_settings_calendar(&r->f->settings, zone);
    must(ald_since_load(r->store, &r->f->settings, &calendar, AT(DAYS(day)), r->arena, &since, &err), &err);
    must(ald_links_renew(r->store, &r->f->settings, &since, AT(DAYS(day)), r->arena, ret, &err), &err);
}

/* Renews, lays that over what is stored, and lets the whole write. */
static void renew_and_whole(struct room *r, int64_t day)
{
    struct ald_err err = {0};
    struct ald_renewed renewed;
    must(ald_store_begin(r->store, &err), &err);
    renew_since(r, day, &renewed);
    must(ald_store_commit(r->store, &err), &err);
    r->days++;
    if (renewed.sound) {
        keep_tables(r);
        lay_over(r, &renewed);
    }
    size_t n = save_whole(r, DAYS(day));
    if (renewed.sound) {
        assert_int_equal(renewed.records_n, n);
        same_table(r->f, r->arena, day, "incident_record", "record, incident, first, method, confidence, via, folded");
        same_table(r->f, r->arena, day, "suggestion", "a, b, confidence, via, refused");
        put(r->f, "DELETE FROM temp.was_brief WHERE chunk < 0", "");
        put(r->f, "INSERT INTO temp.was_brief SELECT * FROM brief WHERE chunk < 0", "");
        same_table(r->f, r->arena, day, "brief", "chunk, packed");
        same_outlook(r, &renewed);
        r->renewed++;
    }
    ald_arena_reset(r->arena);
}

static void every_day(void **state)
{
    struct room *r = *state;
    for (int64_t day = 0; day < FIRST_DAY; day++)
        happen(r, DAYS(day), DAYS(day + 1));
    touch(r->store, false);
    (void)save_whole(r, DAYS(FIRST_DAY));
    assert_true(fixture_number(r->f, "SELECT count(*) FROM brief") > 1);
    for (int64_t day = FIRST_DAY + 1; day <= FIRST_DAY + 80; day++) {
        pass_day(r, DAYS(day));
        renew_and_whole(r, day);
    }
    assert_true(r->renewed * 2 > r->days);
    assert_true(r->links > 200 && r->suggestions > 5);
}

/* ---- What reaches back ---- */

enum { FIRST = 5001 }; /* rows of what the cases are about */

static void page(struct room *r, int64_t row, int64_t day, const char *service)
{
    note(r->store, row, true);
    simple(r->f, row, "pager", name_of(r, row), "pager", 0, DAYS(day), DAYS(day) + 50);
    serve(r, row, service);
}

static void ticket(struct room *r, int64_t row, int64_t day, const char *service)
{
    note(r->store, row, true);
    simple(r->f, row, "desk", name_of(r, row), "ticket", 0, DAYS(day) + 10, DAYS(day) + 90);
    serve(r, row, service);
}

/* Rows of the cases; each has its own times and services. source_of tells pages and tickets by their rows. */
static int64_t page_row(int64_t n)
{
    return FIRST + 6 * n + 1; /* no multiple of 3 or 7 for n below 6 */
}

static int64_t ticket_row(int64_t n)
{
    return FIRST + 6 * n; /* 5001 is a multiple of 3 */
}

static void key_before(struct room *r)
{
    static const char *const about[] = {"odd", "even"};
    for (int64_t n = 0; n < 2; n++) {
        page(r, page_row(n), 280 + 10 * n, about[n]);
        ticket(r, ticket_row(n), 280 + 10 * n, about[n]);
        refer(r, page_row(n), "incident_key", "comes-back");
        refer(r, ticket_row(n), "incident_key", "comes-back");
    }
}

/* The key comes back a third time, about a third service: it is about nothing, and never was. */
static void key_comes_back(struct room *r)
{
    page(r, page_row(2), FIRST_DAY, "prime");
    refer(r, page_row(2), "incident_key", "comes-back");
}

static void hub_before(struct room *r)
{
    ticket(r, ticket_row(0), 279, "odd");
    put(r->f, "DELETE FROM record_moment WHERE record = ?1 AND moment = 'resolved'", "i", ticket_row(0));
    set(r->f, ticket_row(0), "end_state", "open");
    for (int64_t n = 0; n < 2; n++) {
        page(r, page_row(n), 290 + 10 * n, "odd");
        refer(r, page_row(n), "key", name_of(r, ticket_row(0)));
    }
}

/* A third time names the ticket: it is an umbrella. */
static void hub_is_umbrella(struct room *r)
{
    page(r, page_row(2), FIRST_DAY, "odd");
    refer(r, page_row(2), "key", name_of(r, ticket_row(0)));
}

static void merge_before(struct room *r)
{
    page(r, page_row(0), 278, "odd");
}

static void merge_into_old(struct room *r)
{
    page(r, page_row(1), FIRST_DAY, "odd");
    refer(r, page_row(1), "merged_into", name_of(r, page_row(0)));
}

static void three_before(struct room *r)
{
    static const char *const about[] = {"odd", "even", "prime"}; /* nothing alike */
    for (int64_t n = 0; n < 3; n++)
        page(r, page_row(n), 331, about[n]);
    refer(r, page_row(0), "key", name_of(r, page_row(1)));
    refer(r, page_row(2), "key", name_of(r, page_row(1)));
}

static void middle_is_gone(struct room *r)
{
    note(r->store, page_row(1), false);
    put(r->f, "UPDATE record SET gone_at = 1 WHERE id = ?1", "i", page_row(1));
}

static void mention_before(struct room *r)
{
    page(r, page_row(0), 322, "odd");
    ticket(r, ticket_row(0), 322, "even");
    refer(r, ticket_row(0), "mention", name_of(r, page_row(0)));
}

/* What the ticket mentions means two records now. */
static void mention_says_nothing(struct room *r)
{
    page(r, page_row(1), FIRST_DAY, "prime");
    set(r->f, page_row(1), "key", name_of(r, page_row(0)));
}

/* What it mentions had ended before. */
static void mentioned_had_ended(struct room *r)
{
    note(r->store, page_row(0), false);
    put(r->f, "UPDATE record_moment SET at = ?2 WHERE record = ?1 AND moment = 'resolved'", "im", page_row(0), (int64_t)DAYS(322) + 5);
}

static void old_before(struct room *r)
{
    page(r, page_row(0), 200, "odd");
}

/* A record of a source of its own, long ago or now. */
static void alarm_of(struct room *r, int64_t row, int64_t day, const char *name, const char *key)
{
    note(r->store, row, true);
    simple(r->f, row, "alarm", ald_sprintf(r->arena, "A%04d", (int)row), "pager", 0, DAYS(day), DAYS(day) + 50);
    serve(r, row, name);
    refer(r, row, "incident_key", key);
}

static void common_before(struct room *r)
{
    for (int64_t n = 0; n < 8; n++)
        alarm_of(r, FIRST + 100 + n, 5 + 10 * n, "odd", "always");
    note(r->store, FIRST, true);
    simple(r->f, FIRST, "desk", "old", "ticket", 0, DAYS(5) + 10, DAYS(5) + 90);
    serve(r, FIRST, "odd");
    refer(r, FIRST, "incident_key", "always");
}

/* What all of them carried half of them do: it says something, and did so long ago, though none of those was touched. */
static void common_no_more(struct room *r)
{
    for (int64_t n = 0; n < 9; n++)
        alarm_of(r, FIRST + 200 + n, FIRST_DAY, ald_sprintf(r->arena, "of-%d", (int)n), ald_sprintf(r->arena, "once-%d", (int)n));
}

static void clear(struct room *r)
{
    static const char *const tables[] = {"record_ref", "record_service", "record_moment"};
    for (size_t i = 0; i < N(tables); i++)
        put(r->f, ald_sprintf(r->arena, "DELETE FROM %s WHERE record >= ?1", tables[i]), "i", (int64_t)FIRST);
    put(r->f, "DELETE FROM record WHERE id >= ?1", "i", (int64_t)FIRST);
    touch(r->store, false);
}

static void what_reaches_back(void **state)
{
    static const struct {
        const char *what;
        void (*before)(struct room *r);
        void (*happens)(struct room *r);
        size_t links, suggestions; /* that differ then */
        bool renewed;
    } cases[] = {{"a key comes back a third time", key_before, key_comes_back, 5, 0, true},
                 {"a hub becomes an umbrella", hub_before, hub_is_umbrella, 4, 0, true},
                 {"a merge into an old record", merge_before, merge_into_old, 1, 0, true},
                 {"the middle one of three is gone", three_before, middle_is_gone, 3, 0, true},
                 {"a mention says nothing any more", mention_before, mention_says_nothing, 1, 1, true},
                 {"what is mentioned had ended", mention_before, mentioned_had_ended, 0, 1, true},
                 {"a merge into what is long over", old_before, merge_into_old, 0, 0, false},
                 {"a value is common no more", common_before, common_no_more, 0, 0, false}};
    struct room *r = *state;
    for (int64_t day = 0; day < FIRST_DAY; day++)
        happen(r, DAYS(day), DAYS(day + 1));
    for (size_t i = 0; i < N(cases); i++) {
        clear(r);
        cases[i].before(r);
        (void)save_whole(r, DAYS(FIRST_DAY));
        cases[i].happens(r);
        touch(r->store, true);
        size_t renewed = r->renewed, links = r->links, suggestions = r->suggestions;
        renew_and_whole(r, FIRST_DAY + 1);
        if ((r->renewed > renewed) != cases[i].renewed || r->links - links != cases[i].links || r->suggestions - suggestions != cases[i].suggestions)
            fail_msg("%s: %s, %d links and %d suggestions", cases[i].what, r->renewed > renewed ? "renewed" : "all anew", (int)(r->links - links),
                     (int)(r->suggestions - suggestions));
    }
}

/* Without writing. */
static void renew(struct room *r, int64_t day, struct ald_renewed *ret)
{
    struct ald_err err = {0};
    must(ald_store_begin(r->store, &err), &err);
    renew_since(r, day, ret);
    must(ald_store_commit(r->store, &err), &err);
}

/* Where nothing was noted and nothing fell due, all is as it was, and no brief of a record is looked at. */
static void nothing_was_noted(void **state)
{
    struct room *r = *state;
    struct ald_renewed renewed;
    for (int64_t day = 0; day < FIRST_DAY; day++)
        happen(r, DAYS(day), DAYS(day + 1));
    size_t n = save_whole(r, DAYS(FIRST_DAY));
    put(r->f, "UPDATE brief SET packed = x'00' WHERE chunk >= 0", "");
    renew(r, FIRST_DAY, &renewed);
    assert_true(renewed.sound);
    assert_int_equal(renewed.records_n, n);
    assert_int_equal(renewed.links_n + renewed.suggestions_n + renewed.briefs->n, 0);
    same_outlook(r, &renewed);
    note(r->store, 1, false);
    touch(r->store, true);
    renew(r, FIRST_DAY, &renewed);
    assert_false(renewed.sound);
    assert_string_equal(renewed.why, "what is stored of records is not what this program writes");
}

/* ---- The room ---- */

static int enter(void **state)
{
    struct room *r;
    struct ald_arena *arena;
    struct ald_err err = {0};
    struct fixture *f = furnished(sizeof *r, (void **)&r, &arena);
    r->f = f;
    r->arena = arena;
    ald_rng_init(&r->rng, 5);
    must(ald_store_open(f->path, ALD_STORE_WRITE, &r->store, &err), &err);
    source(f, "pager", "pager", "own");
    source(f, "desk", "ticket", "own");
    source(f, "web", "status", "own");
    source(f, "alarm", "pager", "own");
    put(f, "INSERT INTO service_edge (source, service, depends_on) VALUES ('pager', 'basket', 'ledger')", "");
    f->settings.link_learn_least = 100;
    *state = r;
    return 0;
}

static int leave(void **state)
{
    struct room *r = *state;
    ald_store_close(r->store);
    return cleared(r->f, r->arena, r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup_teardown(every_day, enter, leave),
                                      cmocka_unit_test_setup_teardown(what_reaches_back, enter, leave),
                                      cmocka_unit_test_setup_teardown(nothing_was_noted, enter, leave)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
