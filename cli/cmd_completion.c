/* alidade completion bash|zsh: completion of words, from the tables of commands and options. Used by the build; not in the list of
 * commands. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "alidade/report.h"
#include "commands.h"
#include "export.h"

/* A help text inside '...' and before "[...]" of zsh: without what would end either. */
static void put_help(const char *text)
{
    for (const char *p = text; *p; p++)
        if (!strchr("'[]:\\`$", *p))
            (void)putchar(*p);
}

static void put_kinds(void)
{
    const struct ald_kind *kind;
    for (size_t i = 0; (kind = ald_kind_at(i)); i++)
        (void)printf(" %s", kind->name);
}

/* Words that a command takes as they stand ("list", "confirm"), and those that a placeholder stands for. */
static void put_arguments(const struct ald_command *command)
{
    for (const char *p = command->args; *p;) {
        size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        if (n > 1 && islower((unsigned char)*p))
            (void)printf(" %.*s", (int)n, p);
        else if (n == 4 && strncmp(p, "KIND", n) == 0)
            put_kinds();
        else if (n == 4 && strncmp(p, "WHAT", n) == 0)
            (void)printf(" %s", ald_export_whats);
        p += n ? n : 1;
    }
}

static bool takes_file(const struct ald_command *command)
{
    return strcmp(command->args, "FILE") == 0;
}

static void put_names(const struct ald_option_row *row, const char *between)
{
    if (row->letter)
        (void)printf("-%c%s", row->letter, between);
    (void)printf("--%s", row->name);
}

/* ---- bash ---- */

static void bash_values(void)
{
    const struct ald_option_row *row;
    (void)fputs("    case $prev in\n", stdout);
    for (size_t i = 0; (row = ald_option_at(i)); i++) {
        if (!row->arg)
            continue;
        (void)fputs("        ", stdout);
        put_names(row, " | ");
        if (row->values && strcmp(row->values, "FILE") == 0)
            (void)fputs(") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n", stdout);
        else
            (void)printf(") COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", row->values ? row->values : "");
    }
    (void)fputs("    esac\n", stdout);
}

static void bash(void)
{
    const struct ald_command *command;
    const struct ald_option_row *row;
    const char *between = "";
    (void)fputs("# Completion of alidade in bash; made from its own tables.\n_alidade()\n{\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' words='' files='' i\n"
                "    COMPREPLY=()\n",
                stdout);
    bash_values();
    (void)fputs("    for ((i = 1; i < COMP_CWORD; i++)); do\n        case ${COMP_WORDS[i]} in\n            ", stdout);
    for (size_t i = 0; (row = ald_option_at(i)); i++)
        if (row->global && row->arg) {
            (void)fputs(between, stdout);
            put_names(row, " | ");
            between = " | ";
        }
    (void)fputs(") ((i++)) ;;\n            -*) ;;\n            *) command=${COMP_WORDS[i]}; break ;;\n        esac\n    done\n    case $command in\n"
                "        '') words='",
                stdout);
    for (size_t i = 0; (command = ald_command_at(i)); i++)
        if (command->help)
            (void)printf("%s ", command->name);
    for (size_t i = 0; (row = ald_option_at(i)); i++)
        if (row->global)
            (void)printf("--%s ", row->name);
    (void)fputs("' ;;\n", stdout);
    for (size_t k = 0; (command = ald_command_at(k)); k++) {
        if (!command->help)
            continue;
        (void)printf("        %s) words='", command->name);
        for (size_t i = 0; (row = ald_option_at(i)); i++)
            if (ald_option_taken(command->options, row))
                (void)printf("--%s ", row->name);
        put_arguments(command);
        (void)printf("'%s ;;\n", takes_file(command) ? "; files=1" : "");
    }
    (void)fputs("    esac\n    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                "    if [[ $files && $cur != -* ]]; then COMPREPLY+=($(compgen -f -- \"$cur\")); fi\n}\n"
                "complete -o filenames -F _alidade alidade\n",
                stdout);
}

/* ---- zsh ---- */

static void zsh_option(const struct ald_option_row *row)
{
    (void)fputs("            '", stdout);
    if (row->letter) {
        (void)fputs("(-", stdout);
        (void)printf("%c --%s)'{-%c,--%s}'", row->letter, row->name, row->letter, row->name);
    } else {
        (void)printf("--%s", row->name);
    }
    (void)fputs("[", stdout);
    put_help(row->help);
    (void)fputs("]", stdout);
    if (row->arg) {
        (void)fputs(":", stdout);
        put_help(row->arg);
        if (row->values && strcmp(row->values, "FILE") == 0)
            (void)fputs(":_files", stdout);
        else
            (void)printf(":(%s)", row->values ? row->values : "");
    }
    (void)fputs("' \\\n", stdout);
}

static void zsh(void)
{
    const struct ald_command *command;
    const struct ald_option_row *row;
    (void)fputs("#compdef alidade\n# Completion of alidade in zsh; made from its own tables.\n_alidade()\n{\n"
                "    local context state line command word\n    local -a commands\n    commands=(\n",
                stdout);
    for (size_t i = 0; (command = ald_command_at(i)); i++)
        if (command->help) {
            (void)printf("        '%s:", command->name);
            put_help(command->help);
            (void)fputs("'\n", stdout);
        }
    (void)fputs("    )\n    for word in ${words[2,CURRENT-1]}; do\n"
                "        if (( ${commands[(I)$word:*]} )); then command=$word; break; fi\n    done\n    case $command in\n",
                stdout);
    for (size_t k = 0; (command = ald_command_at(k)); k++) {
        if (!command->help)
            continue;
        (void)printf("        %s) _arguments \\\n", command->name);
        for (size_t i = 0; (row = ald_option_at(i)); i++)
            if (ald_option_taken(command->options, row))
                zsh_option(row);
        (void)fputs("            '*: :", stdout);
        if (takes_file(command)) {
            (void)fputs("_files' ;;\n", stdout);
            continue;
        }
        (void)printf("(%s", command->name);
        put_arguments(command);
        (void)fputs(")' ;;\n", stdout);
    }
    (void)fputs("        *) _arguments \\\n", stdout);
    for (size_t i = 0; (row = ald_option_at(i)); i++)
        if (row->global)
            zsh_option(row);
    (void)fputs("            '*: :{_describe command commands}' ;;\n    esac\n}\n"
                "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _alidade \"$@\"; else compdef _alidade alidade; fi\n",
                stdout);
}

enum ald_rc ald_cmd_completion(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    const char *shell = s->options.args_n == 1 ? s->options.args[0] : "";
    (void)ret_code;
    if (strcmp(shell, "bash") == 0)
        bash();
    else if (strcmp(shell, "zsh") == 0)
        zsh();
    else
        return ald_fail(err, ALD_ERR_USAGE, "completion for which shell? expected bash or zsh");
    return ALD_OK;
}
