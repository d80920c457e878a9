/* A thread or channel of "what I learned" posts as Slack exports it (one JSON document: a list of messages, or an object with
 * messages): replies become learnings of the incident that the thread's first message names, or of the one that is configured.
 * Never by whom. The messages themselves are not kept: mentions in them name people. Must not know files. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/time.h"
#include "connector.h"
#include "connectors/answer.h"

extern const struct ald_connector ald_connector_slack;

static bool learnings_wanted(const struct ald_source_cfg *cfg)
{
    return ald_source_opt(cfg, "learnings_path") != NULL;
}

static enum ald_rc learnings_request(struct ald_arena *arena, const struct ald_source_cfg *cfg, struct ald_http_req *req, struct ald_err *err)
{
    (void)arena;
    req->file_path = ald_source_opt(cfg, "learnings_path");
    req->document = true;
    return req->file_path ? ALD_OK : ald_fail(err, ALD_ERR_CONFIG, "learnings_path is missing: the file to read");
}

/* ---- Messages ---- */

struct message {
    const char *ts, *thread, *text;
    int64_t at;
    bool root; /* others answer it */
    bool said; /* by a person, in words */
    const struct ald_err *why; /* it cannot be understood; NULL: it was */
};

static bool of_key(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/** "INC-5", "INC0010041", "PD-12": capitals and digits that begin with two capitals and hold a digit. Arena-owned; NULL: none. */
static const char *key_in(struct ald_arena *arena, const char *text)
{
    for (const char *p = text; *p;) {
        size_t n = 0;
        while (of_key(p[n]))
            n++;
        if (n == 0) { /* most of a text */
            p++;
            continue;
        }
        size_t digits = 0;
        while (n && p[n - 1] == '-')
            n--;
        for (size_t i = 0; i < n; i++)
            digits += isdigit((unsigned char)p[i]) != 0;
        bool before = p > text && (isalnum((unsigned char)p[-1]) || p[-1] == '_');
        bool after = isalnum((unsigned char)p[n]) || p[n] == '_';
        if (n >= 3 && digits && isdigit((unsigned char)p[n - 1]) && isupper((unsigned char)p[0]) && isupper((unsigned char)p[1]) && !before && !after)
            return ald_strndup(arena, p, n);
        p += n ? n : 1; /* hyphens alone */
    }
    return NULL;
}

/** The number in "incident 1590", "Incident #1590": three digits or more, as citations take them. Arena-owned; NULL: none. */
static const char *number_in(struct ald_arena *arena, const char *text)
{
    static const char word[] = "incident";
    for (const char *p = text; (p = strcasestr(p, word)); p += sizeof word - 1) {
        const char *number = p + sizeof word - 1;
        number += strspn(number, " #:");
        size_t n = strspn(number, "0123456789");
        bool apart = p == text || !isalnum((unsigned char)p[-1]);
        if (apart && n >= 3 && number > p + sizeof word - 1 && !isalnum((unsigned char)number[n]))
            return ald_strndup(arena, number, n);
    }
    return NULL;
}

/** What a text calls an incident: its key, else its number, else the first address in it. */
static const char *incident_in(struct ald_arena *arena, const char *text)
{
    const char *found = key_in(arena, text);
    found = found ? found : number_in(arena, text);
    return found ? found : ald_answer_next_url(arena, &text);
}

/** How long a text may become: "<@>" becomes "someone". */
static size_t plain_most(const char *text)
{
    size_t n = strlen(text);
    for (const char *p = strchr(text, '<'); p; p = strchr(p + 1, '<'))
        n += 4;
    return n;
}

/** Slack's own marks undone: mentions become "someone", links their address, entities characters. */
static const char *plain(struct ald_arena *arena, const char *text)
{
    if (!text[strcspn(text, "<&")])
        return text;
    char *out = ald_alloc(arena, plain_most(text) + 1);
    char *o = out;
    const char *close = strchr(text, '>'); /* the next one from p on: looked for once, however many marks are never closed */
    for (const char *p = text; *p;) {
        while (close && close < p)
            close = strchr(p, '>');
        const char *end = *p == '<' ? close : NULL;
        if (end && p[1] == '@') {
            o = stpcpy(o, "someone");
            p = end + 1;
        } else if (end) {
            size_t n = strcspn(p + 1, "|>");
            if (p[1] == '#' || p[1] == '!') { /* a channel's or group's name, where one is given */
                const char *bar = memchr(p, '|', (size_t)(end - p));
                for (const char *c = bar ? bar + 1 : end; c < end; c++)
                    *o++ = *c;
            } else {
                memcpy(o, p + 1, n);
                o += n;
            }
            p = end + 1;
        } else if (*p == '&' && (strncmp(p, "&amp;", 5) == 0 || strncmp(p, "&lt;", 4) == 0 || strncmp(p, "&gt;", 4) == 0)) {
            *o++ = (char)(p[1] == 'a' ? '&' : p[1] == 'l' ? '<' : '>');
            p += p[1] == 'a' ? 5 : 4;
        } else {
            const size_t n = 1 + strcspn(p + 1, "<&");
            memcpy(o, p, n);
            o += n;
            p += n;
        }
    }
    *o = '\0';
    return out;
}

static enum ald_rc read_message(struct ald_arena *arena, const struct ald_jv *v, struct message *ret, struct ald_err *err)
{
    const char *type = NULL, *subtype = NULL, *text = NULL;
    struct ald_jv replies;
    ALD_TRY(ald_json_str_opt(v, "type", &type, err));
    ALD_TRY(ald_json_str_opt(v, "subtype", &subtype, err));
    ALD_TRY(ald_json_id(arena, v, "ts", &ret->ts, err));
    ALD_TRY(ald_json_id_opt(arena, v, "thread_ts", &ret->thread, err));
    ALD_TRY(ald_json_str_opt(v, "text", &text, err));
    const char *dot = strchr(ret->ts, '.');
    size_t whole = dot ? (size_t)(dot - ret->ts) : strlen(ret->ts);
    if (!ald_time_parse(ret->ts, whole, &ret->at))
        return ald_fail(err, ALD_ERR_FORMAT, "ts: expected seconds since 1970, found \"%.40s\"", ret->ts);
    ret->root = ret->thread ? strcmp(ret->thread, ret->ts) == 0 : ald_json_opt(v, "replies", &replies);
    ret->text = text ? plain(arena, text) : "";
    static const char *const spoken[] = {"thread_broadcast", "reply_broadcast", "me_message", "file_share"};
    bool told = !subtype; /* others: somebody joined, a bot spoke */
    for (size_t i = 0; !told && i < sizeof spoken / sizeof spoken[0]; i++)
        told = strcmp(subtype, spoken[i]) == 0;
    ret->said = (!type || strcmp(type, "message") == 0) && told && *ret->text;
    return ALD_OK;
}

/** All messages of the list. */
static struct message *read_messages(struct ald_arena *arena, const struct ald_jv *list, size_t *ret_n)
{
    struct ald_jv it;
    struct message *messages = ald_calloc(arena, ald_json_len(list), sizeof *messages);
    size_t n = 0;
    for (bool ok = ald_json_first(list, &it); ok; ok = ald_json_next(&it)) {
        struct ald_err why = {0};
        if (read_message(arena, &it, &messages[n], &why) != ALD_OK) {
            struct ald_err *kept = ald_alloc(arena, sizeof *kept);
            *kept = why;
            messages[n].why = kept;
        }
        n++;
    }
    *ret_n = n;
    return messages;
}

struct thread {
    const char *ts, *incident;
    size_t place; /* in the file */
};
struct threads {
    struct thread *items;
    size_t n, cap;
};

static int by_ts(const void *a, const void *b)
{
    const struct thread *x = a, *y = b;
    const int order = strcmp(x->ts, y->ts);
    return order != 0 ? order : (x->place > y->place) - (x->place < y->place);
}

/** The incident of a message's thread, NULL when that names none. *ret_known false: its first message is not in the file. Threads are
 *  sorted; of two with one ts the later one counts. */
static const char *incident_of(const struct threads *threads, const char *ts, bool *ret_known)
{
    size_t from = 0, to = threads->n; /* those before from are not behind ts */
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (strcmp(threads->items[middle].ts, ts) <= 0)
            from = middle + 1;
        else
            to = middle;
    }
    *ret_known = from > 0 && strcmp(threads->items[from - 1].ts, ts) == 0;
    return *ret_known ? threads->items[from - 1].incident : NULL;
}

/** Threads whose first message is in the file: that may stand behind its answers. */
static struct threads threads_of(struct ald_arena *arena, const struct message *messages, size_t n)
{
    struct threads threads = {.n = 0};
    for (size_t i = 0; i < n; i++) {
        const struct message *m = &messages[i];
        if (m->why || !m->root)
            continue;
        threads.items = ald_grow(arena, threads.items, threads.n, &threads.cap, sizeof *threads.items);
        threads.items[threads.n] = (struct thread){m->ts, incident_in(arena, m->text), threads.n};
        threads.n++;
    }
    if (threads.n > 0)
        qsort(threads.items, threads.n, sizeof *threads.items, by_ts);
    return threads;
}

static const char *name_of(struct ald_arena *arena, const struct message *m)
{
    static const char word[] = "message ";
    char *name = ald_alloc(arena, sizeof word + strlen(m->ts));
    (void)stpcpy(stpcpy(name, word), m->ts);
    return name;
}

static void take(struct ald_rows *rows, const struct message *m, const char *incident, bool known)
{
    struct ald_element *el = ald_rows_element(rows, name_of(rows->arena, m), NULL);
    if (!incident) {
        struct ald_err why = {0};
        (void)ald_fail(&why, ALD_ERR_FORMAT, "message %s: %s names no incident, expected a key such as INC-5, \"incident 123\" or an address in it, or --incident", m->ts,
                       !m->thread ? "it" : known ? "the first message of its thread" : "the first message of its thread is not in the file, so it");
        ald_rows_refuse(rows, el, &why);
        return;
    }
    struct ald_row_learning *learning = ald_rows_learning(rows, el, incident);
    learning->external_id = m->ts;
    learning->text = m->text;
    learning->kind = "said";
    learning->at = m->at;
}

static enum ald_rc learnings_page(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                  struct ald_next *next, struct ald_err *err)
{
    const char *given = ald_source_opt(cfg, "incident");
    struct ald_jv list = res->root;
    size_t n = 0;
    if (ald_json_kind(&res->root) == ALD_JSON_OBJECT)
        ALD_TRY(ald_json_get(&res->root, "messages", &list, err));
    if (ald_json_kind(&list) != ALD_JSON_ARRAY)
        return ald_json_expected(&list, "a list of messages, as Slack exports them", err);
    next->high_water = ALD_TIME_NONE;
    const struct message *messages = read_messages(rows->arena, &list, &n);
    const struct threads threads = threads_of(rows->arena, messages, n);
    for (size_t i = 0; i < n; i++) {
        const struct message *m = &messages[i];
        bool known = false;
        if (m->why) {
            ald_rows_refuse(rows, ald_rows_element(rows, ald_sprintf(rows->arena, "message %zu", i + 1), NULL), m->why);
        } else if (m->said && !m->root) {
            const char *incident = m->thread ? incident_of(&threads, m->thread, &known) : incident_in(rows->arena, m->text);
            take(rows, m, given ? given : incident, known);
        }
    }
    return ALD_OK;
}

/* ---- The tables ---- */

static const struct ald_stream streams[] = {
    {.name = "learnings",
     .cursor_doc = "none: the file is one document",
     .every_time = true,
     .wanted = learnings_wanted,
     .request = learnings_request,
     .page = learnings_page},
};

#define PEOPLE(prefix)                                                                                                                  \
    {.stream = "learnings", .path = prefix "[].user"},                                                                                  \
        {.stream = "learnings", .path = prefix "[].user_profile", .defines = true, .name_key = "real_name", .login_key = "name",        \
         .email_key = "email"},                                                                                                         \
    {                                                                                                                                   \
        .stream = "learnings", .path = prefix "[].user_profile", .defines = true, .login_key = "display_name"                            \
    }
static const struct ald_person_path people[] = {PEOPLE(""), PEOPLE("messages")};

static const struct ald_source_key keys[] = {
    {.key = "learnings_path", .help = "the exported thread or channel: one JSON document", .required = true, .is_path = true},
    {.key = "incident", .help = "id or key of the incident that all of it is about; else each thread's first message names one"},
    {.key = "one_run", .help = "true: what earlier files of this source said and this one does not stays (import sets it)"},
};

const struct ald_connector ald_connector_slack = {
    .type = {.type = "slack",
             .title = "A Slack thread of what people learned, exported as JSON",
             .default_kind = "file",
             .is_file = true,
             .keys = keys,
             .keys_n = sizeof keys / sizeof keys[0]},
    .mapping = 1,
    .page_size = 1000,
    .page_size_max = 10000,
    .streams = streams,
    .streams_n = sizeof streams / sizeof streams[0],
    .people = people,
    .people_n = sizeof people / sizeof people[0],
};
