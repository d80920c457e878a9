/* What only the leadership report has in its tree: how hard, how far, what came again. Figures of the analysis,
 * gathered; no person and no rank. */
#include "leadership.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nodes.h"
#include "sentences.h"
#include "words.h"

#define RECURRING_MOST 4

/* ---- Customers ---- */

static size_t signal_called(const char *id)
{
    size_t s = 0;
    while (s < ALD_SIGNAL_N && strcmp(ald_signal_at(s)->id, id) != 0)
        s++;
    return s;
}

/* Signals that tell of customers, as far as this version has them. */
static struct ald_node *customers_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    static const char *const ids[] = {"customers_impacted", "customer_reports", "status_page_posted", "requests_failed"};
    struct ald_node *list = ald_node_list(a);
    for (size_t k = 0; k < sizeof ids / sizeof ids[0]; k++) {
        size_t s = signal_called(ids[k]), recorded = 0, hurt = 0;
        double most = 0;
        for (size_t i = 0; s < ALD_SIGNAL_N && i < f->incidents_n; i++) {
            const struct ald_obs *obs = ald_obs_at(an, f->incidents[i], s);
            recorded += obs->has_total;
            hurt += obs->has_total && obs->total > 0;
            most = obs->has_total ? fmax(most, obs->total) : most;
        }
        if (!recorded)
            continue;
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "signal", ald_node_str(a, ids[k]));
        ald_node_set(a, o, "title", ald_node_str(a, ald_signal_at(s)->title));
        ald_node_set(a, o, "n", ald_node_int(a, (int64_t)hurt));
        ald_node_set(a, o, "of", ald_node_int(a, (int64_t)recorded));
        ald_node_set(a, o, "most", ald_node_num(a, most));
        ald_node_add(a, list, o);
    }
    return list;
}

/* ---- What came again ---- */

struct again {
    const char *key; /* normalised title */
    uint32_t first;  /* the latest incident with it */
    size_t n;
    bool differ;     /* titles differ in the numbers that were left out */
};

static int by_number(const void *x, const void *y)
{
    const struct again *a = x, *b = y;
    if (a->n != b->n)
        return a->n < b->n ? 1 : -1;
    return strcmp(a->key, b->key);
}

static int by_key(const void *x, const void *y)
{
    const struct again *a = x, *b = y;
    int order = strcmp(a->key, b->key);
    return order ? order : a->first < b->first ? -1 : a->first > b->first;
}

/* Titles (numbers left out) that incidents of the period share. */
static struct ald_node *recurring_node(struct ald_arena *a, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_node *list = ald_node_list(a);
    struct again *all = ald_calloc(a, f->incidents_n, sizeof *all);
    size_t n = 0, groups = 0;
    for (size_t i = 0; i < f->incidents_n; i++) {
        const char *key = an->incidents[f->incidents[i]].norm_title;
        if (key && *key)
            all[n++] = (struct again){key, f->incidents[i], 1, false};
    }
    if (n)
        qsort(all, n, sizeof *all, by_key);
    for (size_t i = 0; i < n; i++) {
        if (groups && strcmp(all[groups - 1].key, all[i].key) == 0) {
            all[groups - 1].n++;
            all[groups - 1].differ |= strcmp(an->incidents[all[groups - 1].first].title, an->incidents[all[i].first].title) != 0;
            all[groups - 1].first = all[i].first;
        } else {
            all[groups++] = all[i];
        }
    }
    if (groups)
        qsort(all, groups, sizeof *all, by_number);
    for (size_t i = 0; i < groups && i < RECURRING_MOST && all[i].n > 1; i++) {
        const struct ald_incident *inc = &an->incidents[all[i].first];
        struct ald_node *o = ald_node_object(a);
        ald_node_set(a, o, "title", ald_node_str(a, inc->title));
        ald_node_set(a, o, "n", ald_node_int(a, (int64_t)all[i].n));
        ald_node_set(a, o, "titles_differ", ald_node_bool(a, all[i].differ));
        ald_node_set(a, o, "latest", ald_node_str(a, inc->key ? inc->key : inc->id));
        ald_node_set(a, o, "url", ald_node_str(a, ald_incident_url(an, a, inc)));
        ald_node_add(a, list, o);
    }
    return list;
}

/* A title that holds more than a fifth of all once numbers are left out of it is a form, or says nothing but where something is. */
const struct ald_node *ald_leadership_one_title(const struct ald_node *root)
{
    enum { ONE_IN = 5, LEAST = 10 };
    const struct ald_node *first = ald_node_at(root, "recurring[0]"), *n = first ? ald_node_at(first, "n") : NULL, *all = ald_node_at(root, "counts.current");
    bool most = n && n->integer >= LEAST && n->integer * ONE_IN > all->integer;
    return most && ald_node_at(first, "titles_differ")->boolean ? first : NULL;
}

/* The patterns that showed most often, confirmed and suggested together; ties by id. Points at the rows of patterns[]. */
static struct ald_node *top_patterns_node(struct ald_arena *a, const struct ald_node *all)
{
    struct ald_node *list = ald_node_list(a);
    size_t n = ald_rows_n(all);
    bool *taken = ald_calloc(a, n + 1, sizeof *taken);
    while (list->list.n < RECURRING_MOST) {
        size_t best = n;
        int64_t most = 0;
        for (size_t i = 0; i < n; i++) {
            const struct ald_node *row = all->list.items[i];
            int64_t found = ald_node_at(row, "confirmed")->integer + ald_node_at(row, "suggested")->integer;
            if (!taken[i] && found > most) {
                most = found;
                best = i;
            }
        }
        if (best == n)
            break;
        taken[best] = true;
        ald_node_add(a, list, all->list.items[best]);
    }
    return list;
}

/* ---- What one page needs no list of ---- */

static bool names(const struct ald_node *root, const struct ald_incident *inc)
{
    const struct ald_node *read = ald_node_at(root, "read_in_full"), *again = ald_node_at(root, "recurring");
    for (size_t i = 0; i < ald_rows_n(read); i++)
        if (strcmp(ald_text_at(read->list.items[i], "incident"), inc->id) == 0)
            return true;
    for (size_t i = 0; i < ald_rows_n(again); i++)
        if (strcmp(ald_text_at(again->list.items[i], "latest"), inc->key ? inc->key : inc->id) == 0)
            return true;
    return false;
}

/* The incidents that the page names stay, whole; all others, and the lists that nothing of the page shows, are in the quarterly
 * report of the same period. The chart still goes over all. */
static void shorten(struct ald_arena *a, struct ald_node *root, const struct ald_analysis *an, const struct ald_figures *f)
{
    struct ald_node *named = ald_node_list(a);
    for (size_t i = 0; i < f->incidents_n; i++)
        if (names(root, &an->incidents[f->incidents[i]]))
            ald_node_add(a, named, ald_incident_node(a, an, f->incidents[i]));
    ald_node_keep_out(root, "incidents", ALD_ALL_INCIDENTS);
    ald_node_keep_out(root, "quotes", "quotes");
    ald_node_keep_out(root, "groups", "groups");
    ald_node_keep_out(root, "funnel", "funnel");
    ald_node_keep_out(root, "learning.never_reviewed", "never_reviewed");
    ald_node_set(a, root, "incidents", named);
}

/* ---- The tree ---- */

static struct ald_node *answer_node(struct ald_arena *a, const struct ald_answer *answer)
{
    struct ald_node *o = ald_node_object(a);
    ald_node_set(a, o, "id", ald_node_str(a, answer->id));
    ald_node_set(a, o, "question", ald_node_str(a, answer->question));
    ald_node_set(a, o, "sentences", ald_strings_node(a, answer->sentences, ald_sentences_n(answer->sentences)));
    ald_node_set(a, o, "strong", answer->strong >= 0 ? ald_node_int(a, answer->strong) : ald_node_absent(a, NULL));
    return o;
}

void ald_leadership_tree(const struct ald_report_input *in, struct ald_report *report, const struct ald_figures *f,
                         const struct ald_changes *changes)
{
    struct ald_arena *a = report->arena;
    const struct ald_analysis *an = in->analysis;
    struct ald_node *root = report->root, *answers = ald_node_list(a);
    struct ald_answer all[ALD_ANSWERS];
    ald_node_set(a, root, "hard", ald_hard_node(a, an, f));
    ald_node_set(a, root, "customers", customers_node(a, an, f));
    ald_node_set(a, root, "recurring", recurring_node(a, an, f));
    ald_node_set(a, root, "top_patterns", top_patterns_node(a, ald_node_at(root, "patterns")));
    ald_standouts_nodes(a, root, an, f);
    ald_leadership_answers(in, report, f, changes, all);
    for (size_t i = 0; i < ALD_ANSWERS; i++)
        ald_node_add(a, answers, answer_node(a, &all[i]));
    ald_node_set(a, root, "answers", answers);
    shorten(a, root, an, f);
}
