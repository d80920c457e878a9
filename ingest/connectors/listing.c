/* Lists of JSON APIs, element by element. Knows no API in particular. */
#include "connectors/listing.h"

#include <string.h>

#include "connectors/answer.h"

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

int64_t ald_listing_oldest(int64_t since, int64_t slack_ms)
{
    return since < ALD_TIME_NONE + slack_ms ? ALD_TIME_NONE : since - slack_ms;
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

enum ald_rc ald_listing_element(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                const char *id, const struct ald_jv *v, ald_listing_row_fn *fn, struct ald_err *err)
{
    struct ald_element *el = ald_rows_element(rows, id, v);
    struct ald_err bad = {0};
    enum ald_rc rc = fn(cfg, res, rows, el, v, &bad);
    if (rc == ALD_ERR_NET)
        return ald_fail(err, rc, "%s", bad.msg);
    if (rc != ALD_OK)
        ald_rows_refuse(rows, el, &bad);
    return ALD_OK;
}

static enum ald_rc meet(struct ald_arena *arena, const struct ald_listing_how *how, const struct ald_jv *v, struct ald_listing_met *met,
                        struct ald_err *err)
{
    *met = (struct ald_listing_met){.at = ALD_TIME_NONE};
    bool object = ald_json_kind(v) == ALD_JSON_OBJECT;
    if (object && ald_json_id_opt(arena, v, how->id ? how->id : "id", &met->id, NULL) != ALD_OK)
        met->id = NULL;
    if (object && how->changed && ald_json_time_opt(v, how->changed, &met->at, NULL) != ALD_OK)
        met->at = ALD_TIME_NONE;
    if (met->at != ALD_TIME_NONE && met->at < how->oldest)
        return ald_fail(err, ALD_ERR_NET, "the source gave what is older than asked for: it ignored %s", how->asked ? how->asked : "the query");
    return how->look ? how->look(how->seen, arena, v, met, err) : ALD_OK;
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

enum ald_rc ald_listing_each(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct ald_jv *list, const struct ald_listing_how *how, struct ald_listing *ret, struct ald_err *err)
{
    struct ald_arena *arena = rows->arena;
    struct ald_jv it;
    const char *subject = ald_listing_subject(res->req);
    *ret = (struct ald_listing){.last_at = ALD_TIME_NONE, .newest = ALD_TIME_NONE};
    if (ald_json_kind(list) != ALD_JSON_ARRAY)
        return ald_json_expected(list, "a list", err);
    for (bool ok = ald_json_first(list, &it); ok; ok = ald_json_next(&it), ret->n++) {
        struct ald_listing_met met;
        ALD_TRY(meet(arena, how, &it, &met, err));
        ALD_TRY(check_subject(arena, how, subject, &it, err));
        ret->last = met.id;
        ret->last_at = met.at != ALD_TIME_NONE ? met.at : ret->last_at;
        ret->newest = met.at > ret->newest ? met.at : ret->newest;
        if (!how->fn || met.passed)
            continue;
        const char *id = ald_answer_element_id(arena, met.id, &it);
        id = *subject && !how->own_ids ? ald_sprintf(arena, "%s/%s", subject, id) : id;
        ALD_TRY(ald_listing_element(cfg, res, rows, id, &it, how->fn, err));
    }
    return ALD_OK;
}

/** Member `member` of an answer, or all of it. In the arena, since elements keep where they stand. */
static enum ald_rc within(const struct ald_http_res *res, struct ald_arena *arena, const char *member, struct ald_jv **ret, struct ald_err *err)
{
    *ret = ald_alloc(arena, sizeof **ret);
    **ret = res->root;
    ALD_TRY(ald_answer_check(res, err));
    return *member ? ald_json_get(&res->root, member, *ret, err) : ALD_OK;
}

enum ald_rc ald_listing_read(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                             const struct ald_listing_how *how, struct ald_listing *ret, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *list;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(within(res, rows->arena, how->member, &list, err));
    ALD_TRY(ald_listing_each(cfg, res, rows, list, how, ret, err));
    next->high_water = ret->newest;
    return ALD_OK;
}

enum ald_rc ald_listing_one(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, const char *member,
                            ald_listing_row_fn *fn, struct ald_next *next, struct ald_err *err)
{
    struct ald_jv *v;
    const char *id = NULL;
    next->high_water = ALD_TIME_NONE;
    ALD_TRY(within(res, rows->arena, member, &v, err));
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    return ald_listing_element(cfg, res, rows, id, v, fn, err);
}
