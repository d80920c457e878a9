/* Task lists in the texts of issues: boxes below a heading of what is left to do are actions. Other boxes (of a form, of a checklist for
 * the incident itself) are none. Must not know requests or paging. */
#include <string.h>
#include <strings.h>

#include "connectors/answer.h"
#include "connectors/issues.h"
#include "connectors/issues_priv.h"
#include "connectors/listing.h"

#define BLANK " \t\r"

/** A line's words between blanks. */
static const char *trimmed(struct ald_arena *arena, const char *s, size_t n)
{
    while (n && strchr(BLANK, *s)) {
        s++;
        n--;
    }
    while (n && strchr(BLANK, s[n - 1]))
        n--;
    return ald_strndup(arena, s, n);
}

/** What follows "- [ ]", "* [x]" or "1. [x]"; NULL: the line is no box. *ret_done: it is ticked. */
static const char *box(const char *line, bool *ret_done)
{
    size_t digits = strspn(line, "0123456789");
    if (digits && (line[digits] == '.' || line[digits] == ')'))
        line += digits + 1;
    else if (*line && strchr("-*+", *line))
        line++;
    else
        return NULL;
    if (*line != ' ')
        return NULL;
    line += strspn(line, BLANK);
    if (line[0] != '[' || !line[1] || !strchr(" xX", line[1]) || line[2] != ']' || line[3] != ' ')
        return NULL;
    *ret_done = line[1] != ' ';
    line += 3 + strspn(line + 3, BLANK);
    return *line ? line : NULL;
}

static bool equal(const char *s, size_t n, const char *word)
{
    return strlen(word) == n && strncasecmp(s, word, n) == 0;
}

/** A heading ("## Action items:") of what is left to do: of the usual ones, or that of the configuration. */
static bool of_actions(const struct ald_source_cfg *cfg, const char *heading)
{
    static const char *const usual[] = {"Action items", "Actions", "Follow-ups", "Follow-up", "Follow ups", "Followups", "Corrective actions",
                                        "Follow-up actions", "Remediation items", "Next steps"};
    const char *own = ald_source_opt(cfg, "action_heading");
    size_t n = strlen(heading);
    while (n && strchr(BLANK ":#*", heading[n - 1]))
        n--;
    if (own && *own)
        return equal(heading, n, own);
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        if (equal(heading, n, usual[i]))
            return true;
    return false;
}

/** A box that is a reference alone ("#12", an address): the issue that it names tells more. */
static bool reference_alone(const char *text)
{
    return !strpbrk(text, BLANK) && (strchr(text, '#') || begins(text, "http://") || begins(text, "https://"));
}

void ald_issue_tasks(const struct ald_issue *issue, struct ald_element *el)
{
    struct ald_arena *arena = issue->rows->arena;
    const struct ald_row_record *rec = issue->rec;
    bool inside = false, fenced = false, done = false;
    size_t level = 0;
    for (const char *at = issue->text; at && *at;) {
        size_t n = strcspn(at, "\n");
        const char *line = trimmed(arena, at, n), *text;
        at += n + (at[n] == '\n');
        if (strncmp(line, "```", 3) == 0 || strncmp(line, "~~~", 3) == 0)
            fenced = !fenced;
        if (fenced)
            continue;
        size_t marks = strspn(line, "#");
        if (marks && marks <= 6 && line[marks] == ' ') {
            bool named = of_actions(issue->cfg, line + marks + strspn(line + marks, BLANK "*"));
            inside = named || (inside && marks > level); /* a heading within the section */
            level = named ? marks : level;
        } else if (inside && (text = box(line, &done)) && !reference_alone(text)) {
            struct ald_row_action *a = ald_rows_action(issue->rows, el, ald_listing_ref(arena, issue->cfg, rec->external_id));
            const char *urls = text;
            a->title = text;
            a->url = ald_answer_next_url(arena, &urls);
            a->status = done ? "done" : "open";
            a->opened_at = rec->entered_at;
            a->closed_at = done ? rec->updated_at : ALD_TIME_NONE; /* not earlier than the issue's last change tells */
        }
    }
}
