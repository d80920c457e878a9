/* Exports of what people said: reviews, attendance, learnings, actions, told stories, with the names that import reads. */
#include <string.h>

#include "export.h"

enum kind { TEXT, TIME, FLAG, COUNT };
struct column {
    const char *name;
    enum kind kind;
};
#define COLUMNS_MAX 12
static const struct said {
    const char *what, *query;
    struct column columns[COLUMNS_MAX]; /* in the order of the query; ended by one without a name */
} saids[] = {
    {"reviews",
     "cli_export_reviews",
     {{"source", TEXT}, {"id", TEXT}, {"incident", TEXT}, {"held_at", TIME}, {"url", TEXT}, {"facilitator_involved", FLAG},
      {"why_surprised", TEXT}, {"risk_awareness", TEXT}, {"title", TEXT}, {"status", TEXT}, {"readers", COUNT}}},
    {"attendance",
     "cli_export_attendance",
     {{"source", TEXT}, {"id", TEXT}, {"incident", TEXT}, {"required", FLAG}, {"person", TEXT}, {"team", TEXT}}},
    {"learnings",
     "cli_export_learnings",
     {{"source", TEXT}, {"id", TEXT}, {"incident", TEXT}, {"text", TEXT}, {"kind", TEXT}, {"at", TIME}}},
    {"actions",
     "cli_export_actions",
     {{"source", TEXT}, {"id", TEXT}, {"incident", TEXT}, {"title", TEXT}, {"url", TEXT}, {"opened_at", TIME}, {"due_at", TIME},
      {"closed_at", TIME}, {"status", TEXT}, {"team", TEXT}}},
    {"told",
     "cli_export_told",
     {{"source", TEXT}, {"id", TEXT}, {"incident", TEXT}, {"on", TIME}, {"where", TEXT}}},
};

const char *ald_export_said_name(size_t i)
{
    return i < sizeof saids / sizeof saids[0] ? saids[i].what : NULL;
}

static struct ald_node *cell(struct ald_arena *a, struct ald_q *q, int i, enum kind kind)
{
    if (ald_q_col_null(q, i))
        return ald_node_absent(a, NULL);
    switch (kind) {
    case TIME:
        return ald_node_time(a, ald_q_col_time(q, i));
    case FLAG:
        return ald_node_bool(a, ald_q_col_int(q, i) != 0);
    case COUNT:
        return ald_node_int(a, ald_q_col_int(q, i));
    default:
        return ald_node_str(a, ald_strdup(a, ald_q_col_text(q, i)));
    }
}

enum ald_rc ald_export_said(struct ald_export *x, const char *what, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    const struct said *said = saids;
    bool row = false;
    while (strcmp(said->what, what) != 0)
        said++;
    ALD_TRY(ald_q_open(x->store, said->query, &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        struct ald_node *o = ald_node_object(x->scratch);
        for (int i = 0; i < COLUMNS_MAX && said->columns[i].name; i++)
            ald_node_set(x->scratch, o, said->columns[i].name, cell(x->scratch, q, i, said->columns[i].kind));
        ALD_TRY(ald_export_line(x, o, err));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    return ALD_OK;
}
