/* alidade publish: a report, or what it says in short, to a webhook. Off unless the configuration says where to. */
#include <stdio.h>
#include <string.h>

#include "alidade/buf.h"
#include "alidade/file.h"
#include "alidade/json.h"
#include "alidade/limits.h"
#include "alidade/webhook.h"
#include "commands.h"

#define SUMMARY_MOST 5      /* sentences; with what is said of completeness a message has six */
#define SUMMARY_BYTES 12000 /* a card of Teams holds 28 KB with what stands around each line; a text of Slack 40,000 characters */

struct line {
    const char *text;
    bool strong; /* what stands out, as the report says it */
};

/* What a message is made of. */
struct message {
    struct ald_arena *arena;
    const char *title;
    struct line *lines;
    size_t n, cap, bytes;
};

static enum ald_rc add_line(struct message *m, const char *text, bool strong, struct ald_err *err)
{
    m->bytes += strlen(text) + 1;
    if (m->bytes > SUMMARY_BYTES)
        return ald_fail(err, ALD_ERR_FORMAT, "its sentences have more than %d bytes, which webhooks refuse; publish.form: json sends it whole",
                        SUMMARY_BYTES);
    m->lines = ald_grow(m->arena, m->lines, m->n, &m->cap, sizeof *m->lines);
    m->lines[m->n++] = (struct line){text, strong};
    return ALD_OK;
}

/* A message is read in passing, the page says the rest. A text of NULL: there is none. */
static enum ald_rc first_sentence(const struct ald_jv *answer, struct line *ret, struct ald_err *err)
{
    struct ald_jv list, at;
    bool flagged = false;
    int64_t strong = -1;
    *ret = (struct line){NULL, false};
    ALD_TRY(ald_json_get(answer, "sentences", &list, err));
    ALD_TRY(ald_json_int_opt(answer, "strong", &flagged, &strong, err));
    if (ald_json_first(&list, &at))
        ALD_TRY(ald_json_as_str(&at, &ret->text, err));
    ret->strong = flagged && strong == 0;
    return ALD_OK;
}

/* One sentence of each answer that matters most; of a period without incidents there is less to say. */
static enum ald_rc add_answers(struct message *m, const struct ald_jv *list, bool none, struct ald_err *err)
{
    static const struct {
        const char *id;
        bool of_none; /* said of no incident too */
    } told[] = {{"more_incidents", true}, {"change", false}, {"customers", false}, {"open", true}, {"hard", false}};
    struct ald_jv at;
    for (bool ok = ald_json_first(list, &at); ok; ok = ald_json_next(&at)) {
        const char *id = NULL;
        ALD_TRY(ald_json_str(&at, "id", &id, err));
        for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
            if (strcmp(told[i].id, id) != 0 || (none && !told[i].of_none))
                continue;
            struct line line;
            ALD_TRY(first_sentence(&at, &line, err));
            if (line.text)
                ALD_TRY(add_line(m, line.text, line.strong, err));
        }
    }
    return ALD_OK;
}

/* The first sentences of a summary. */
static enum ald_rc add_summary(struct message *m, const struct ald_jv *list, struct ald_err *err)
{
    struct ald_jv at;
    size_t n = 0;
    for (bool ok = ald_json_first(list, &at); ok && n < SUMMARY_MOST; ok = ald_json_next(&at), n++) {
        const char *sentence = NULL;
        ALD_TRY(ald_json_as_str(&at, &sentence, err));
        ALD_TRY(add_line(m, sentence, false, err));
    }
    return ALD_OK;
}

/* ---- What goes with every message: how complete it is ---- */

/* "Not read in full: pager, tickets." */
static enum ald_rc incomplete(struct message *m, const struct ald_jv *root, const char **ret, struct ald_err *err)
{
    struct ald_jv list, at;
    const char *names = NULL;
    if (ald_json_opt(root, "sources", &list))
        for (bool ok = ald_json_first(&list, &at); ok; ok = ald_json_next(&at)) {
            bool has = false, complete = false;
            const char *name = NULL;
            ALD_TRY(ald_json_bool_opt(&at, "complete", &has, &complete, err));
            ALD_TRY(ald_json_str(&at, "name", &name, err));
            if (has && !complete)
                names = names ? ald_sprintf(m->arena, "%s, %s", names, name) : name;
        }
    *ret = names ? ald_sprintf(m->arena, "Not read in full, so what is missing is in none of these figures: %s.", names) : "All sources were read in full.";
    return ALD_OK;
}

/* " In none of these times: 3 still open, 1 closed without a time of resolution." */
static enum ald_rc left_out(struct message *m, const struct ald_jv *root, const char **ret, struct ald_err *err)
{
    struct ald_jv population;
    const char *why = NULL;
    *ret = "";
    if (ald_json_opt(root, "population", &population))
        ALD_TRY(ald_json_str_opt(&population, "in_no_time", &why, err));
    if (why)
        *ret = ald_sprintf(m->arena, " In none of these times: %s.", why);
    return ALD_OK;
}

static enum ald_rc add_completeness(struct message *m, const struct ald_jv *root, struct ald_err *err)
{
    const char *sources = NULL, *incidents = NULL;
    ALD_TRY(incomplete(m, root, &sources, err));
    ALD_TRY(left_out(m, root, &incidents, err));
    return add_line(m, ald_sprintf(m->arena, "%s%s", sources, incidents), false, err);
}

/* What matters most of a leadership or a quarterly report, and how complete it is. */
static enum ald_rc read_report(const struct ald_session *s, const struct ald_jv *root, struct message *m, struct ald_err *err)
{
    const char *kind = NULL, *organisation = NULL, *label = NULL;
    struct ald_jv period, list;
    ALD_TRY(ald_json_str(root, "kind", &kind, err));
    ALD_TRY(ald_json_str(root, "organisation", &organisation, err));
    ALD_TRY(ald_json_get(root, "period", &period, err));
    ALD_TRY(ald_json_str(&period, "label", &label, err));
    bool simulated = false, has = false;
    struct ald_jv counts;
    int64_t current = 1;
    if (ald_json_opt(root, "counts", &counts))
        ALD_TRY(ald_json_int_opt(&counts, "current", &has, &current, err));
    const bool none = current == 0;
    ALD_TRY(ald_json_bool_opt(root, "simulated", &has, &simulated, err));
    m->title = ald_sprintf(s->arena, "Reliability %s%s%s%s", label, *organisation ? ", " : "", organisation,
                           has && simulated && !strstr(organisation, "simulated") ? " (simulated data)" : "");
    if (ald_json_opt(root, "answers", &list))
        ALD_TRY(add_answers(m, &list, none, err));
    else if (ald_json_opt(root, "summary", &list))
        ALD_TRY(add_summary(m, &list, err));
    else
        return ald_fail(err, ALD_ERR_FORMAT, "a report of kind '%.40s' has no sentences to publish; publish.form: json sends it whole", kind);
    return add_completeness(m, root, err);
}

/* In the texts of Slack three characters begin markup. */
static enum ald_rc slack_text(const char *text, struct ald_buf *to, struct ald_err *err)
{
    for (; *text; text++) {
        const char *as = *text == '&' ? "&amp;" : *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : NULL;
        ALD_TRY(as ? ald_buf_adds(to, as, err) : ald_buf_add(to, text, 1, err));
    }
    return ALD_OK;
}

static enum ald_rc slack_body(const struct message *m, const char *link, struct ald_jw *w, struct ald_err *err)
{
    struct ald_buf ALD_CLEANUP(ald_buf_done) text;
    ald_buf_init(&text, 8 * SUMMARY_BYTES);
    ALD_TRY(ald_buf_adds(&text, "*", err));
    ALD_TRY(slack_text(m->title, &text, err));
    ALD_TRY(ald_buf_adds(&text, "*", err));
    for (size_t i = 0; i < m->n; i++) {
        ALD_TRY(ald_buf_adds(&text, m->lines[i].strong ? "\n*" : "\n", err));
        ALD_TRY(slack_text(m->lines[i].text, &text, err));
        ALD_TRY(ald_buf_adds(&text, m->lines[i].strong ? "*" : "", err));
    }
    if (link)
        ALD_TRY(ald_buf_addf(&text, err, "\n<%s|The report>", link));
    ald_jw_object(w);
    ald_jw_key(w, "text");
    ald_jw_str(w, text.data);
    ald_jw_object_end(w);
    return ALD_OK;
}

static void block(struct ald_jw *w, const char *text, bool title, bool strong)
{
    ald_jw_object(w);
    ald_jw_key(w, "type");
    ald_jw_str(w, "TextBlock");
    ald_jw_key(w, "text");
    ald_jw_str(w, text);
    ald_jw_key(w, "wrap");
    ald_jw_bool(w, true);
    if (title || strong) {
        ald_jw_key(w, "weight");
        ald_jw_str(w, "Bolder");
    }
    if (title) {
        ald_jw_key(w, "size");
        ald_jw_str(w, "Medium");
    }
    ald_jw_object_end(w);
}

/* An Adaptive Card, as webhooks of Teams take it. */
static void teams_body(const struct message *m, const char *link, struct ald_jw *w)
{
    ald_jw_object(w);
    ald_jw_key(w, "type");
    ald_jw_str(w, "message");
    ald_jw_key(w, "attachments");
    ald_jw_array(w);
    ald_jw_object(w);
    ald_jw_key(w, "contentType");
    ald_jw_str(w, "application/vnd.microsoft.card.adaptive");
    ald_jw_key(w, "content");
    ald_jw_object(w);
    ald_jw_key(w, "$schema");
    ald_jw_str(w, "http://adaptivecards.io/schemas/adaptive-card.json");
    ald_jw_key(w, "type");
    ald_jw_str(w, "AdaptiveCard");
    ald_jw_key(w, "version");
    ald_jw_str(w, "1.4");
    ald_jw_key(w, "body");
    ald_jw_array(w);
    block(w, m->title, true, true);
    for (size_t i = 0; i < m->n; i++)
        block(w, m->lines[i].text, false, m->lines[i].strong);
    ald_jw_array_end(w);
    if (link) {
        ald_jw_key(w, "actions");
        ald_jw_array(w);
        ald_jw_object(w);
        ald_jw_key(w, "type");
        ald_jw_str(w, "Action.OpenUrl");
        ald_jw_key(w, "title");
        ald_jw_str(w, "The report");
        ald_jw_key(w, "url");
        ald_jw_str(w, link);
        ald_jw_object_end(w);
        ald_jw_array_end(w);
    }
    ald_jw_object_end(w);
    ald_jw_object_end(w);
    ald_jw_array_end(w);
    ald_jw_object_end(w);
}

/* The document to send. form json: the report as it stands. */
static enum ald_rc make_body(struct ald_session *s, const char *bytes, size_t n, const struct ald_jv *root, struct ald_buf *ret,
                             struct ald_err *err)
{
    const struct ald_publish *p = &s->config.publish;
    if (strcmp(p->form, "json") == 0)
        return ald_buf_add(ret, bytes, n, err);
    struct message m = {.arena = s->arena};
    ALD_TRY(read_report(s, root, &m, err));
    struct ald_jw *w = ald_alloc(s->arena, sizeof *w);
    ald_jw_init(w, ald_json_sink_buf(ret), 0);
    if (strcmp(p->form, "teams") == 0)
        teams_body(&m, p->link, w);
    else
        ALD_TRY(slack_body(&m, p->link, w, err));
    return ald_jw_finish(w, err);
}

enum ald_rc ald_cmd_publish(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    (void)ret_code;
    const struct ald_publish *p = &s->config.publish;
    char *bytes = NULL;
    size_t n = 0;
    struct ald_json_doc *ALD_CLEANUP(ald_json_doc_freep) doc = NULL;
    struct ald_jv root;
    if (s->options.args_n != 1)
        return ald_fail(err, ALD_ERR_USAGE, "which report? expected the JSON file of one, such as reports/leadership-2026Q3.json");
    if (p->url_env && strstr(p->url_env, "://")) /* not shown: it is the secret itself */
        return ald_fail(err, ALD_ERR_CONFIG, "%s: key 'publish.url_env': found an address, expected the name of the environment variable that "
                                             "holds it: whoever can read the address can post", s->config.path);
    const char *path = s->options.args[0];
    ALD_TRY(ald_file_read(path, ALD_MAX_FILE_BYTES, s->arena, &bytes, &n, err));
    if (ald_json_parse(bytes, n, &doc, err) != ALD_OK)
        return ald_wrap(err, "'%s' is no report in JSON", path);
    ald_json_root(doc, &root);
    struct ald_buf ALD_CLEANUP(ald_buf_done) body;
    ald_buf_init(&body, ALD_MAX_FILE_BYTES);
    if (make_body(s, bytes, n, &root, &body, err) != ALD_OK)
        return ald_wrap(err, "'%s'", path);
    if (s->options.dry_run) {
        const char *where = p->url_env ? p->url_env : p->url_file;
        if (where)
            ald_say(s, "would be sent as %s to the address in %s", p->form, where);
        else
            ald_say(s, "would be sent as %s, once publish.url_env or publish.url_file says where to", p->form);
        (void)printf("%s\n", body.data);
        return ALD_OK;
    }
    const struct ald_webhook webhook = {.url_env = p->url_env,
                                        .url_file = p->url_file,
                                        .ca_file = p->ca_file,
                                        .version = ALD_VERSION,
                                        .clock = s->clock,
                                        .stop = ald_stopped};
    if (ald_webhook_send(&webhook, body.data, s->arena, err) != ALD_OK) {
        if (err->rc == ALD_ERR_NET) /* not a gap in what was read: what was asked for did not happen */
            err->rc = ALD_ERR_IO;
        return ald_wrap(err, "publish");
    }
    ald_say(s, "published %s (%zu bytes as %s)", path, body.len, p->form);
    return ALD_OK;
}
