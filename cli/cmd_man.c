/* alidade man 1|5: the man pages in scdoc's form, from the tables of commands, options and keys, so that they cannot disagree
 * with the program. Used by the build; not in the list of commands. */
#include <stdio.h>
#include <string.h>

#include "commands.h"

/* Underscores and the like mean something to scdoc. */
static void put(const char *text)
{
    for (const char *p = text; *p; p++) {
        if (strchr("_*\\<>#[]", *p))
            (void)putchar('\\');
        (void)putchar(*p);
    }
}

static void put_option(const struct ald_option_row *row)
{
    (void)fputs("*", stdout);
    if (row->letter)
        (void)printf("-%c*, *", row->letter);
    (void)printf("--%s*", row->name);
    if (row->arg) {
        (void)fputs(" ", stdout);
        put(row->arg);
    }
    (void)fputs("\n\t", stdout);
    put(row->help);
    (void)fputs(".\n\n", stdout);
}

static void put_command(const struct ald_command *command)
{
    (void)printf("## alidade %s %s\n\n", command->name, command->args); /* a heading takes its text as it is */
    put(command->help);
    (void)fputs(".\n\n", stdout);
    if (command->more) {
        put(command->more);
        (void)fputs("\n\n", stdout);
    }
    const struct ald_option_row *row;
    for (size_t k = 0; command->options && command->options[k]; k++)
        for (size_t i = 0; (row = ald_option_at(i)); i++)
            if (strcmp(row->name, command->options[k]) == 0)
                put_option(row);
    const struct ald_usage *example;
    for (size_t i = 0; (example = ald_usage_of(command->name, i)); i++) {
        (void)fputs(i ? "" : "Examples:\n\n", stdout);
        put(example->line);
        (void)fputs("\n\t", stdout);
        put(example->what);
        (void)fputs("\n\n", stdout);
    }
}

static void page_1(void)
{
    const struct ald_command *command;
    const struct ald_option_row *row;
    (void)fputs("alidade(1)\n\n# NAME\n\nalidade - reads incidents, writes reliability reports that say what can be known from them\n\n"
                "# SYNOPSIS\n\n*alidade* [-c FILE] COMMAND [...]\n\n# DESCRIPTION\n\n"
                "alidade pulls incidents from pagers, ticket systems and status pages into one SQLite file, reads each incident's time to "
                "resolve against its complexity and blast radius among earlier incidents, and writes spreadsheets, web pages and JSON. Every "
                "figure carries its number and interval; what cannot be told is said.\n\n# OPTIONS\n\n",
                stdout);
    for (size_t i = 0; (row = ald_option_at(i)); i++)
        if (row->global)
            put_option(row);
    (void)fputs("# COMMANDS\n\n", stdout);
    for (size_t i = 0; (command = ald_command_at(i)); i++)
        if (command->help)
            put_command(command);
    (void)fputs("# EXIT STATUS\n\n*0*\n\tDone.\n\n*1*\n\tA result could not be produced; also, the store holds nothing of the name that was given.\n\n*2*\n\tWrong usage or configuration, before any "
                "work.\n\n*3*\n\tThis run left a gap or quarantined something new; lines of an imported file wait in quarantine; a report has a gap in its "
                "period, or a configured source was never read.\n\n*4*\n\tA source refused the credentials, or they are not there; the others still finish.\n\n# SEE ALSO\n\n*alidade-config*(5)\n",
                stdout);
}

static void put_key(const struct ald_key_row *row)
{
    (void)fputs("*", stdout);
    put(row->path);
    (void)fputs("*\n\t", stdout);
    put(row->help);
    (void)fputs(".", stdout);
    if (row->choices) {
        (void)fputs(" One of: ", stdout);
        put(row->choices);
        (void)fputs(".", stdout);
    }
    if (row->default_ && *row->default_) {
        (void)fputs(" Default: ", stdout);
        put(row->default_);
        (void)fputs(".", stdout);
    }
    if (row->later)
        (void)fputs(" Understood and checked; nothing in this version uses it.", stdout);
    (void)fputs("\n\n", stdout);
}

static const char example_config[] = "store: alidade.db\norganisation: Acme\ntimezone: Europe/Berlin\nsources:\n"
                                     "  - { name: pager,   type: pagerduty, token_env: PAGERDUTY_TOKEN, since: 2024-01-01 }\n"
                                     "  - { name: tickets, type: jira, base_url: https://acme.atlassian.net, jql: project = INC,\n"
                                     "      user_env: JIRA_EMAIL, token_env: JIRA_API_TOKEN,\n"
                                     "      fields: { impact_started: customfield_10042, service: components } }\n"
                                     "  - { name: cloud,   type: statuspage, base_url: https://www.githubstatus.com, role: vendor }\n"
                                     "services:\n  - { name: checkout, tier: 1, team: payments, depends_on: [ledger] }\n"
                                     "severity_order: [SEV1, SEV2, SEV3]\nreports: { out: reports/, kinds: [leadership, quarterly] }\n";

static void page_5(void)
{
    const struct ald_key_row *row;
    const struct ald_source_type *type;
    (void)fputs("alidade-config(5)\n\n# NAME\n\nalidade-config - the configuration of alidade\n\n# DESCRIPTION\n\n"
                "A YAML file: *./alidade.yaml*, then *$XDG\\_CONFIG\\_HOME/alidade/alidade.yaml*, or the one given by *-c*. Paths in it are relative "
                "to it. Secrets never stand in it: *token\\_env* names an environment variable, *token\\_file* a file of mode 0600. *alidade init* "
                "writes one with every key.\n\n# EXAMPLE\n\n```\n",
                stdout);
    (void)fputs(example_config, stdout);
    (void)fputs("```\n\n# KEYS\n\n", stdout);
    for (size_t i = 0; (row = ald_key_at(i)); i++)
        put_key(row);
    (void)fputs("# SOURCES\n\n", stdout);
    for (size_t i = 0; (type = ald_source_type_at(i)); i++) {
        (void)printf("## type: %s\n\n", type->type);
        put(type->title);
        (void)fputs(".\n\n", stdout);
        for (size_t k = 0; k < type->keys_n; k++) {
            (void)fputs("*", stdout);
            put(type->keys[k].key);
            (void)fputs("*\n\t", stdout);
            put(type->keys[k].help);
            (void)printf(".%s\n\n", type->keys[k].required ? " Required." : "");
        }
    }
    (void)fputs("# SEE ALSO\n\n*alidade*(1)\n", stdout);
}

enum ald_rc ald_cmd_man(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    (void)ret_code;
    if (s->options.args_n != 1 || (strcmp(s->options.args[0], "1") != 0 && strcmp(s->options.args[0], "5") != 0))
        return ald_fail(err, ALD_ERR_USAGE, "man which page? expected 1 or 5");
    if (*s->options.args[0] == '1')
        page_1();
    else
        page_5();
    return ALD_OK;
}
