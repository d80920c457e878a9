/* What an incident of Google Cloud's status file means. Its end is `end` and nothing else: updates go on for days after
 * it (summaries, reports), and the newest update's time is no resolution. Must not know requests. */
#include <stdlib.h>
#include <string.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/gcpstatus_priv.h"
#include "connectors/word.h"

#define TITLE_MAX 300 /* bytes of the first line of external_desc that make a title */

struct update {
    const char *status, *text;
    int64_t at, created;
    size_t place;  /* in the document, where the newest stands first */
    size_t places; /* that were affected then; 0: it does not say */
};

static int by_time(const void *left, const void *right)
{
    const struct update *a = left, *b = right;
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    if (a->created != b->created)
        return a->created < b->created ? -1 : 1;
    return a->place > b->place ? -1 : 1;
}

/** The updates, oldest first. `when` is the time that they speak of; `created` that of their writing. */
static enum ald_rc read_updates(struct ald_arena *arena, const struct ald_jv *list, struct update **ret, size_t *ret_n,
                                struct ald_err *err)
{
    struct ald_jv it, locations;
    bool any = false;
    if (ald_json_kind(list) != ALD_JSON_ARRAY)
        return ald_json_expected(list, "a list", err);
    struct update *updates = ald_calloc(arena, ald_json_len(list), sizeof *updates);
    size_t n = 0;
    for (bool ok = ald_json_first(list, &it); ok; ok = ald_json_next(&it), n++) {
        struct update *u = &updates[n];
        u->place = n;
        ALD_TRY(ald_json_str_opt(&it, "status", &u->status, err));
        ALD_TRY(ald_json_str_opt(&it, "text", &u->text, err));
        ALD_TRY(ald_json_time_opt(&it, "created", &u->created, err));
        ALD_TRY(ald_json_time_opt(&it, "when", &u->at, err));
        if (u->at == ALD_TIME_NONE)
            ALD_TRY(ald_json_time(&it, "created", &u->at, err));
        ALD_TRY(ald_answer_each(&it, "affected_locations", &locations, &any, err));
        u->places = any ? ald_json_len(&locations) : 0;
    }
    qsort(updates, n, sizeof *updates, by_time);
    *ret = updates;
    *ret_n = n;
    return ALD_OK;
}

/* AVAILABLE is the one status that means it is over; what follows it in the same status is one more word about it. An
 * update without a status says nothing of the state. */
static const char *event_kind(const char *before, const char *status, bool oldest)
{
    bool over = is(status, "AVAILABLE"), was_over = is(before, "AVAILABLE");
    if (!status)
        return "status_update";
    if (over)
        return was_over ? "status_update" : "resolved";
    if (was_over)
        return "reopened";
    return oldest ? "opened" : "status_update";
}

/** Updates have no ids, and their texts are edited later: one is known by its time, of several at one time by its place too. */
static void add_events(struct ald_rows *rows, struct ald_element *el, const struct update *updates, size_t n)
{
    const char *before = NULL;
    size_t place = 0, places = 0;
    for (size_t i = 0; i < n; i++) {
        const struct update *u = &updates[i];
        place = i > 0 && updates[i - 1].at == u->at ? place + 1 : 0;
        const char *id = ald_sprintf(rows->arena, "%lld.%zu", (long long)u->at, place);
        struct ald_row_event *e = ald_rows_event(rows, el, id, u->at, event_kind(before, u->status, i == 0));
        e->value = u->status;
        e->field = "updates";
        e->text = u->text;
        const char *url, *rest = u->text;
        while ((url = ald_answer_next_url(rows->arena, &rest)))
            ald_rows_ref(rows, el->record, "mention", url, "updates:text");
        if (u->status)
            before = u->status;
        if (u->places == 0 || u->places == places)
            continue;
        places = u->places;
        e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "%s.places", id), u->at, "other");
        e->field = "updates[].affected_locations";
        e->value = ald_sprintf(rows->arena, "regions_impacted=%zu", places);
    }
}

/** The titles of a list of {title, id}; without a title, the id. @param take is called for each, in order. */
static enum ald_rc each_title(struct ald_rows *rows, const struct ald_jv *it, const char *member,
                              void (*take)(struct ald_rows *rows, struct ald_row_record *rec, const char *title,
                                           const char *member),
                              struct ald_row_record *rec, struct ald_err *err)
{
    struct ald_jv list, entry;
    if (!ald_json_opt(it, member, &list))
        return ALD_OK;
    if (ald_json_kind(&list) != ALD_JSON_ARRAY)
        return ald_json_expected(&list, "a list", err);
    for (bool ok = ald_json_first(&list, &entry); ok; ok = ald_json_next(&entry)) {
        const char *title = NULL;
        ALD_TRY(ald_json_str_opt(&entry, "title", &title, err));
        if (!title)
            ALD_TRY(ald_json_id_opt(rows->arena, &entry, "id", &title, err));
        if (title && *title)
            take(rows, rec, title, member);
    }
    return ALD_OK;
}

static void take_service(struct ald_rows *rows, struct ald_row_record *rec, const char *title, const char *member)
{
    for (size_t i = 0; i < rec->services_n; i++)
        if (is(rec->services[i].service, title))
            return;
    (void)ald_rows_service(rows, rec, title, member);
}

static void take_region(struct ald_rows *rows, struct ald_row_record *rec, const char *title, const char *member)
{
    for (size_t i = 0; i < rec->values_n; i++)
        if (is(rec->values[i].name, "regions") && is(rec->values[i].value, title))
            return; /* a place stands in both lists when it came back */
    ald_rows_value(rows, rec, "regions", title, member);
}

/** Products and places carry no dates. service_name is a heading ("Multiple Products") that only stands in. */
static enum ald_rc add_impact(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it,
                              struct ald_err *err)
{
    static const char *const ranked[] = {"high", "medium", "low"}; /* most severe first */
    static const char *const digits[] = {"1", "2", "3"};
    const char *severity = NULL, *impact = NULL, *heading = NULL;
    ALD_TRY(each_title(rows, it, "affected_products", take_service, rec, err));
    ALD_TRY(each_title(rows, it, "currently_affected_locations", take_region, rec, err));
    ALD_TRY(each_title(rows, it, "previously_affected_locations", take_region, rec, err));
    ALD_TRY(ald_json_str_opt(it, "service_name", &heading, err));
    if (rec->services_n == 0 && heading && *heading)
        ald_rows_service(rows, rec, heading, "service_name")->stand_in = true;
    ALD_TRY(ald_json_str_opt(it, "severity", &severity, err));
    ALD_TRY(ald_json_str_opt(it, "status_impact", &impact, err));
    ald_rows_value(rows, rec, "severity", severity, "severity");
    for (size_t i = 0; i < sizeof ranked / sizeof ranked[0]; i++)
        if (is(severity, ranked[i]))
            ald_rows_value(rows, rec, "severity_rank", digits[i], "severity");
    ald_rows_value(rows, rec, "status_impact", impact, "status_impact");
    return ALD_OK;
}

static enum ald_rc add_moments(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *it,
                               struct ald_err *err)
{
    int64_t begin, created, end;
    ALD_TRY(ald_json_time(it, "begin", &begin, err));
    ALD_TRY(ald_json_time_opt(it, "created", &created, err));
    ALD_TRY(ald_json_time_opt(it, "end", &end, err));
    ALD_TRY(ald_json_time_opt(it, "modified", &rec->updated_at, err));
    if (created == ALD_TIME_NONE)
        created = begin;
    rec->entered_at = created;
    ald_rows_moment(rows, rec, "opened", created, "created", 1);
    if (begin != created)
        ald_rows_moment(rows, rec, "impact_started", begin, "begin", 1);
    ald_rows_moment(rows, rec, "resolved", end, "end", 1);
    rec->end_state = end == ALD_TIME_NONE ? "open" : "resolved";
    return ALD_OK;
}

/** The first line of the description, cut at a letter. */
static const char *title_of(struct ald_arena *arena, const char *text)
{
    size_t n = strcspn(text, "\r\n"), cut = n > TITLE_MAX ? TITLE_MAX : n;
    while (cut < n && cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80)
        cut--;
    const char *title = ald_strndup(arena, text, cut);
    return cut < n ? ald_sprintf(arena, "%s...", title) : title;
}

enum ald_rc ald_gcpstatus_incident(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                   struct ald_element *el, const struct ald_jv *it, struct ald_err *err)
{
    (void)res;
    const char *id, *text = NULL, *uri = NULL;
    struct ald_jv list;
    struct update *updates = NULL;
    size_t n = 0;
    ALD_TRY(ald_json_id(rows->arena, it, "id", &id, err));
    struct ald_row_record *rec = ald_rows_record(rows, el, id);
    rec->kind = cfg->kind ? cfg->kind : "status";
    rec->key = id;
    rec->timeline = rec->holds = ALD_HOLDS_STATES; /* updates come with the incident */
    ALD_TRY(ald_json_str_opt(it, "external_desc", &text, err));
    ALD_TRY(ald_json_str_opt(it, "uri", &uri, err));
    if (text)
        rec->title = title_of(rows->arena, text);
    if (uri && *uri && !strstr(uri, "//") && cfg->base_url)
        rec->url = ald_sprintf(rows->arena, "%s/%s", cfg->base_url, uri[0] == '/' ? uri + 1 : uri);
    ALD_TRY(add_moments(rows, rec, it, err));
    ALD_TRY(add_impact(rows, rec, it, err));
    if (ald_json_opt(it, "updates", &list))
        ALD_TRY(read_updates(rows->arena, &list, &updates, &n, err));
    add_events(rows, el, updates, n);
    if (n)
        rec->status = updates[n - 1].status;
    if (rec->updated_at == ALD_TIME_NONE && n)
        rec->updated_at = updates[n - 1].at;
    /* Without an end, the state that the updates tell is all there is. */
    if (is(rec->status, "AVAILABLE"))
        rec->end_state = "resolved";
    return ALD_OK;
}
