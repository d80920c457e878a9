/* Sources and findings of a report: see sources.h. */
#include "sources.h"

#include <string.h>

static const char *s_if(int64_t n)
{
    return n == 1 ? "" : "s";
}

static enum ald_rc gaps_of(struct ald_arena *a, struct ald_store *store, const char *source, struct ald_node *gaps, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    struct ald_q *ALD_CLEANUP(ald_q_closep) todo = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(store, "report_gaps", &q, err));
    ald_q_text(q, 1, source);
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        ald_node_add(a, gaps, ald_node_str(a, ald_sprintf(a, "%s: %s", ald_q_col_text(q, 0), ald_q_col_text(q, 1))));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    ALD_TRY(ald_q_open(store, "report_todo", &todo, err));
    ald_q_text(todo, 1, source);
    ALD_TRY(ald_q_step(todo, &row, err));
    while (row) {
        int64_t n = ald_q_col_int(todo, 1);
        ald_node_add(a, gaps, ald_node_str(a, ald_sprintf(a, "%s: %lld detail request%s still to make", ald_q_col_text(todo, 0),
                                                          (long long)n, s_if(n))));
        ALD_TRY(ald_q_step(todo, &row, err));
    }
    return ALD_OK;
}

static enum ald_rc source_node(struct ald_arena *a, struct ald_store *store, struct ald_q *q, struct ald_node **ret, bool *ret_gap,
                               struct ald_err *err)
{
    struct ald_node *o = ald_node_object(a);
    struct ald_node *gaps = ald_node_list(a);
    const char *name = ald_strdup(a, ald_q_col_text(q, 0));
    int64_t quarantined = ald_q_col_int(q, 6);
    ALD_TRY(gaps_of(a, store, name, gaps, err));
    if (!ald_q_col_null(q, 4) && *ald_q_col_text(q, 4))
        ald_node_add(a, gaps, ald_node_str(a, ald_sprintf(a, "last run failed: %s", ald_q_col_text(q, 4))));
    if (quarantined)
        ald_node_add(a, gaps, ald_node_str(a, ald_sprintf(a, "%lld record%s could not be understood and wait in quarantine",
                                                          (long long)quarantined, s_if(quarantined))));
    bool complete = gaps->list.n == 0 && ald_q_col_int(q, 7) == 0 && !ald_q_col_null(q, 3);
    if (!complete && gaps->list.n == 0)
        ald_node_add(a, gaps, ald_node_str(a, "not read to the end yet"));
    ald_node_set(a, o, "name", ald_node_str(a, name));
    ald_node_set(a, o, "type", ald_node_str(a, ald_strdup(a, ald_q_col_text(q, 1))));
    ald_node_set(a, o, "kind", ald_node_str(a, ald_strdup(a, ald_q_col_text(q, 9))));
    ald_node_set(a, o, "role", ald_node_str(a, ald_strdup(a, ald_q_col_text(q, 2))));
    ald_node_set(a, o, "complete", ald_node_bool(a, complete));
    ald_node_set(a, o, "records", ald_node_int(a, ald_q_col_int(q, 5)));
    ald_node_set(a, o, "learning_rows", ald_node_int(a, ald_q_col_int(q, 10)));
    ald_node_set(a, o, "gone", ald_node_int(a, ald_q_col_int(q, 8)));
    ald_node_set(a, o, "quarantined", ald_node_int(a, quarantined));
    ald_node_set(a, o, "last_success", ald_node_time(a, ald_q_col_time(q, 3)));
    ald_node_set(a, o, "gaps", gaps);
    *ret = o;
    *ret_gap = !complete;
    return ALD_OK;
}

static struct ald_node *never_read_node(struct ald_arena *a, const struct ald_report_source *source)
{
    struct ald_node *o = ald_node_object(a);
    struct ald_node *gaps = ald_node_list(a);
    ald_node_add(a, gaps, ald_node_str(a, ALD_SOURCE_NEVER_READ));
    ald_node_set(a, o, "name", ald_node_str(a, source->name));
    ald_node_set(a, o, "type", ald_node_str(a, source->type));
    ald_node_set(a, o, "kind", ald_node_str(a, source->kind));
    ald_node_set(a, o, "role", ald_node_str(a, source->role));
    ald_node_set(a, o, "complete", ald_node_bool(a, false));
    ald_node_set(a, o, "records", ald_node_int(a, 0));
    ald_node_set(a, o, "learning_rows", ald_node_int(a, 0));
    ald_node_set(a, o, "gone", ald_node_int(a, 0));
    ald_node_set(a, o, "quarantined", ald_node_int(a, 0));
    ald_node_set(a, o, "last_success", ald_node_time(a, ALD_TIME_NONE));
    ald_node_set(a, o, "gaps", gaps);
    return o;
}

static bool listed(const struct ald_node *list, const char *name)
{
    for (size_t i = 0; i < list->list.n; i++)
        if (strcmp(ald_node_at(list->list.items[i], "name")->text, name) == 0)
            return true;
    return false;
}

bool ald_source_unread(const struct ald_node *source)
{
    const struct ald_node *gaps = ald_node_at(source, "gaps");
    return gaps->list.n == 1 && strcmp(gaps->list.items[0]->text, ALD_SOURCE_NEVER_READ) == 0;
}

const char *ald_sources_unread(struct ald_arena *a, const struct ald_node *sources)
{
    const char *text = NULL, *last = NULL;
    for (size_t i = 0; i < sources->list.n; i++) {
        if (!ald_source_unread(sources->list.items[i]))
            continue;
        text = text ? ald_sprintf(a, "%s, %s", text, last) : last;
        last = ald_node_at(sources->list.items[i], "name")->text;
    }
    return text ? ald_sprintf(a, "%s and %s", text, last) : last;
}

enum ald_rc ald_sources_node(struct ald_arena *a, const struct ald_report_input *in, struct ald_node **ret, bool *ret_gaps, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    struct ald_node *list = ald_node_list(a);
    bool row = false;
    ALD_TRY(ald_q_open(in->store, "report_sources", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        struct ald_node *source = NULL;
        bool gap = false;
        ALD_TRY(source_node(a, in->store, q, &source, &gap, err));
        ald_node_add(a, list, source);
        *ret_gaps = *ret_gaps || gap;
        ALD_TRY(ald_q_step(q, &row, err));
    }
    for (size_t i = 0; i < in->configured_n; i++)
        if (!listed(list, in->configured[i].name)) {
            ald_node_add(a, list, never_read_node(a, &in->configured[i]));
            *ret_gaps = true;
        }
    *ret = list;
    return ALD_OK;
}

void ald_finding_add(struct ald_arena *a, struct ald_node *findings, const char *id, const char *text, int64_t n, const char *severity)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "id", ald_node_str(a, id));
    ald_node_set(a, o, "text", ald_node_str(a, text));
    ald_node_set(a, o, "n", ald_node_int(a, n));
    ald_node_set(a, o, "severity", ald_node_str(a, severity));
    ald_node_add(a, findings, o);
}

enum ald_rc ald_findings_node(struct ald_arena *a, struct ald_store *store, struct ald_node **ret, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    struct ald_node *list = ald_node_list(a);
    bool row = false;
    ALD_TRY(ald_q_open(store, "report_findings", &q, err));
    ALD_TRY(ald_q_step(q, &row, err));
    while (row) {
        const char *source = ald_q_col_text(q, 1);
        const char *subject = ald_q_col_text(q, 2);
        const char *text = ald_sprintf(a, "%s%s%s%s%s", source, *source && *subject ? "/" : "", subject, *source || *subject ? ": " : "",
                                       ald_q_col_text(q, 3));
        ald_finding_add(a, list, ald_strdup(a, ald_q_col_text(q, 0)), text, ald_q_col_int(q, 4), ald_strdup(a, ald_q_col_text(q, 5)));
        ALD_TRY(ald_q_step(q, &row, err));
    }
    *ret = list;
    return ALD_OK;
}
