/* Linking as nodes: how many records became how many incidents, by what, and what was left open. */
#include "alidade/report.h"
#include "nodes.h"
#include "sentences.h"
#include "sources.h"
#include "words.h"

/* "30 by key" */
static const char *const by_words[ALD_LINK_METHOD_N] = {
    [ALD_LINK_DECISION] = "by a person's word",      [ALD_LINK_ID] = "by id",
    [ALD_LINK_URL] = "by address",                   [ALD_LINK_KEY] = "by key",
    [ALD_LINK_MERGED] = "merged in their source",    [ALD_LINK_INCIDENT_KEY] = "by shared incident key",
    [ALD_LINK_ALERT] = "by shared alert",            [ALD_LINK_CHANNEL] = "by shared channel",
    [ALD_LINK_SUGGESTION] = "by likeness",
};

const char *ald_linking_text(struct ald_arena *a, const struct ald_linking *linking)
{
    const char *s = ald_sprintf(a, "%s %s of all classes", ald_many(a, linking->records, "record makes", "records make"),
                                ald_many(a, linking->incidents, "incident", "incidents"));
    const char *between = ": ";
    for (int m = 0; m < ALD_LINK_METHOD_N; m++) {
        if (!linking->by[m])
            continue;
        s = ald_sprintf(a, "%s%s%s %s", s, between, ald_words_count(a, (int64_t)linking->by[m]), by_words[m]);
        between = ", ";
    }
    if (linking->not_taken)
        s = ald_sprintf(a, "%s; %s not taken", s, ald_many(a, linking->not_taken, "suggestion", "suggestions"));
    return s;
}

struct ald_node *ald_linking_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_period *period)
{
    struct ald_linking linking;
    struct ald_node *o = ald_node_object(a);
    struct ald_node *by = ald_node_object(a);
    ald_linking_of(an, period, &linking);
    for (int m = 0; m < ALD_LINK_METHOD_N; m++)
        ald_node_set(a, by, ald_link_method_name((enum ald_link_method)m), ald_node_int(a, (int64_t)linking.by[m]));
    ald_node_set(a, o, "text", ald_node_str(a, ald_linking_text(a, &linking)));
    ald_node_set(a, o, "records", ald_node_int(a, (int64_t)linking.records));
    ald_node_set(a, o, "incidents", ald_node_int(a, (int64_t)linking.incidents));
    ald_node_set(a, o, "by", by);
    ald_node_set(a, o, "suggestions_not_taken", ald_node_int(a, (int64_t)linking.not_taken));
    return o;
}

static struct ald_node *side_node(struct ald_arena *a, const struct ald_analysis *an, uint32_t r)
{
    const struct ald_record *record = &an->records[r];
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "record", ald_node_str(a, ald_sprintf(a, "%s:%s", record->traits->source, record->external_id)));
    ald_node_set(a, o, "incident", ald_node_str(a, an->incidents[record->incident].id));
    ald_node_set(a, o, "title", ald_node_str(a, record->title));
    ald_node_set(a, o, "url", ald_node_str(a, ald_record_url(a, record)));
    return o;
}

struct ald_node *ald_suggestion_node(struct ald_arena *a, const struct ald_analysis *an, size_t suggestion)
{
    const struct ald_link *link = &an->suggestions[suggestion];
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "confidence", ald_node_num(a, link->confidence));
    ald_node_set(a, o, "via", ald_node_str(a, link->via));
    ald_node_set(a, o, "refused", ald_node_str(a, link->refused));
    ald_node_set(a, o, "a", side_node(a, an, link->a));
    ald_node_set(a, o, "b", side_node(a, an, link->b));
    return o;
}

/* What links nothing, by the method by which it would have. */
static const char *const idle_words[ALD_LINK_METHOD_N] = {
    [ALD_LINK_DECISION] = "decisions without effect",
    [ALD_LINK_ID] = "records with pointers that link nothing",
    [ALD_LINK_URL] = "records with pointers that link nothing",
    [ALD_LINK_KEY] = "records with pointers that link nothing",
    [ALD_LINK_MERGED] = "records with pointers that link nothing",
    [ALD_LINK_INCIDENT_KEY] = "records with an incident key that links nothing",
    [ALD_LINK_ALERT] = "records with an alert that links nothing",
    [ALD_LINK_CHANNEL] = "records with a channel that links nothing",
    [ALD_LINK_SUGGESTION] = "likenesses that link nothing",
};

void ald_linking_findings(struct ald_arena *a, struct ald_node *findings, const struct ald_analysis *an)
{
    enum { SHOWN = 3 };
    for (size_t from = 0, to = 0; from < an->idle_links_n; from = to) {
        const struct ald_link_idle *first = &an->idle_links[from];
        size_t records = 0;
        const char *values = "";
        for (to = from; to < an->idle_links_n && an->idle_links[to].method == first->method && an->idle_links[to].why == first->why; to++) {
            records += an->idle_links[to].records;
            if (to - from < SHOWN)
                values = ald_sprintf(a, "%s%s%s", values, to > from ? ", " : "", an->idle_links[to].value);
        }
        const char *more = to - from > SHOWN ? ald_sprintf(a, " and %zu more", to - from - SHOWN) : "";
        bool decision = first->method == ALD_LINK_DECISION;
        const char *text = ald_sprintf(a, "%s (%s): %s%s", idle_words[first->method], first->why, values, more);
        ald_finding_add(a, findings, decision ? "decision_without_effect" : "idle_link", text, (int64_t)(decision ? to - from : records),
                        decision ? "warning" : "info");
    }
}
