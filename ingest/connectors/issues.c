/* Labels, texts and mapped fields of issues: see issues.h. */
#include "connectors/issues.h"

#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/issues_priv.h"
#include "connectors/listing.h"

#define SEPARATORS ":/=-_. "
#define BLANK " \t\r\n"

/* ---- What stands in an issue whatever the host ---- */

enum ald_rc ald_issue_labels(struct ald_arena *arena, const struct ald_jv *v, const char *const **ret, struct ald_err *err)
{
    struct ald_jv list, it;
    bool any = false;
    size_t n = 0;
    ALD_TRY(ald_answer_each(v, "labels", &list, &any, err));
    const char **names = ald_calloc(arena, (any ? ald_json_len(&list) : 0) + 1, sizeof *names);
    for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        if (ald_json_kind(&it) == ALD_JSON_STRING)
            ALD_TRY(ald_json_as_str(&it, &names[n], err));
        else
            ALD_TRY(ald_json_str_opt(&it, "name", &names[n], err));
        n += names[n] != NULL;
    }
    *ret = names;
    return ALD_OK;
}

void ald_issue_person(const struct ald_jv *v, const char *member, const char **ret, int *ret_automatic)
{
    struct ald_jv who;
    const char *text = NULL;
    *ret = NULL;
    *ret_automatic = -1;
    if (!ald_json_opt(v, member, &who) || ald_json_kind(&who) != ALD_JSON_STRING || ald_json_as_str(&who, &text, NULL) != ALD_OK)
        return;
    *ret = *text ? text : NULL;
    *ret_automatic = !*text;
}

enum ald_rc ald_issue_people(struct ald_rows *rows, struct ald_row_record *rec, const struct ald_jv *v, const char *author, struct ald_err *err)
{
    struct ald_jv list, it;
    const char *person = NULL;
    bool any = false;
    int automatic;
    ald_issue_person(v, author, &person, &automatic);
    ald_rows_person(rows, rec, person, "reporter", ALD_TIME_NONE, author);
    ALD_TRY(ald_answer_each(v, "assignees", &list, &any, err));
    for (bool ok = any && ald_json_first(&list, &it); ok; ok = ald_json_next(&it))
        if (ald_json_kind(&it) == ALD_JSON_STRING && ald_json_as_str(&it, &person, NULL) == ALD_OK)
            ald_rows_person(rows, rec, person, "assigned", ALD_TIME_NONE, "assignees");
    return ALD_OK;
}

/* ---- Labels ---- */

static const char *label_value(const char *prefix, const char *label)
{
    size_t n = strlen(prefix);
    if (n == 0 || strncasecmp(label, prefix, n) != 0)
        return NULL;
    const char *rest = label + n;
    if (strchr(SEPARATORS, prefix[n - 1]) || (*rest && strchr(SEPARATORS, *rest))) {
        rest += strspn(rest, SEPARATORS);
        return *rest ? rest : NULL;
    }
    return !*rest || is_digit(*rest) ? label : NULL;
}

const char *ald_issue_label_value(struct ald_arena *arena, const char *spec, const char *label)
{
    (void)arena;
    if (!of_labels(spec) || !label)
        return NULL;
    spec += sizeof LABEL - 1;
    return label_value(spec + strspn(spec, BLANK), label);
}

/** By the configuration's field, else by the usual prefixes. */
static const char *usual(const struct ald_source_cfg *cfg, const char *canonical, const char *const *prefixes, const char *label)
{
    const char *spec = ald_source_field(cfg, canonical), *value = NULL;
    if (spec)
        return ald_issue_label_value(NULL, spec, label);
    for (; *prefixes && !value; prefixes++)
        value = label_value(*prefixes, label);
    return value != label || !value || is_digit(value[strlen(value) - 1]) ? value : NULL; /* "priority" alone says nothing */
}

const char *ald_issue_label_severity(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *label)
{
    static const char *const prefixes[] = {"severity", "sev", "priority", "prio", NULL};
    (void)arena;
    const char *value = usual(cfg, "severity", prefixes, label);
    bool short_form = (*label | 0x20) == 'p' || (*label | 0x20) == 's';
    if (!value && !ald_source_field(cfg, "severity") && short_form && is_digit(label[1]) && !label[2])
        value = label; /* P1, S2 */
    return value;
}

const char *ald_issue_label_service(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *label)
{
    static const char *const prefixes[] = {"service", "svc", "component", NULL};
    (void)arena;
    return usual(cfg, "service", prefixes, label);
}

const char *ald_issue_label_team(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *label)
{
    static const char *const prefixes[] = {"team", "squad", NULL};
    (void)arena;
    return usual(cfg, "team", prefixes, label);
}

const char *ald_issue_severity_rank(struct ald_arena *arena, const char *severity)
{
    static const char *const words[] = {"critical", "high", "medium", "low"};
    static const char *const ranks[] = {"1", "2", "3", "4"};
    for (size_t i = 0; severity && i < sizeof words / sizeof words[0]; i++)
        if (begins(severity, words[i]) && !is_letter(severity[strlen(words[i])]))
            return ranks[i];
    const char *s = severity ? severity : "";
    while (*s && (is_letter(*s) || strchr(SEPARATORS, *s)))
        s++;
    return *s >= '1' && *s <= '9' && !s[1] ? ald_strdup(arena, s) : NULL;
}

bool ald_issue_has_labels(const char *const *labels, const char *names)
{
    while (names && *(names += strspn(names, "," BLANK))) {
        size_t n = strcspn(names, ","), len = n;
        while (len && strchr(BLANK, names[len - 1]))
            len--;
        bool found = false;
        for (const char *const *label = labels; *label && !found; label++)
            found = strlen(*label) == len && strncasecmp(*label, names, len) == 0;
        if (!found)
            return false;
        names += n;
    }
    return true;
}

/* ---- Sections of a text ---- */

/** The heading that a line is ("## Impact", "### Impact:"), without its marks; 0: it is none. */
static size_t heading(const char *line, size_t n, const char **ret)
{
    size_t at = 0;
    while (at < n && line[at] == '#')
        at++;
    if (at == 0 || at > 6 || at == n || line[at] != ' ')
        return 0;
    while (at < n && strchr(BLANK "*", line[at]))
        at++;
    while (n > at && strchr(BLANK ":#*", line[n - 1]))
        n--;
    *ret = line + at;
    return n - at;
}

/** What a line of a section says: without bullets; a box that is not ticked says nothing. */
static size_t said(const char *line, size_t n, const char **ret)
{
    size_t at = 0;
    while (at < n && strchr(BLANK, line[at]))
        at++;
    if (n - at >= 2 && strchr("-*", line[at]) && line[at + 1] == ' ')
        at += 2;
    if (n - at >= 3 && line[at] == '[' && line[at + 2] == ']') {
        if (line[at + 1] == ' ')
            return 0;
        at += 3;
    }
    while (at < n && strchr(BLANK, line[at]))
        at++;
    while (n > at && strchr(BLANK, line[n - 1]))
        n--;
    *ret = line + at;
    return n - at == 13 && strncasecmp(line + at, "_No response_", 13) == 0 ? 0 : n - at;
}

const char *ald_issue_section(struct ald_arena *arena, const char *text, const char *name)
{
    const char *found = NULL, *part;
    bool inside = false, hidden = false;
    for (const char *line = text; line && *line;) {
        size_t n = strcspn(line, "\n"), len = heading(line, n, &part);
        if (len) {
            if (inside)
                break;
            inside = len == strlen(name) && strncasecmp(part, name, len) == 0;
        } else if (inside && (len = said(line, n, &part))) {
            hidden = hidden || (len >= 4 && strncmp(part, "<!--", 4) == 0);
            const char *words = ald_strndup(arena, part, len);
            if (!hidden)
                found = found ? ald_sprintf(arena, "%s, %s", found, words) : words;
            hidden = hidden && !strstr(words, "-->");
        }
        line += n + (line[n] == '\n');
    }
    return found;
}

/* ---- Fields that the user maps ---- */

/** What a member of the issue says: itself, or the name of the object that it is. */
static enum ald_rc add_member(struct ald_arena *arena, const struct ald_jv *v, struct ald_texts *list, struct ald_err *err)
{
    static const char *const names[] = {"name", "title", "full_name"};
    const char *s = NULL;
    switch (ald_json_kind(v)) {
    case ALD_JSON_STRING:
        ALD_TRY(ald_json_as_str(v, &s, err));
        break;
    case ALD_JSON_NUMBER: {
        ALD_CLEANUP(ald_buf_done) struct ald_buf text;
        ald_buf_init(&text, 64);
        ALD_TRY(ald_json_text(v, &text, err));
        s = ald_strndup(arena, text.data, text.len);
        break;
    }
    case ALD_JSON_OBJECT:
        for (size_t i = 0; i < sizeof names / sizeof names[0] && !s; i++)
            ALD_TRY(ald_json_str_opt(v, names[i], &s, err));
        break;
    case ALD_JSON_NULL:
    case ALD_JSON_BOOL:
    case ALD_JSON_ARRAY:
        break;
    }
    ald_texts_add(arena, list, s);
    return ALD_OK;
}

/** What the issue says under a field of the configuration. */
static enum ald_rc mapped(const struct ald_issue *issue, const char *spec, struct ald_texts *ret, struct ald_err *err)
{
    struct ald_arena *arena = issue->rows->arena;
    struct ald_jv v, it;
    *ret = (struct ald_texts){0};
    for (const char *const *label = issue->labels; of_labels(spec) && *label; label++)
        ald_texts_add(arena, ret, ald_issue_label_value(arena, spec, *label));
    if (!spec || of_labels(spec))
        return ALD_OK;
    if (!ald_json_opt(issue->v, spec, &v)) {
        ald_texts_add(arena, ret, ald_issue_section(arena, issue->text, spec));
        return ALD_OK;
    }
    if (ald_json_kind(&v) != ALD_JSON_ARRAY)
        return add_member(arena, &v, ret, err);
    for (bool ok = ald_json_first(&v, &it); ok; ok = ald_json_next(&it))
        ALD_TRY(add_member(arena, &it, ret, err));
    return ALD_OK;
}

static enum ald_rc moments(const struct ald_issue *issue, struct ald_err *err)
{
    static const char *const names[] = {"impact_started", "detected", "opened", "acknowledged", "mitigated", "resolved", "closed"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *spec = ald_source_field(issue->cfg, names[i]);
        struct ald_texts list;
        int64_t at;
        if (of_labels(spec)) /* the event of the label tells when */
            continue;
        ALD_TRY(mapped(issue, spec, &list, err));
        if (list.n && ald_time_parse(list.at[0], strlen(list.at[0]), &at))
            ald_rows_moment(issue->rows, issue->rec, names[i], at, spec, 1);
    }
    return ALD_OK;
}

static enum ald_rc severity(const struct ald_issue *issue, struct ald_err *err)
{
    struct ald_arena *arena = issue->rows->arena;
    const char *spec = ald_source_field(issue->cfg, "severity"), *value = NULL;
    struct ald_texts list;
    ALD_TRY(mapped(issue, spec, &list, err));
    value = list.n ? list.at[0] : NULL;
    for (const char *const *label = issue->labels; !spec && !value && *label; label++)
        value = ald_issue_label_severity(arena, issue->cfg, *label);
    ald_rows_value(issue->rows, issue->rec, "severity", value, spec ? spec : "labels");
    ald_rows_value(issue->rows, issue->rec, "severity_rank", ald_issue_severity_rank(arena, value), spec ? spec : "labels");
    return ALD_OK;
}

/** Each name of a list "a, b". */
static const char *name_of(struct ald_arena *arena, const char **list)
{
    *list += strspn(*list, ",;" BLANK);
    size_t n = strcspn(*list, ",;"), len = n;
    while (len && strchr(BLANK, (*list)[len - 1]))
        len--;
    const char *name = len ? ald_strndup(arena, *list, len) : NULL;
    *list += n;
    return name;
}

static enum ald_rc services_and_teams(const struct ald_issue *issue, struct ald_err *err)
{
    static const char *const canonical[] = {"service", "team"};
    struct ald_arena *arena = issue->rows->arena;
    for (size_t i = 0; i < 2; i++) {
        const char *spec = ald_source_field(issue->cfg, canonical[i]), *name;
        struct ald_texts list;
        ALD_TRY(mapped(issue, spec, &list, err));
        for (const char *const *label = issue->labels; !spec && *label; label++)
            ald_texts_add(arena, &list, i ? ald_issue_label_team(arena, issue->cfg, *label) : ald_issue_label_service(arena, issue->cfg, *label));
        for (size_t k = 0; k < list.n; k++)
            for (const char *s = list.at[k]; (name = name_of(arena, &s));) {
                if (i)
                    ald_rows_team(issue->rows, issue->rec, name, "assigned", ALD_TIME_NONE, spec ? spec : "labels");
                else
                    (void)ald_rows_service(issue->rows, issue->rec, name, spec ? spec : "labels");
            }
    }
    return ALD_OK;
}

static enum ald_rc others(const struct ald_issue *issue, struct ald_err *err)
{
    static const char *const refs[] = {"url", "key", "id", "incident_key"};
    const struct ald_given_field *given;
    const char *spec;
    struct ald_texts list;
    for (size_t i = 0; (given = ald_given_field_at(i)); i++) {
        ALD_TRY(mapped(issue, spec = ald_source_field(issue->cfg, given->canonical), &list, err));
        for (size_t k = 0; k < list.n; k++)
            ald_rows_given(issue->rows, issue->rec, given->name, list.at[k], spec);
    }
    for (size_t i = 0; i < sizeof refs / sizeof refs[0]; i++) {
        ALD_TRY(mapped(issue, spec = ald_source_field(issue->cfg, refs[i]), &list, err));
        for (size_t k = 0; k < list.n; k++)
            ald_rows_ref(issue->rows, issue->rec, begins(list.at[k], "http") ? "url" : refs[i], list.at[k], spec);
    }
    ALD_TRY(mapped(issue, ald_source_field(issue->cfg, "class"), &list, err));
    for (size_t k = 0; k < list.n && !issue->rec->class_; k++)
        issue->rec->class_ = ald_mapped_class(list.at[k]);
    return ALD_OK;
}

enum ald_rc ald_issue_fields(const struct ald_issue *issue, bool own_severity, struct ald_err *err)
{
    ALD_TRY(moments(issue, err));
    if (!own_severity || ald_source_field(issue->cfg, "severity"))
        ALD_TRY(severity(issue, err));
    ALD_TRY(services_and_teams(issue, err));
    ALD_TRY(others(issue, err));
    for (const char *const *label = issue->labels; *label; label++)
        ald_rows_value(issue->rows, issue->rec, "label", *label, "labels");
    ald_issue_mentions(issue->rows, NULL, issue->rec->external_id, issue->place, issue->text, issue->text_field, issue->rec);
    return ALD_OK;
}
