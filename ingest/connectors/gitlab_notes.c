/* What notes of GitLab's issues mean: people's, and the system's, which are English whatever the reader's language and tell who was
 * assigned, how an incident's paging went and how severe it was found. What is not known is kept as a change. */
#include <string.h>

#include "connectors/gitlab_priv.h"
#include "connectors/issues.h"

static bool begins(const char *text, const char *words)
{
    return strncmp(text, words, strlen(words)) == 0;
}

/** The words between the first "**" and the next; NULL: there are none. */
static const char *emphasised(struct ald_arena *arena, const char *text)
{
    const char *from = strstr(text, "**"), *to = from ? strstr(from + 2, "**") : NULL;
    return to ? ald_strndup(arena, from + 2, (size_t)(to - from - 2)) : NULL;
}

/** "High - S2" is HIGH, as the issue itself has it. */
static const char *severity_word(struct ald_arena *arena, const char *text)
{
    char *word = text ? ald_strndup(arena, text, strcspn(text, " ")) : NULL;
    for (char *c = word; c && *c; c++)
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    return word;
}

/** A pseudonym stands behind '@'; where people are not replaced, nobody can be told by a login alone. */
static const char *person_at(struct ald_arena *arena, const char *s)
{
    size_t n = strspn(s, "0123456789abcdef");
    return n == 16 && !strchr("ghijklmnopqrstuvwxyz_-", s[n] ? s[n] : ' ') ? ald_strndup(arena, s, n) : NULL;
}

/** "assigned to @a, @b and unassigned @c". */
static void assignments(struct ald_rows *rows, struct ald_element *el, const struct ald_issue_who *who, const char *text)
{
    size_t k = 0;
    for (const char *at = text; (at = strchr(at, '@')); at++, k++) {
        bool on = true;
        for (const char *s = text; s < at; s++)
            if (begins(s, "assigned to "))
                on = true;
            else if (begins(s, "unassigned "))
                on = false;
        struct ald_issue_who told = *who;
        told.id = ald_sprintf(rows->arena, "%s.%zu", who->id, k);
        told.person = person_at(rows->arena, at + 1);
        if (told.person)
            ald_issue_assigned(rows, el, &told, on);
    }
}

/** How paging went. Resolved by closing is told by the change of state; resolved before that, the rest is work on the ticket. */
static const char *status_kind(const char *text, const char *status)
{
    if (status && strcmp(status, "Acknowledged") == 0)
        return "acknowledged";
    return status && strcmp(status, "Resolved") == 0 && !strstr(text, "by closing") ? "mitigated" : "status_update";
}

static void system_note(struct ald_rows *rows, struct ald_element *el, struct ald_issue_who *who, const char *text)
{
    static const char *const told_elsewhere[] = {"closed", "reopened", "added ~", "removed ~", "mentioned in ", "changed milestone", "removed milestone"};
    struct ald_arena *arena = rows->arena;
    if (begins(text, "assigned to ") || begins(text, "unassigned ")) {
        assignments(rows, el, who, text);
        return;
    }
    if (begins(text, "changed the incident status to ")) {
        const char *status = emphasised(arena, text);
        ald_issue_event(rows, el, who, status_kind(text, status))->value = status;
        return;
    }
    if (begins(text, "changed the severity to ") || begins(text, "changed the incident severity to ")) {
        who->id = ald_sprintf(arena, ALD_ISSUE_SEVERITY "%s", who->id);
        ald_issue_event(rows, el, who, "severity_changed")->value = severity_word(arena, emphasised(arena, text));
        return;
    }
    const char *kind = strstr(text, "as a duplicate of ") ? "merged" : "status_update";
    for (size_t i = 0; i < sizeof told_elsewhere / sizeof told_elsewhere[0]; i++)
        if (begins(text, told_elsewhere[i]))
            kind = "other";
    (void)ald_issue_event(rows, el, who, kind);
}

enum ald_rc ald_gitlab_note(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows, struct ald_element *el,
                            const struct ald_jv *v, struct ald_err *err)
{
    struct ald_issue_who who = {.record = ald_listing_subject(res->req), .field = "notes"};
    const char *id = NULL, *text = NULL;
    bool has = false, by_system = false;
    ALD_TRY(ald_json_id(rows->arena, v, "id", &id, err));
    ALD_TRY(ald_json_time(v, "created_at", &who.at, err));
    ALD_TRY(ald_json_str_opt(v, "body", &text, err));
    ALD_TRY(ald_json_bool_opt(v, "system", &has, &by_system, err));
    ald_issue_person(v, "author", &who.agent, &who.automatic);
    who.id = ald_sprintf(rows->arena, "note %s", id);
    text = text ? text : "";
    /* "#12" alone is of the issue's own project. */
    const char *place = ald_sprintf(rows->arena, "%s:%s", cfg->name, ald_gitlab_at(rows->arena, who.record).project);
    ald_issue_mentions(rows, el, who.record, place, text, "notes:body", NULL);
    if (by_system)
        system_note(rows, el, &who, text);
    else
        ald_issue_event(rows, el, &who, "note")->text = text;
    return ALD_OK;
}
