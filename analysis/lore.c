/* Reads what people did with incidents afterwards, resolves which incident each row means, and cuts it at as-of: what is
 * dated later has not happened yet; undated rows are known. */
#include <stdlib.h>
#include <string.h>

#include "alidade/learning.h"
#include "analysis/citations.h"
#include "analysis/patterns.h"

struct reader {
    const struct ald_analysis *a;
    struct ald_arena *arena, *scratch;
    struct ald_arena *index; /* of what is only looked up while reading */
    const struct ald_handles *handles;
    struct ald_lore *lore;
    struct ald_incident_lore *of;
    struct ald_citation_list cited;
    /* Records by their row in the store, to tell whose text it is. */
    struct row {
        int64_t row;
        uint32_t record;
    } * rows;
};

/* A growable list while it is read. */
struct list {
    void *items;
    size_t n, cap;
};

static bool known(const struct reader *r, int64_t at)
{
    return at == ALD_TIME_NONE || at <= r->a->as_of;
}

/** The incident that a row names in its first column; counts strangers. */
static bool incident_of(struct reader *r, struct ald_q *q, uint32_t *ret)
{
    const char *name = ald_q_col_text(q, 0);
    size_t found = name ? ald_handles_find(r->handles, name) : SIZE_MAX;
    r->lore->strangers += found == SIZE_MAX;
    *ret = (uint32_t)found;
    return found != SIZE_MAX;
}

static const char *text(struct reader *r, struct ald_q *q, int column)
{
    const char *s = ald_q_col_text(q, column);
    return s && *s ? ald_strdup(r->arena, s) : NULL;
}

static int flag(struct ald_q *q, int column)
{
    return ald_q_col_null(q, column) ? -1 : ald_q_col_int(q, column) != 0;
}

/** Runs a query and hands each row to take. */
static enum ald_rc each(struct ald_store *store, struct reader *r, const char *query,
                        void (*take)(struct reader *r, struct ald_q *q, struct list *list), struct list *list,
                        struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    bool row = false;
    ALD_TRY(ald_q_open(store, query, &q, err));
    for (;;) {
        ALD_TRY(ald_q_step(q, &row, err));
        if (!row)
            return ALD_OK;
        take(r, q, list);
        ald_arena_reset(r->scratch);
    }
}

static void *grow(struct reader *r, struct list *list, size_t size)
{
    list->items = ald_grow(r->arena, list->items, list->n, &list->cap, size);
    return (char *)list->items + size * list->n++;
}

static void take_review(struct reader *r, struct ald_q *q, struct list *list)
{
    uint32_t incident;
    r->lore->any_reviews = true;
    if (!incident_of(r, q, &incident))
        return;
    struct ald_review *review = grow(r, list, sizeof *review);
    *review = (struct ald_review){.incident = incident,
                                  .held_at = ald_q_col_time(q, 1),
                                  .url = text(r, q, 2),
                                  .title = text(r, q, 3),
                                  .status = text(r, q, 4),
                                  .why_surprised = text(r, q, 5),
                                  .risk_awareness = text(r, q, 6),
                                  .facilitator_involved = flag(q, 7),
                                  .readers = ald_q_col_null(q, 8) ? -1 : ald_q_col_int(q, 8)};
    if (!known(r, review->held_at))
        review->held_at = ALD_TIME_NONE;
    struct ald_incident_lore *of = &r->of[incident];
    of->reviews++;
    of->reviews_held += review->held_at != ALD_TIME_NONE;
    of->write_up = of->write_up || review->url;
    of->surprised = of->surprised || review->why_surprised;
    of->risk_known = of->risk_known || review->risk_awareness;
    const char *const texts[] = {review->why_surprised, review->risk_awareness};
    for (size_t i = 0; i < 2; i++)
        if (texts[i])
            ald_citations_in(&r->cited, r->a, r->handles, r->scratch, incident, review->held_at, texts[i]);
}

static void take_attendance(struct reader *r, struct ald_q *q, struct list *list)
{
    uint32_t incident;
    r->lore->any_attendance = true;
    if (!incident_of(r, q, &incident))
        return;
    struct ald_attendance *row = grow(r, list, sizeof *row);
    *row = (struct ald_attendance){.incident = incident, .required = flag(q, 1), .team = text(r, q, 2)};
    r->of[incident].required += row->required == 1;
    r->of[incident].voluntary += row->required == 0;
}

/* A thread that was exported twice, a line that stands in two files: the same words of the same moment about the same incident. */
static bool heard(const struct list *list, uint32_t incident, int64_t at, const char *text)
{
    const struct ald_lesson *lessons = list->items;
    for (size_t i = list->n; text && i-- > 0 && lessons[i].at == at && lessons[i].text && strcmp(lessons[i].text, text) == 0;)
        if (lessons[i].incident == incident)
            return true;
    return false;
}

static void take_lesson(struct reader *r, struct ald_q *q, struct list *list)
{
    uint32_t incident;
    r->lore->any_lessons = true;
    if (!known(r, ald_q_col_time(q, 1)) || !incident_of(r, q, &incident))
        return;
    if (heard(list, incident, ald_q_col_time(q, 1), ald_q_col_text(q, 2)))
        return;
    struct ald_lesson *lesson = grow(r, list, sizeof *lesson);
    *lesson = (struct ald_lesson){incident, ald_q_col_time(q, 1), text(r, q, 2), text(r, q, 3)};
    r->of[incident].lessons++;
    if (lesson->text)
        ald_citations_in(&r->cited, r->a, r->handles, r->scratch, incident, lesson->at, lesson->text);
}

static void take_action(struct reader *r, struct ald_q *q, struct list *list)
{
    uint32_t incident;
    r->lore->any_actions = true;
    if (!known(r, ald_q_col_time(q, 5)) || !incident_of(r, q, &incident))
        return;
    struct ald_action *action = grow(r, list, sizeof *action);
    *action = (struct ald_action){.incident = incident,
                                  .title = text(r, q, 1),
                                  .url = text(r, q, 2),
                                  .team = text(r, q, 3),
                                  .status = text(r, q, 4),
                                  .opened_at = ald_q_col_time(q, 5),
                                  .due_at = ald_q_col_time(q, 6),
                                  .closed_at = ald_q_col_time(q, 7)};
    if (!known(r, action->closed_at))
        action->closed_at = ALD_TIME_NONE;
    r->of[incident].actions++;
}

static void take_told(struct reader *r, struct ald_q *q, struct list *list)
{
    uint32_t incident;
    if (!known(r, ald_q_col_time(q, 1)) || !incident_of(r, q, &incident))
        return;
    struct ald_telling *telling = grow(r, list, sizeof *telling);
    *telling = (struct ald_telling){incident, ald_q_col_time(q, 1), text(r, q, 2)};
    r->of[incident].told = true;
}

/* ---- Citations ---- */

static void take_document(struct reader *r, struct ald_q *q, struct list *list)
{
    uint32_t incident;
    (void)list;
    if (incident_of(r, q, &incident))
        ald_citation_add(&r->cited, r->a, incident, ALD_NOBODY, ald_q_col_time(q, 1), text(r, q, 2));
}

static int row_order(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

static const struct ald_record *record_of(const struct reader *r, int64_t row)
{
    const struct row key = {.row = row},
                     *found = bsearch(&key, r->rows, r->a->records_n, sizeof *r->rows, row_order);
    const struct ald_record *record = found ? &r->a->records[found->record] : NULL;
    return record && record->incident != ALD_NOBODY ? record : NULL;
}

static void take_text(struct reader *r, struct ald_q *q, struct list *list)
{
    const struct ald_record *record = record_of(r, ald_q_col_int(q, 0));
    (void)list;
    if (record)
        ald_citations_in(&r->cited, r->a, r->handles, r->scratch, record->incident, ald_q_col_time(q, 1),
                         ald_q_col_text(q, 2));
}

static void take_mention(struct reader *r, struct ald_q *q, struct list *list)
{
    const struct ald_record *record = record_of(r, ald_q_col_int(q, 0));
    const char *name = ald_q_col_text(q, 1);
    (void)list;
    if (!record || !name)
        return;
    size_t found = ald_handles_cited(r->handles, name, strstr(name, "://") ? ALD_CITED_ADDRESS : ALD_CITED_KEY, r->scratch);
    if (found != SIZE_MAX)
        ald_citation_add(&r->cited, r->a, (uint32_t)found, record->incident,
                         r->a->incidents[record->incident].started_at, NULL);
}

static enum ald_rc citations(struct ald_store *store, struct reader *r, struct ald_err *err)
{
    r->rows = ald_calloc(r->index, r->a->records_n, sizeof *r->rows);
    bool sorted = true;
    for (size_t i = 0; i < r->a->records_n; i++) {
        r->rows[i] = (struct row){r->a->records[i].row, (uint32_t)i};
        sorted = sorted && (i == 0 || r->rows[i - 1].row < r->rows[i].row);
    }
    if (!sorted)
        qsort(r->rows, r->a->records_n, sizeof *r->rows, row_order);
    for (size_t i = 0; i < r->a->records_n; i++) {
        const struct ald_record *record = &r->a->records[i];
        if (record->incident == ALD_NOBODY || !record->title)
            continue;
        ald_citations_in(&r->cited, r->a, r->handles, r->scratch, record->incident,
                         r->a->incidents[record->incident].started_at, record->title);
        ald_arena_reset(r->scratch);
    }
    if (!r->a->patterns || !r->a->patterns->none_written) /* else no need to go through all events for one */
        ALD_TRY(each(store, r, "learning_texts", take_text, NULL, err));
    ALD_TRY(each(store, r, "learning_mentions", take_mention, NULL, err));
    ALD_TRY(each(store, r, "learning_citations", take_document, NULL, err));
    ald_citations_settle(&r->cited);
    for (size_t i = 0; i < r->cited.n; i++)
        r->of[r->cited.items[i].incident].citations++;
    r->lore->citations = r->cited.items;
    r->lore->citations_n = r->cited.n;
    return ALD_OK;
}

/* ---- One table after the other ---- */

/* Puts rows in the order of their incidents and keeps the order in which they were read, which is that of time. Each begins
 * with its incident. */
static void by_incident(struct reader *r, struct list *list, size_t size)
{
    size_t *at = ald_calloc(r->scratch, r->a->incidents_n + 1, sizeof *at);
    char *sorted = ald_calloc(r->arena, list->n, size);
    const char *items = list->items;
    for (size_t i = 0; i < list->n; i++)
        at[*(const uint32_t *)(const void *)(items + i * size) + 1]++;
    for (size_t i = 0; i < r->a->incidents_n; i++)
        at[i + 1] += at[i];
    for (size_t i = 0; i < list->n; i++)
        memcpy(sorted + size * at[*(const uint32_t *)(const void *)(items + i * size)]++, items + i * size, size);
    list->items = sorted;
    ald_arena_reset(r->scratch);
}

static enum ald_rc table(struct ald_store *store, struct reader *r, const char *query,
                         void (*take)(struct reader *r, struct ald_q *q, struct list *list), size_t size,
                         struct list *ret, struct ald_err *err)
{
    *ret = (struct list){0};
    ALD_TRY(each(store, r, query, take, ret, err));
    by_incident(r, ret, size);
    return ALD_OK;
}

static enum ald_rc tables(struct ald_store *store, struct reader *r, struct ald_err *err)
{
    struct ald_lore *lore = r->lore;
    struct list list;
    ALD_TRY(table(store, r, "learning_reviews", take_review, sizeof *lore->reviews, &list, err));
    lore->reviews = list.items;
    lore->reviews_n = list.n;
    ALD_TRY(table(store, r, "learning_attendance", take_attendance, sizeof *lore->attendance, &list, err));
    lore->attendance = list.items;
    lore->attendance_n = list.n;
    ALD_TRY(table(store, r, "learning_lessons", take_lesson, sizeof *lore->lessons, &list, err));
    lore->lessons = list.items;
    lore->lessons_n = list.n;
    ALD_TRY(table(store, r, "learning_actions", take_action, sizeof *lore->actions, &list, err));
    lore->actions = list.items;
    lore->actions_n = list.n;
    ALD_TRY(table(store, r, "learning_told", take_told, sizeof *lore->tellings, &list, err));
    lore->tellings = list.items;
    lore->tellings_n = list.n;
    return ALD_OK;
}

enum ald_rc ald_lore_load(struct ald_store *store, const struct ald_analysis *analysis, struct ald_arena *arena,
                          struct ald_arena *by_incident, struct ald_lore *ret, struct ald_err *err)
{
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *scratch = ald_arena_new();
    ALD_CLEANUP(ald_arena_freep) struct ald_arena *index = ald_arena_new();
    ALD_CLEANUP(ald_handles_freep) struct ald_handles *handles = ald_handles_new(analysis, index);
    struct ald_lore lore = {0};
    struct reader r = {.a = analysis, .arena = arena, .scratch = scratch, .index = index, .handles = handles, .lore = &lore};
    r.cited.arena = arena;
    r.of = ald_calloc(by_incident, analysis->incidents_n, sizeof *r.of);
    lore.of = r.of;
    ALD_TRY(tables(store, &r, err));
    ALD_TRY(citations(store, &r, err));
    *ret = lore;
    return ALD_OK;
}

const struct ald_review *ald_lore_reviews(const struct ald_lore *lore, size_t incident, size_t *ret_n)
{
    size_t low = 0, high = lore->reviews_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (lore->reviews[middle].incident < incident)
            low = middle + 1;
        else
            high = middle;
    }
    for (*ret_n = 0; low + *ret_n < lore->reviews_n && lore->reviews[low + *ret_n].incident == incident;)
        ++*ret_n;
    return lore->reviews + low;
}
