/* Lists of JSON APIs, element by element. Knows no API in particular. */
#include "connectors/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/time.h"
#include "connectors/answer.h"

/* Sources round times, and their clocks are not ours. */
#define SLACK_MS (2 * ALD_DAY_MS)

const char *ald_listing_subject(const struct ald_http_req *req)
{
    return req->subjects_n && req->subjects[0] ? req->subjects[0] : "";
}

void ald_listing_sign(struct ald_http_req *req, const char *accept)
{
    req->auth = ALD_AUTH_TOKEN;
    req->auth_scheme = "Bearer";
    req->headers[0] = (struct ald_http_header){"Accept", accept};
    req->headers_n = 1;
}

bool ald_listing_number(const char **s, int64_t most, int64_t *ret)
{
    char *end;
    if (**s < '0' || **s > '9')
        return false;
    errno = 0;
    long long v = strtoll(*s, &end, 10);
    if (errno || v > most || *end != '|')
        return false;
    *s = end + 1;
    *ret = v;
    return true;
}

const char *ald_listing_numbers(const char *cursor, int64_t *const *parts, size_t n)
{
    for (size_t i = 0; cursor && i < n; i++) {
        char *end = NULL;
        *parts[i] = strtoll(cursor, &end, 10);
        cursor = *end == '|' ? end + 1 : NULL;
    }
    return cursor;
}

void ald_listing_resize(int64_t *page, int64_t *limit, int64_t seen, int64_t now)
{
    if (*limit == now || seen % now != 0)
        return;
    *page = seen / now + 1;
    *limit = now;
}

bool ald_listing_on(const struct ald_source_cfg *cfg, const char *key)
{
    const char *value = ald_source_opt(cfg, key);
    return !value || strcmp(value, "off") != 0;
}

const char *ald_listing_ref(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *id)
{
    return ald_sprintf(arena, "%s:%s", cfg->name, id);
}

void ald_listing_alert(struct ald_rows *rows, struct ald_element *el, const char *subject, const char *id, const char *title, int64_t at)
{
    struct ald_row_event *e = ald_rows_event(rows, el, ald_sprintf(rows->arena, "alert %s", id), at, "other");
    e->external_id = subject;
    e->field = "incident_alerts";
    e->automatic = 1;
    e->value = title && *title ? ald_sprintf(rows->arena, "alert:%s", title) : "alert";
}

enum ald_rc ald_listing_team(struct ald_rows *rows, struct ald_element *el, const struct ald_jv *row, const struct ald_jv *named,
                             struct ald_err *err)
{
    struct ald_row_team_def def = {0};
    ALD_TRY(ald_json_id(rows->arena, row, "id", &def.external_id, err));
    ALD_TRY(ald_json_str_opt(named, "name", &def.name, err));
    el->team_def = ald_alloc(rows->arena, sizeof def);
    *el->team_def = def;
    return ALD_OK;
}

void ald_listing_element(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, const char *id,
                         const struct ald_jv *v, ald_listing_row_fn *fn)
{
    struct ald_element *el = ald_rows_element(rows, id, v);
    struct ald_err bad = {0};
    if (fn(cfg, res, rows, el, v, &bad) != ALD_OK)
        ald_rows_refuse(rows, el, &bad);
}

static enum ald_rc note_change(const struct ald_listing_how *how, const struct ald_jv *v, struct ald_next *next, struct ald_err *err)
{
    int64_t at = ALD_TIME_NONE;
    if (!how->changed || ald_json_kind(v) != ALD_JSON_OBJECT || ald_json_time_opt(v, how->changed, &at, NULL) != ALD_OK ||
        at == ALD_TIME_NONE)
        return ALD_OK;
    if (how->since != ALD_TIME_NONE && at < how->since - SLACK_MS)
        return ald_fail(err, ALD_ERR_NET, "the source gave what is older than asked for: it ignored the query");
    if (at > next->high_water)
        next->high_water = at;
    return ALD_OK;
}

/** What another record's page would do to this one's: it was read, and nothing of it came. */
static enum ald_rc check_subject(struct ald_arena *arena, const struct ald_listing_how *how, const char *subject, const struct ald_jv *v,
                                 struct ald_err *err)
{
    struct ald_jv held;
    const char *of = NULL;
    if (!how->of || !*subject || !ald_json_opt(v, how->of, &held))
        return ALD_OK;
    bool object = ald_json_kind(&held) == ALD_JSON_OBJECT;
    if (ald_json_id_opt(arena, object ? &held : v, object ? "id" : how->of, &of, NULL) == ALD_OK && of && strcmp(of, subject) != 0)
        return ald_fail(err, ALD_ERR_NET, "the source gave what belongs to %.60s instead of %.60s: it ignored the query", of, subject);
    return ALD_OK;
}

enum ald_rc ald_listing_read(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct ald_listing_how *how, struct ald_listing *ret, struct ald_next *next, struct ald_err *err)
{
    struct ald_arena *arena = rows->arena;
    struct ald_jv *list = ald_alloc(arena, sizeof *list), it;
    const char *subject = ald_listing_subject(res->req);
    *ret = (struct ald_listing){.n = 0};
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    if (*how->member)
        ALD_TRY(ald_json_get(&res->root, how->member, list, err));
    else
        *list = res->root;
    if (ald_json_kind(list) != ALD_JSON_ARRAY)
        return ald_json_expected(list, "a list", err);
    for (bool ok = ald_json_first(list, &it); ok; ok = ald_json_next(&it), ret->n++) {
        const char *id = NULL;
        if (ald_json_kind(&it) != ALD_JSON_OBJECT || ald_json_id_opt(arena, &it, how->id ? how->id : "id", &id, NULL) != ALD_OK)
            id = NULL;
        ALD_TRY(note_change(how, &it, next, err));
        ALD_TRY(check_subject(arena, how, subject, &it, err));
        ret->last = id;
        if (!how->fn)
            continue;
        id = ald_answer_element_id(arena, id, &it);
        ald_listing_element(cfg, res, rows, *subject ? ald_sprintf(arena, "%s/%s", subject, id) : id, &it, how->fn);
    }
    return ALD_OK;
}

enum ald_rc ald_listing_one(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, const char *member,
                            ald_listing_row_fn *fn, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *v = ald_alloc(rows->arena, sizeof *v);
    const char *id = NULL;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(ald_answer_check(res, err));
    if (*member)
        ALD_TRY(ald_json_get(&res->root, member, v, err));
    else
        *v = res->root;
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    ald_listing_element(cfg, res, rows, id, v, fn);
    return ALD_OK;
}
