/* What the lines of files of reviews, attendance, learnings, actions and told stories mean (docs/FILES.md). Each names its incident,
 * by id or key. A column `id` makes a line the same line when it is corrected later. */
#include <inttypes.h>
#include <stdlib.h>

#include "alidade/time.h"
#include "connectors/lines.h"

/* Numbers that cannot be are refused by name. */
static enum ald_rc count(const struct ald_line *line, const char *key, int *ret, struct ald_err *err)
{
    bool has;
    int64_t n = 0;
    ALD_TRY(ald_json_int_opt(line->v, key, &has, &n, err));
    if (has && (n < 0 || n > 1000000000))
        return ald_fail(err, ALD_ERR_FORMAT, "%s: expected a count, found %" PRId64, key, n);
    *ret = has ? (int)n : -1;
    return ALD_OK;
}

/* An address is kept only when it is one: what reports link to must not run anything. */
static enum ald_rc address(const struct ald_line *line, const char *key, const char **ret, struct ald_err *err)
{
    ALD_TRY(ald_line_text(line, key, ret, err));
    if (*ret && !ald_line_is_url(*ret))
        return ald_fail(err, ALD_ERR_FORMAT, "%s: expected an address that begins with http:// or https://, found \"%.60s\"", key, *ret);
    return ALD_OK;
}

/* ---- Reviews ---- */

static const char *const review_columns[] = {"source", "id", "incident", "held_at", "url", "facilitator_involved", "why_surprised",
                                             "risk_awareness", "title", "status", "readers", NULL};

static enum ald_rc review_line(const struct ald_line *line, struct ald_err *err)
{
    const char *incident;
    ALD_TRY(ald_line_needed(line, "incident", &incident, err));
    struct ald_row_review *r = ald_rows_review(line->rows, line->el, incident);
    ALD_TRY(ald_line_text(line, "id", &r->external_id, err));
    ALD_TRY(ald_line_time_opt(line, "held_at", &r->held_at, err));
    ALD_TRY(address(line, "url", &r->url, err));
    ALD_TRY(ald_line_flag(line, "facilitator_involved", &r->facilitator_involved, err));
    ALD_TRY(ald_line_text(line, "why_surprised", &r->why_surprised, err));
    ALD_TRY(ald_line_text(line, "risk_awareness", &r->risk_awareness, err));
    ALD_TRY(ald_line_text(line, "title", &r->title, err));
    ALD_TRY(ald_line_text(line, "status", &r->status, err));
    return count(line, "readers", &r->readers, err);
}

enum ald_rc ald_lines_reviews(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    return ald_lines_read(cfg, res, rows, review_columns, review_line, next, err);
}

/* ---- Attendance ---- */

static const char *const attendance_columns[] = {"source", "id", "incident", "required", "person", "team", NULL};

static enum ald_rc attendance_line(const struct ald_line *line, struct ald_err *err)
{
    const char *incident;
    ALD_TRY(ald_line_needed(line, "incident", &incident, err));
    struct ald_row_attendance *r = ald_rows_attendance(line->rows, line->el, incident);
    ALD_TRY(ald_line_text(line, "id", &r->external_id, err));
    ALD_TRY(ald_line_flag(line, "required", &r->required, err));
    ALD_TRY(ald_line_text(line, "person", &r->person, err));
    return ald_line_text(line, "team", &r->team, err);
}

enum ald_rc ald_lines_attendance(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                 struct ald_next *next, struct ald_err *err)
{
    return ald_lines_read(cfg, res, rows, attendance_columns, attendance_line, next, err);
}

/* ---- Learnings ---- */

static const char *const learning_columns[] = {"source", "id", "incident", "text", "kind", "at", NULL};

static enum ald_rc learning_line(const struct ald_line *line, struct ald_err *err)
{
    const char *incident, *text;
    ALD_TRY(ald_line_needed(line, "incident", &incident, err));
    ALD_TRY(ald_line_needed(line, "text", &text, err));
    struct ald_row_learning *r = ald_rows_learning(line->rows, line->el, incident);
    r->text = text;
    ALD_TRY(ald_line_text(line, "id", &r->external_id, err));
    ALD_TRY(ald_line_text(line, "kind", &r->kind, err));
    return ald_line_time_opt(line, "at", &r->at, err);
}

enum ald_rc ald_lines_learnings(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                struct ald_next *next, struct ald_err *err)
{
    return ald_lines_read(cfg, res, rows, learning_columns, learning_line, next, err);
}

/* ---- Actions ---- */

static const char *const action_columns[] = {"source", "id", "incident", "title", "url", "opened_at", "due_at", "closed_at", "status",
                                             "team", NULL};

static enum ald_rc action_line(const struct ald_line *line, struct ald_err *err)
{
    const char *incident;
    ALD_TRY(ald_line_needed(line, "incident", &incident, err));
    struct ald_row_action *r = ald_rows_action(line->rows, line->el, incident);
    ALD_TRY(ald_line_text(line, "id", &r->external_id, err));
    ALD_TRY(ald_line_text(line, "title", &r->title, err));
    ALD_TRY(address(line, "url", &r->url, err));
    if (!r->title && !r->url)
        return ald_fail(err, ALD_ERR_FORMAT, "title and url are missing: expected one of them");
    ALD_TRY(ald_line_time_opt(line, "opened_at", &r->opened_at, err));
    ALD_TRY(ald_line_time_opt(line, "due_at", &r->due_at, err));
    ALD_TRY(ald_line_time_opt(line, "closed_at", &r->closed_at, err));
    if (r->opened_at != ALD_TIME_NONE && r->closed_at != ALD_TIME_NONE && r->closed_at < r->opened_at)
        return ald_fail(err, ALD_ERR_FORMAT, "closed_at is before opened_at");
    ALD_TRY(ald_line_text(line, "status", &r->status, err));
    return ald_line_text(line, "team", &r->team, err);
}

enum ald_rc ald_lines_actions(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                              struct ald_next *next, struct ald_err *err)
{
    return ald_lines_read(cfg, res, rows, action_columns, action_line, next, err);
}

/* ---- Told stories ---- */

static const char *const told_columns[] = {"source", "id", "incident", "on", "where", NULL};

static enum ald_rc told_line(const struct ald_line *line, struct ald_err *err)
{
    const char *incident;
    ALD_TRY(ald_line_needed(line, "incident", &incident, err));
    struct ald_row_told *r = ald_rows_told(line->rows, line->el, incident);
    ALD_TRY(ald_line_text(line, "id", &r->external_id, err));
    ALD_TRY(ald_line_time(line, "on", &r->told_at, err));
    return ald_line_text(line, "where", &r->place, err);
}

enum ald_rc ald_lines_told(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                           struct ald_next *next, struct ald_err *err)
{
    return ald_lines_read(cfg, res, rows, told_columns, told_line, next, err);
}
