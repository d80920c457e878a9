/* Loads what sources give beside the usual timeline, and finds it again by record and kind. Knows rows and the words of
 * timeline.h, no API. */
#include "analysis/given.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/build.h"

static const struct {
    const char *event, *value; /* word of an event's value; name of a record's value; NULL: none */
    unsigned facet;
} kinds[ALD_GIVEN_N] = {
    [ALD_GIVEN_NOTIFIED] = {"notified", NULL, ALD_HOLDS_NOTIFIED},
    [ALD_GIVEN_ALERT] = {"alert", "alerts_grouped", ALD_HOLDS_ALERTS},
    [ALD_GIVEN_REPORT] = {"customer_report", "customer_reports", ALD_HOLDS_REPORTS},
    [ALD_GIVEN_VENDOR] = {"external_party", "external_party", ALD_HOLDS_VENDOR},
    [ALD_GIVEN_CUSTOMERS] = {"customers_impacted", "customers_impacted", ALD_HOLDS_IMPACT},
    [ALD_GIVEN_REGIONS] = {"regions_impacted", "regions", ALD_HOLDS_IMPACT},
    [ALD_GIVEN_REQUESTS] = {"requests_failed", "requests_failed", ALD_HOLDS_IMPACT},
};

unsigned ald_given_facet(enum ald_given_what what)
{
    return kinds[what].facet;
}

/* ---- Loading ---- */

void ald_given_add(struct ald_build *b, struct ald_given given)
{
    b->given = ald_grow(b->scratch, b->given, b->given_n, &b->given_cap, sizeof *b->given);
    b->given[b->given_n++] = given;
}

/* "1.204", "12.345.678": groups of three, as half of Europe writes them. What is counted here comes in whole ones. */
static bool dotted(const char *text)
{
    size_t n = strspn(text, "0123456789");
    bool any = false;
    for (text += n; n >= 1 && n <= 3 && *text == '.'; text += 4, any = true)
        if (strspn(text + 1, "0123456789") != 3)
            return false;
    return any && !*text;
}

/* "1200", "1,200", "1.200", "1.2e3"; no number, or below 0: NAN. */
static double number_of(const char *text)
{
    char digits[32];
    size_t n = 0;
    bool dots = dotted(text);
    for (; *text && n + 1 < sizeof digits; text++)
        if (*text != ',' && *text != ' ' && *text != '_' && !(dots && *text == '.'))
            digits[n++] = *text;
    digits[n] = '\0';
    char *end = NULL;
    double number = strtod(digits, &end);
    return n > 0 && end == digits + n && !*text && number >= 0 && isfinite(number) ? number : (double)NAN;
}

static bool counts(enum ald_given_what what)
{
    return what == ALD_GIVEN_CUSTOMERS || what == ALD_GIVEN_REGIONS || what == ALD_GIVEN_REQUESTS;
}

bool ald_given_event(int64_t at, uint32_t person, const char *value, unsigned *seen, struct ald_given *ret)
{
    size_t word = value ? strcspn(value, "=:") : 0;
    for (int what = 0; what < ALD_GIVEN_N && word > 0; what++) {
        if (strlen(kinds[what].event) != word || strncmp(kinds[what].event, value, word) != 0)
            continue;
        *seen |= kinds[what].facet; /* what the source can tell, whenever it did */
        double number = counts((enum ald_given_what)what) ? value[word] ? number_of(value + word + 1) : (double)NAN : 1;
        *ret = (struct ald_given){
            .person = person, .what = (enum ald_given_what)what, .at = at, .number = number};
        return !isnan(number); /* also after as-of: it says what an undated value does not tell yet */
    }
    return false;
}

void ald_given_called(struct ald_build *b, uint32_t record, const struct ald_row_named *row)
{
    if (row->role == ALD_ROLE_NOTIFIED || row->role == ALD_ROLE_REQUESTED)
        ald_given_add(b, (struct ald_given){.record = record,
                                            .person = row->name,
                                            .what = ALD_GIVEN_NOTIFIED,
                                            .at = row->at,
                                            .number = 1,
                                            .text = ald_build_text(b, row->field)});
}

static void add_undated(struct ald_build *b, uint32_t r, enum ald_given_what what, double number, const char *text)
{
    ald_given_add(b, (struct ald_given){.record = r,
                                        .person = ALD_NOBODY,
                                        .what = what,
                                        .at = ALD_TIME_NONE,
                                        .number = number,
                                        .text = ald_build_string(b, text)});
}

void ald_given_value(struct ald_build *b, uint32_t r, const char *name, const char *value, const char *field)
{
    for (int what = 0; what < ALD_GIVEN_N; what++) {
        if (!kinds[what].value || strcmp(kinds[what].value, name) != 0)
            continue;
        bool named = what == ALD_GIVEN_REGIONS || what == ALD_GIVEN_VENDOR;
        double number = named ? 1 : number_of(value);
        if (!isnan(number))
            add_undated(b, r, (enum ald_given_what)what, number, named ? value : field);
        return;
    }
}

static void take_reported(struct ald_build *b, uint32_t r, struct ald_q *q)
{
    add_undated(b, r, ALD_GIVEN_REPORT, (double)ald_q_col_int(q, 1), ald_q_col_text(q, 2));
}

enum ald_rc ald_load_reported(struct ald_build *b, struct ald_err *err)
{
    return ald_each_record(b, "analysis_reported", take_reported, err);
}

static int order(const void *a, const void *b)
{
    const struct ald_given *x = a, *y = b;
    if (x->record != y->record)
        return x->record < y->record ? -1 : 1;
    if (x->what != y->what)
        return x->what < y->what ? -1 : 1;
    if (x->at != y->at) {
        if (x->at == ALD_TIME_NONE || y->at == ALD_TIME_NONE)
            return x->at == ALD_TIME_NONE ? 1 : -1;
        return x->at < y->at ? -1 : 1;
    }
    int c = strcmp(x->text ? x->text : "", y->text ? y->text : "");
    return c ? c : (x->person > y->person) - (x->person < y->person);
}

/* A file of events is whole, but says nothing of what it never tells. */
static void hold_what_was_seen(struct ald_build *b)
{
    for (size_t i = 0; i < b->a->records_n; i++) {
        struct ald_record *record = &b->a->records[i];
        struct ald_traits traits = *record->traits;
        unsigned seen = b->seen[b->work[i].source];
        traits.timeline |= traits.timeline & ALD_HOLDS_AS_SEEN ? seen : 0;
        traits.holds |= traits.holds & ALD_HOLDS_AS_SEEN ? seen : 0;
        if (traits.timeline != record->traits->timeline || traits.holds != record->traits->holds)
            record->traits = ald_build_traits(b, &traits);
    }
}

/* What is dated after as-of has not happened yet; nor is a value without a date knowledge of as-of where the timeline goes on
 * to change it. Sorted before and after. @return how many are left. */
static size_t cut(const struct ald_build *b, struct ald_given *items, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0, end; i < n; i = end) {
        bool later = false;
        for (end = i; end < n && items[end].record == items[i].record && items[end].what == items[i].what; end++)
            later |= items[end].at > b->a->as_of; /* undated: below every time */
        for (size_t k = i; k < end; k++)
            if (items[k].at == ALD_TIME_NONE ? !later : items[k].at <= b->a->as_of)
                items[kept++] = items[k];
    }
    return kept;
}

struct ald_givens ald_givens_of(struct ald_build *b)
{
    struct ald_arena *arena = b->a->events_arena;
    size_t n = b->given_n, records = b->a->records_n;
    struct ald_given *items = ald_calloc(arena, n, sizeof *items);
    uint32_t *at = ald_calloc(arena, records + 1, sizeof *at);
    hold_what_was_seen(b);
    if (n) {
        memcpy(items, b->given, n * sizeof *items);
        qsort(items, n, sizeof *items, order);
        n = cut(b, items, n);
    }
    for (size_t i = 0; i < n; i++)
        at[items[i].record + 1]++;
    for (size_t i = 0; i < records; i++)
        at[i + 1] += at[i];
    return (struct ald_givens){.items = items, .at = at};
}

/* ---- Finding ---- */

size_t ald_given_find(const struct ald_givens *givens, uint32_t record, enum ald_given_what what,
                      const struct ald_given **ret)
{
    size_t i = givens->at[record], end = givens->at[record + 1], n = 0;
    while (i < end && givens->items[i].what < what)
        i++;
    *ret = givens->items + i;
    while (i + n < end && givens->items[i + n].what == what)
        n++;
    return n;
}
