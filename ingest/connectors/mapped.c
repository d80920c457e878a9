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

/** One entity at s: its character and *ret_n bytes, or 0. */
static char entity(const char *s, size_t *ret_n)
{
    static const struct {
        const char *name;
        char c;
    } known[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}, {"&nbsp;", ' '}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        *ret_n = strlen(known[i].name);
        if (strncmp(s, known[i].name, *ret_n) == 0)
            return known[i].c;
    }
    return 0;
}

/** Whether the tag at s ends a line: all but those that stand within one. */
static bool ends_line(const char *s)
{
    static const char *const within[] = {"a", "b", "i", "u", "em", "strong", "span", "code", "mark", "sub", "sup"};
    s += 1 + (s[1] == '/');
    size_t n = strcspn(s, " \t\r\n/>");
    for (size_t i = 0; i < sizeof within / sizeof within[0]; i++)
        if (strlen(within[i]) == n && strncasecmp(s, within[i], n) == 0)
            return false;
    return true;
}

const char *ald_listing_plain(struct ald_arena *arena, const char *html)
{
    if (!html || !strpbrk(html, "<&"))
        return html;
    char *plain = ald_alloc(arena, strlen(html) + 1), *to = plain;
    for (const char *s = html; *s;) {
        size_t n = 0;
        bool tag = *s == '<' && (s[1] == '/' || s[1] == '!' || (s[1] >= 'a' && s[1] <= 'z') || (s[1] >= 'A' && s[1] <= 'Z'));
        char c = *s == '&' ? entity(s, &n) : 0;
        if (tag) {
            if (ends_line(s) && to > plain && to[-1] != '\n')
                *to++ = '\n';
            s += strcspn(s, ">");
            s += *s == '>';
        } else {
            *to++ = c ? c : *s;
            s += c ? n : 1;
        }
    }
    *to = '\0';
    return plain;
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
