/* What people see of story candidates: reads the tree alone. */
#include "learning_node.h"
#include "view.h"
#include "words.h"

#define N(a) (sizeof(a) / sizeof(a)[0])

static const char *many(struct ald_arena *a, const struct ald_node *node, const char *one, const char *more)
{
    return ald_sprintf(a, "%s %s", ald_words_count(a, node->integer), node->integer == 1 ? one : more);
}

/* ", 3 told before": nothing where there is none. */
static const char *also(struct ald_arena *a, const struct ald_node *node, const char *what)
{
    return node->integer ? ald_sprintf(a, ", %s %s", ald_words_count(a, node->integer), what) : "";
}

/* How the list came about, with what was left out and why. */
static void how(struct ald_report *report, struct ald_section *s)
{
    struct ald_arena *a = report->arena;
    const struct ald_node *stories = ald_node_at(report->root, "stories"), *eligible = ald_node_at(stories, "eligible");
    if (eligible->integer)
        ald_view_text(report, s,
                      ald_sprintf(a, "Chosen from %s at least %lld quarters old and not told yet, %s of them with a reason to be told. Impact, and how "
                                     "long an incident or its text is, are never a reason. The choice avoids telling the same kind of story twice.",
                                  many(a, eligible, "incident", "incidents"), (long long)ald_node_at(stories, "minimum_age_quarters")->integer,
                                  ald_words_count(a, ald_node_at(stories, "with_reason")->integer)));
    const char *others = ald_sprintf(a, "%s%s%s%s", also(a, ald_node_at(stories, "not_eligible.too_young"), "too young"),
                                     also(a, ald_node_at(stories, "not_eligible.unresolved"), "without a known end"),
                                     also(a, ald_node_at(stories, "not_eligible.told"), "told before"),
                                     also(a, ald_node_at(stories, "not_eligible.excluded"), "set aside by people"));
    if (*others)
        ald_view_remark(report, s, ald_sprintf(a, "Incidents that could not be on the list: %s.", others + 2));
}

void ald_stories_view(struct ald_report *report)
{
    struct ald_section *s = ald_view_section(report, "stories", "Story candidates");
    s->landscape = true;
    ald_view_text(report, s, "Older incidents that could be told at a session where engineers tell each other what happened. Nobody is asked to defend "
                             "anything: the questions are for those who were there.");
    const struct ald_column columns[] = {
        {"Incident", "key", ALD_SHOW_TEXT, 14, "url", NULL},
        {"Title", "title", ALD_SHOW_TEXT, 46, NULL, NULL},
        {"Place", "slot", ALD_SHOW_WORD, 13, NULL, "slot"},
        {"Began", "started_at", ALD_SHOW_TIME, 17, NULL, NULL},
        {"Time to resolve", "resolve_s", ALD_SHOW_SECONDS, 13, NULL, "resolve"},
        {"Why", "why", ALD_SHOW_LIST, 54, NULL, "story"},
        {"In people's own words", "quotes", ALD_SHOW_LIST, 70, NULL, NULL},
        {"Questions for the teller", "prompts", ALD_SHOW_LIST, 70, NULL, NULL},
        {"Teams that could tell it", "teams", ALD_SHOW_LIST, 28, NULL, "tellability"},
        {"Write-up", "write_up", ALD_SHOW_BOOL, 9, NULL, "tellability"},
        {"Reviewed", "review_held", ALD_SHOW_BOOL, 9, NULL, "tellability"},
        {"Score, before likeness to those above", "score", ALD_SHOW_POSITION, 8, NULL, "slot"},
    };
    struct ald_table *table =
        ald_view_table(report, s, NULL, "stories.candidates", "No incident is old enough and has a reason to be told.", columns, N(columns), false);
    table->cards = table->labelled = true;
    how(report, s);
}
