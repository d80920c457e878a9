/* Questions for the teller that follow from why an incident was chosen. They ask what it was like, never who was at fault. */
#include <string.h>

#include "alidade/stories.h"

enum { LEAST = 3, MOST = 5 };

static const struct {
    const char *reason, *ask, *prompts[2];
} rows[] = {
    {"complex_short", "Ask what went right.",
     {"What did people know, notice or try that kept this from taking much longer?",
      "Which of these would have been missing a year before, or with other people on call?"}},
    {"simple_long", "Ask what made it hard.",
     {"What made this hard that does not show in the record?", "At which point did it look solved, and what showed that it was not?"}},
    {"mitigation_backfired", "Ask what made that step the sensible one.",
     {"Which step was meant to help, and what did it look like from where you sat when it did not?",
      "What made that step the sensible one at the time?"}},
    {"reliability_subsystem", "Ask what that part was built to protect.",
     {"What was this part built to protect, and how did it come to act against that?",
      "How would you have known beforehand that it could do this?"}},
    {"saturation", "Ask who knew of that limit.",
     {"What ran out, and where could its approach have been seen?", "Who knew this limit existed, and how did they know?"}},
    {"perfect_storm", "Ask which of these would have been harmless alone.",
     {"Which of the things that came together would have been harmless alone?", "When did you see that it was more than one thing?"}},
    {"novelty", "Ask what they first took it for.", {"What did you first take it for, and what changed your mind?", "Where did you look for help when nothing matched?"}},
    {"unfamiliar_responders", "Ask how they found those who knew it.",
     {"What does somebody meeting this service for the first time need to know?", "How did you find those who knew it?"}},
    {"far_apart", "Ask how they came to share one picture.",
     {"How did the teams come to share one picture of what was going on?", "What was lost on the way between them?"}},
    {"vendor_boundary", "Ask what could be seen of the other side.",
     {"What could you see of the other side, and what did you have to guess?", "How did you decide whether to wait or to work around?"}},
    {"latent", "Ask what kept it harmless until then.",
     {"How long had this been waiting, and what kept it harmless until then?", "What else of the same age do we rely on?"}},
    {"near_miss", "Ask what stopped it from becoming worse.", {"What stopped it from becoming worse, and was that luck?", "Who noticed, and how?"}},
    {"voluntary_attendance", "Ask what made people come.", {"What made people come who did not have to?", NULL}},
    {"cited", "Ask why people still point to it.", {"Why do people still point to it?", NULL}},
    {"recurring_trigger", "Ask why it keeps coming back.", {"Why does this keep coming back?", "What has each recurrence taught that the last had not?"}},
    {"surprise", "Ask what surprised them.", {"What surprised you most, and what had you believed before?", "Who would not have been surprised?"}},
};

static const char *const always[] = {
    "How did it begin for you: what did you see first, and what did you make of it?",
    "Which decision was hardest, and what did you have to go on?",
    "What do you do differently since then, and what has stayed as it was?",
};

static const char *const *of_reason(const char *id)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].reason, id) == 0)
            return rows[i].prompts;
    return NULL;
}

size_t ald_story_prompts(const struct ald_story *story, struct ald_arena *arena, const char *const **ret)
{
    const char **list = ald_calloc(arena, MOST, sizeof *list);
    size_t n = 0;
    for (size_t round = 0; round < 2; round++) /* the first question of every reason, then the second */
        for (size_t k = 0; k < story->reasons_n && n < MOST - 1; k++) {
            const char *const *prompts = of_reason(story->reasons[k].id);
            if (prompts && prompts[round] && !(round > 0 && n >= LEAST))
                list[n++] = prompts[round];
        }
    for (size_t k = 0; k < sizeof always / sizeof always[0] && (n < LEAST || k == 0); k++)
        list[n++] = always[k];
    *ret = list;
    return n;
}

const char *ald_story_ask(const struct ald_story *story)
{
    if (story->reasons_n > 0 && strcmp(story->reasons[0].id, "surprise") == 0 && !strstr(story->reasons[0].text, "surprise"))
        return "Ask what was known of the risk.";
    for (size_t i = 0; story->reasons_n > 0 && i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].reason, story->reasons[0].id) == 0)
            return rows[i].ask;
    return NULL;
}
