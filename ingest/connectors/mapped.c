/* Fields of the user's choice: what `fields:` maps goes to the same places whatever the source. Knows no API. */
#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/listing.h"

void ald_texts_add(struct ald_arena *arena, struct ald_texts *texts, const char *text)
{
    if (!text || !*text)
        return;
    texts->at = ald_grow(arena, texts->at, texts->n, &texts->cap, sizeof *texts->at);
    texts->at[texts->n++] = text;
}

static size_t name_length(const char *s)
{
    size_t n = strlen(s);
    while (n && s[n - 1] == ' ')
        n--;
    if (n > 3 && strncasecmp(s + n - 3, " at", 3) == 0)
        n -= 3;
    while (n && s[n - 1] == ' ')
        n--;
    return n;
}

bool ald_name_like(const char *a, const char *b)
{
    if (!a || !b)
        return false;
    a += strspn(a, " ");
    b += strspn(b, " ");
    size_t n = name_length(a);
    return n > 0 && n == name_length(b) && strncasecmp(a, b, n) == 0;
}

const char *ald_mapped_class(const char *label)
{
    static const struct {
        const char *word, *class_;
    } words[] = {{"maintenance", "planned"}, {"planned", "planned"},   {"change", "planned"},
                 {"exercise", "exercise"},   {"game day", "exercise"}, {"gameday", "exercise"},
                 {"drill", "exercise"},      {"near miss", "near_miss"}, {"near_miss", "near_miss"},
                 {"near-miss", "near_miss"}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasestr(label, words[i].word))
            return words[i].class_;
    return NULL;
}

static void add_moment(struct ald_rows *rows, struct ald_row_record *rec, const char *moment, const char *text, const char *field)
{
    int64_t at;
    if (ald_time_parse(text, strlen(text), &at))
        ald_rows_moment(rows, rec, moment, at, field, 1);
    else
        ald_rows_finding(rows, "mapped_no_time", field,
                         ald_sprintf(rows->arena, "fields: %s is mapped to a field that holds no time, such as in %s", moment,
                                     rec->external_id),
                         1, "warning");
}

/** One text of the field that `canonical` is mapped to. */
static void add_text(struct ald_rows *rows, struct ald_row_record *rec, const char *canonical, const char *text, const char *field)
{
    static const char *const refs[] = {"url", "key", "id", "incident_key", "channel"};
    if (strcmp(canonical, "severity") == 0)
        ald_rows_value(rows, rec, "severity", text, field);
    else if (strcmp(canonical, "service") == 0)
        (void)ald_rows_service(rows, rec, text, field);
    else if (strcmp(canonical, "team") == 0)
        ald_rows_team(rows, rec, text, "assigned", ALD_TIME_NONE, field);
    else if (strcmp(canonical, "class") == 0 && !rec->class_)
        rec->class_ = ald_mapped_class(text);
    for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++)
        if (strcmp(canonical, refs[i]) == 0)
            ald_rows_ref(rows, rec, strncasecmp(text, "http", 4) == 0 && i != 4 ? "url" : refs[i], text, field);
}

enum ald_rc ald_mapped_read(const struct ald_source_cfg *cfg, struct ald_rows *rows, struct ald_row_record *rec,
                            const void *from, ald_mapped_texts_fn *texts_of, struct ald_err *err)
{
    static const char *const moments[] = {"impact_started", "detected", "opened", "acknowledged", "mitigated", "resolved", "closed"};
    static const char *const others[] = {"severity", "service", "team", "class", "url", "key", "id", "incident_key", "channel"};
    const struct ald_given_field *given;
    const char *const *texts = NULL, *field;
    size_t n = 0;
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        if (!(field = ald_source_field(cfg, moments[i])))
            continue;
        ALD_TRY(texts_of(rows->arena, from, field, &texts, &n, err));
        if (n)
            add_moment(rows, rec, moments[i], texts[0], field);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (!(field = ald_source_field(cfg, others[i])))
            continue;
        ALD_TRY(texts_of(rows->arena, from, field, &texts, &n, err));
        for (size_t k = 0; k < n; k++)
            add_text(rows, rec, others[i], texts[k], field);
    }
    for (size_t i = 0; (given = ald_given_field_at(i)); i++) {
        if (!(field = ald_source_field(cfg, given->canonical)))
            continue;
        ALD_TRY(texts_of(rows->arena, from, field, &texts, &n, err));
        for (size_t k = 0; k < n; k++)
            ald_rows_given(rows, rec, given->name, texts[k], field);
    }
    return ALD_OK;
}
