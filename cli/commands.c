/* The table of commands, and the row that each writing command leaves in table run. */
#include "commands.h"

#include <stdio.h>
#include <string.h>

static const char *const no_options[] = {NULL};
static const char *const init_options[] = {"from-env", NULL};
static const char *const ingest_options[] = {"since", "until", "full", "record", "dry-run", NULL};
static const char *const analyze_options[] = {"as-of", "whole", NULL};
static const char *const report_options[] = {"period", "as-of", "format", "out", NULL};
static const char *const run_options[] = {"since", "until", "full", "whole", "period", "as-of", "format", "out", NULL};
static const char *const status_options[] = {"json", NULL};
static const char *const doctor_options[] = {"dry-run", "json", NULL};
static const char *const explain_options[] = {"as-of", "json", NULL};
static const char *const export_options[] = {"as-of", "format", "out", NULL};
static const char *const import_options[] = {"kind", "format", "incident", "source", "ignore-extra", NULL};
static const char *const publish_options[] = {"dry-run", NULL};
static const char *const list_options[] = {"period", "as-of", "class", "state", "severity", "service", "team", "reading", "corner", "text", "pattern", "suggestions", "json", NULL};

static const char *const quarantine_options[] = {"source", "ignore-extra", "reason", "json", NULL};
static const char *const forget_options[] = {"text", "dry-run", NULL};
static const char *const review_options[] = {"held", "url", "facilitator-involved", "surprise", "risk", "json", NULL};
static const char *const override_options[] = {"field", "value", "reason", "by", "undo", "list", "all", "json", NULL};
static const char *const decide_options[] = {"reason", "by", "undo", "list", "all", "json", NULL};

static const char *const story_options[] = {"as-of", "on", "where", "reason", "by", "json", NULL};

static const struct ald_command rows[] = {
    {"init", "", "write a commented starter configuration to ./alidade.yaml", init_options,
     "With --from-env the sources whose usual variables are set (PAGERDUTY_TOKEN, JIRA_API_TOKEN ...) are turned on; what else one "
     "needs is taken from TYPE_KEY, such as JIRA_BASE_URL. Tokens themselves are never written.",
     ALD_NEED_NOTHING, ald_cmd_init},
    {"ingest", "[SOURCE...]", "pull new and changed records from the sources", ingest_options,
     "Without names, from all sources. A source that fails, or whose credentials are not there, does not stop the others.", ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE | ALD_NEED_STOP,
     ald_cmd_ingest},
    {"analyze", "", "link records into incidents, measure them, read them", analyze_options, NULL,
     ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE, ald_cmd_analyze},
    {"report", "KIND... | all", "write reports of a period", report_options,
     "KIND is leadership, learning, quarterly or stories. Prints the path of every file it wrote.", ALD_NEED_CONFIG | ALD_NEED_STORE_READ, ald_cmd_report},
    {"run", "", "ingest, analyze and report: the line for cron", run_options, NULL, ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE | ALD_NEED_STOP, ald_cmd_run},
    {"status", "", "sources, how fresh they are, what is missing", status_options, NULL, ALD_NEED_CONFIG | ALD_NEED_STORE_READ,
     ald_cmd_status},
    {"doctor", "[SOURCE...]", "look at configuration, store, tokens and sources, and say what to mend", doctor_options,
     "Asks each source a few cheap questions and writes nothing. With --dry-run no request is made.", ALD_NEED_STOP, ald_cmd_doctor},
    {"explain", "INCIDENT", "why an incident reads as it does", explain_options,
     "INCIDENT is an id such as desk:9c57, or a key such as INC0010041.", ALD_NEED_CONFIG | ALD_NEED_STORE_READ, ald_cmd_explain},
    {"list", "", "the incidents of a period, one line each", list_options, NULL, ALD_NEED_CONFIG | ALD_NEED_STORE_READ, ald_cmd_list},
    {"override", "INCIDENT", "correct a class, a time, services or a severity, with a reason", override_options,
     "Corrections survive every sync, are listed in reports and explain, and can be undone: --list, --undo N. Values: a class is "
     "incident, noise, exercise, planned or near_miss; services are joined by ';'; none for what is not there.",
     ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE, ald_cmd_override},
    {"link", "A B", "say that two records are one incident, with a reason", decide_options,
     "Undoable: --list, --undo N. `alidade unlink A B` is the answer to it.", ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE, ald_cmd_link},
    {"unlink", "A B", "say that two records are not one incident, with a reason", decide_options,
     "A and B are records, such as `alidade explain` lists them. Undoable: --list, --undo N.", ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE,
     ald_cmd_unlink},
    {"tag", "INCIDENT PATTERN confirm|reject", "confirm or reject a pattern that was found in an incident", decide_options,
     "Undoable: --list, --undo N.", ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE, ald_cmd_tag},
    {"story", "list | why INCIDENT | told INCIDENT | exclude INCIDENT", "older incidents that could be told, and why", story_options,
     "list: the candidates for the next session. why: why an incident is, or is not, among them. told: it was told (--on, --where) and "
     "is no candidate any more. exclude: it is not to be told, with a --reason.",
     ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE | ALD_NEED_WORD_READS, ald_cmd_story},
    {"export", "WHAT...", "records, events, incidents, signals, reviews ... as NDJSON or CSV", export_options,
     "Several at once go into the folder of --out, a file each, all from one state of the store.",
     ALD_NEED_CONFIG | ALD_NEED_STORE_READ, ald_cmd_export},
    {"review", "add INCIDENT | list", "note the review of an incident, or list those that are known", review_options,
     "A review is a meeting (--held), a write-up (--url), or both. Many at once: `alidade import FILE --kind reviews`.",
     ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE, ald_cmd_review},
    {"quarantine", "list|show|retry|drop [N]", "what could not be understood, and why", quarantine_options,
     "retry reads it again from the store, without the network; drop needs --reason and says what goes.",
     ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE, ald_cmd_quarantine},
    {"remap", "[SOURCE...]", "read all that is kept as it was sent again, without the network", no_options,
     "After an upgrade that reads sources better. Events that a new version makes no longer stay until the next ingest --full.",
     ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE, ald_cmd_remap},
    {"import", "FILE", "read records, events, services, teams, reviews, learnings ... from a file", import_options,
     "NDJSON or CSV with the names of `alidade export`; of learnings also a Slack thread, exported as JSON. A column that is not known is "
     "refused, unless --ignore-extra. Lines that cannot be read are put aside and named; the others are taken.",
     ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE | ALD_NEED_STOP, ald_cmd_import},
    {"backup", "FILE", "copy the store, also while an ingest writes to it", no_options,
     "The copy is checked before it gets its name. FILE may be an earlier copy, which it replaces.", ALD_NEED_CONFIG | ALD_NEED_STORE_READ | ALD_NEED_STOP,
     ald_cmd_backup},
    {"forget", "PERSON [RECORDING...]", "take a person out of the store, its copies and recordings", forget_options,
     "PERSON is an e-mail address, an id as SOURCE:ID, a login, a name or a pseudonym; --text names a nickname that texts use. Figures stay: "
     "what told of the person gets a pseudonym that nobody can compute. RECORDING is a folder of `ingest --record`; those that sources "
     "replay are known. --dry-run says what it would change.",
     ALD_NEED_CONFIG | ALD_NEED_STORE_WRITE, ald_cmd_forget},
    {"publish", "FILE", "send a report, or what it says in short, to a webhook", publish_options,
     "FILE is the JSON of a report. Off unless publish.url_env or publish.url_file says where the address is; --dry-run prints what "
     "would be sent.",
     ALD_NEED_CONFIG | ALD_NEED_STOP, ald_cmd_publish},
    {"man", "1|5", NULL, no_options, NULL, ALD_NEED_NOTHING, ald_cmd_man}, /* for the build: no help, not listed */
    {"completion", "bash|zsh", NULL, no_options, NULL, ALD_NEED_NOTHING, ald_cmd_completion},
};

const struct ald_command *ald_command_at(size_t i)
{
    return i < sizeof rows / sizeof rows[0] ? &rows[i] : NULL;
}

enum ald_rc ald_run_begin(struct ald_session *s, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    if (s->options.dry_run)
        return ALD_OK;
    ALD_TRY(ald_q_open(s->store, "cli_run_begin", &q, err));
    ald_q_text(q, 1, s->options.command);
    ald_q_text(q, 2, ALD_VERSION);
    ald_q_time(q, 3, s->clock.now_ms(s->clock.ctx));
    ALD_TRY(ald_q_run(q, err));
    s->run_id = ald_store_last_rowid(s->store);
    return ALD_OK;
}

enum ald_rc ald_run_end(struct ald_session *s, enum ald_rc rc, int code, struct ald_err *err)
{
    struct ald_q *ALD_CLEANUP(ald_q_closep) q = NULL;
    struct ald_err own = {0};
    if (!s->run_id)
        return rc;
    int worst = rc == ALD_OK ? code : ald_worse_code(code, ald_rc_info(rc)->exit_code);
    ald_store_rollback(s->store);
    enum ald_rc end = ald_q_open(s->store, "cli_run_end", &q, &own);
    if (end == ALD_OK) {
        ald_q_int(q, 1, s->run_id);
        ald_q_time(q, 2, s->clock.now_ms(s->clock.ctx));
        ald_q_int(q, 3, worst);
        end = ald_q_run(q, &own);
    }
    if (rc != ALD_OK || end == ALD_OK)
        return rc;
    *err = own;
    return end;
}

const char *ald_ago(int64_t now, int64_t at, char buf[48])
{
    char span[32];
    if (at == ALD_TIME_NONE)
        (void)snprintf(buf, 48, "never");
    else
        (void)snprintf(buf, 48, "%s ago", ald_duration_format(now > at ? now - at : 0, span));
    return buf;
}
