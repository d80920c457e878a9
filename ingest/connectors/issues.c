/* Labels, texts and mapped fields of issues: see issues.h. */
#include "connectors/issues.h"

#include <string.h>
#include <strings.h>

#include "alidade/time.h"
#include "connectors/answer.h"
#include "connectors/listing.h"

#define LABEL "label:"
#define SEPARATORS ":/=-_. "
#define BLANK " \t\r\n"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool begins(const char *text, const char *words)
{
    return strncasecmp(text, words, strlen(words)) == 0;
}

static bool of_labels(const char *spec)
{
    return spec && begins(spec, LABEL);
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

/* ---- Events ---- */

/** The moment that a label stands for, or NULL. */
static const char *moment_of(const struct ald_source_cfg *cfg, const char *label)
{
    static const char *const names[] = {"acknowledged", "mitigated", "resolved"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *spec = ald_source_field(cfg, names[i]);
        if (of_labels(spec) && ald_issue_label_value(NULL, spec, label))
            return names[i];
    }
    return NULL;
}

/** An impact or a company that a label tells, in the words of timeline.h; NULL: it tells none. */
static const char *given_word(struct ald_arena *arena, const struct ald_source_cfg *cfg, const char *label)
{
    const struct ald_given_field *given;
    for (size_t i = 0; (given = ald_given_field_at(i)); i++) {
        const char *value = ald_issue_label_value(arena, ald_source_field(cfg, given->canonical), label);
        if (value)
            return ald_given_word(arena, given, value);
    }
    return NULL;
}

static struct ald_row_event *label_event(struct ald_rows *rows, struct ald_element *el, const struct ald_source_cfg *cfg, const char *id,
                                         int64_t at, const char *label, bool on)
{
    struct ald_arena *arena = rows->arena;
    const char *value, *kind = on ? moment_of(cfg, label) : NULL;
    struct ald_row_event *e;
    if (!on) {
        e = ald_rows_event(rows, el, id, at, "status_update");
    } else if (kind) {
        e = ald_rows_event(rows, el, id, at, kind);
    } else if ((value = ald_issue_label_severity(arena, cfg, label))) {
        e = ald_rows_event(rows, el, ald_sprintf(arena, ALD_ISSUE_SEVERITY "%s", id), at, "severity_changed");
        e->value = value;
        return e;
    } else if ((value = ald_issue_label_service(arena, cfg, label))) {
        e = ald_rows_event(rows, el, id, at, "service_added");
        e->service = value;
    } else if ((value = ald_issue_label_team(arena, cfg, label))) {
        e = ald_rows_event(rows, el, ald_sprintf(arena, ALD_ISSUE_TEAM "%s", id), at, "assigned");
        e->team = value;
    } else if ((value = given_word(arena, cfg, label))) {
        e = ald_rows_event(rows, el, id, at, "other");
        e->value = value;
        return e;
    } else {
        e = ald_rows_event(rows, el, id, at, "status_update");
    }
    e->value = label;
    return e;
}

void ald_issue_label_event(struct ald_rows *rows, struct ald_element *el, const struct ald_source_cfg *cfg, const struct ald_issue_who *who,
                           const char *label, bool on)
{
    struct ald_row_event *e = label_event(rows, el, cfg, who->id, who->at, label, on);
    e->external_id = who->record;
    e->field = who->field;
    e->agent = who->agent;
    e->actor = e->team ? NULL : who->agent; /* a team was put in charge, not who did it */
    e->automatic = who->automatic;
}

unsigned ald_issue_holds(const struct ald_source_cfg *cfg)
{
    const char *service = ald_source_field(cfg, "service");
    unsigned holds = of_labels(ald_source_field(cfg, "team")) ? ALD_HOLDS_TEAMS : 0;
    const struct ald_given_field *given;
    for (size_t i = 0; (given = ald_given_field_at(i)); i++)
        holds |= of_labels(ald_source_field(cfg, given->canonical)) ? given->facet : 0;
    return holds | (!service || of_labels(service) ? ALD_HOLDS_SERVICES : 0);
}

void ald_issue_retell(struct ald_told *events, size_t n)
{
    struct ald_told *joined = NULL;
    size_t ever = 0, now = 0, teams = 0, severities = 0;
    for (size_t i = 0; i < n; i++) {
        struct ald_told *e = &events[i];
        if (begins(e->event_id, ALD_ISSUE_ASSIGNED)) {
            e->kind = now ? "responder_added" : ever ? "reassigned" : "assigned";
            joined = now ? e : NULL;
            ever++;
            now++;
        } else if (begins(e->event_id, ALD_ISSUE_TAKEN)) {
            e->kind = ever == 1 ? "acknowledged" : "other";
        } else if (begins(e->event_id, ALD_ISSUE_UNASSIGNED)) {
            now -= now > 0;
            if (now && joined) /* who came before has left */
                joined->kind = "reassigned";
            joined = NULL;
        } else if (begins(e->event_id, ALD_ISSUE_TEAM)) {
            e->kind = teams++ ? "reassigned" : "assigned";
        } else if (begins(e->event_id, ALD_ISSUE_SEVERITY)) {
            e->kind = severities++ ? "severity_changed" : "status_update"; /* the first one is given, not changed */
        }
    }
}

void ald_issue_assigned(struct ald_rows *rows, struct ald_element *el, const struct ald_issue_who *who, bool on)
{
    const char *id = ald_sprintf(rows->arena, on ? ALD_ISSUE_ASSIGNED "%s" : ALD_ISSUE_UNASSIGNED "%s", who->id);
    struct ald_row_event *e = ald_rows_event(rows, el, id, who->at, on ? "assigned" : "status_update");
    e->external_id = who->record;
    e->field = who->field;
    e->agent = who->agent;
    e->actor = on ? who->person : who->agent;
    e->automatic = on ? -1 : who->automatic; /* who was assigned is a person, whoever did it */
    if (!on || who->automatic == 1 || !who->person)
        return;
    e = ald_rows_event(rows, el, ald_sprintf(rows->arena, ALD_ISSUE_TAKEN "%s", who->id), who->at, "acknowledged");
    e->external_id = who->record;
    e->field = who->field;
    e->agent = e->actor = who->agent;
    e->automatic = who->automatic;
}

/* ---- Mentions ---- */

static bool is_path(char c)
{
    return is_letter(c) || is_digit(c) || (c && strchr("._-/", c));
}

/** "acme/ops#12" around the '#' at hash, or "#12" in place; NULL: it is none. */
static const char *reference(struct ald_arena *arena, const char *text, const char *hash, const char *place)
{
    size_t digits = strspn(hash + 1, "0123456789");
    const char *from = hash;
    if (digits == 0 || digits > 10 || is_letter(hash[1 + digits]))
        return NULL;
    while (from > text && is_path(from[-1]))
        from--;
    if (from == hash)
        return *place && (from == text || !strchr("&#", from[-1])) ? ald_sprintf(arena, "%s#%.*s", place, (int)digits, hash + 1) : NULL;
    bool repository = *from != '/' && memchr(from, '/', (size_t)(hash - from)) && hash[-1] != '/' && (from == text || from[-1] != ':');
    return repository ? ald_strndup(arena, from, (size_t)(hash - from) + 1 + digits) : NULL;
}

/** Whether "duplicate of" stands before the reference that begins at or before hash. */
static bool names_duplicate(const char *text, const char *hash)
{
    static const char words[] = "duplicate of ";
    while (hash > text && is_path(hash[-1]))
        hash--;
    size_t n = sizeof words - 1;
    return (size_t)(hash - text) >= n && strncasecmp(hash - n, words, n) == 0;
}

void ald_issue_mentions(struct ald_rows *rows, struct ald_element *el, const char *record, const char *place, const char *text,
                        const char *field, struct ald_row_record *rec)
{
    const char *url, *at = text;
    while ((url = ald_answer_next_url(rows->arena, &at))) {
        if (rec)
            ald_rows_ref(rows, rec, "mention", url, field);
        else
            ald_rows_link(rows, el, record, "mention", url, field);
    }
    for (const char *hash = text; hash && (hash = strchr(hash, '#')); hash++) {
        const char *key = reference(rows->arena, text, hash, place ? place : ""), *kind = names_duplicate(text, hash) ? "duplicate_of" : "mention";
        if (!key || strcmp(key, record) == 0)
            continue;
        if (rec)
            ald_rows_ref(rows, rec, "mention", key, field);
        else
            ald_rows_link(rows, el, record, kind, key, field);
    }
}
