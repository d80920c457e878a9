/* The program: finds the command, prepares what it needs, prints what went wrong, chooses the exit code. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "alidade/report.h"
#include "near.h"
#include "progress.h"
#include "session.h"

#define LARGE_BYTES (128 << 10)
#define HELP_COLUMNS 114

static atomic_int interrupted; /* set by a signal, read by every thread */

/** As the signal does by itself; the first process of a container has to say so. */
static void end_now(int signal_number)
{
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
    _exit(128 + signal_number);
}

/** The second one does not wait for what the first did not stop. */
static void on_signal(int signal_number)
{
    if (atomic_exchange_explicit(&interrupted, 1, memory_order_relaxed))
        end_now(signal_number);
}

static void on_interrupt(void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_NODEFER}; /* so that end_now's own comes at once */
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

void ald_stop_at_once(void)
{
    on_interrupt(end_now);
}

bool ald_stopped(void *ctx)
{
    (void)ctx;
    return atomic_load_explicit(&interrupted, memory_order_relaxed) != 0;
}

/** Below, out of memory is abort(): here it is said, and that nothing is lost. What else aborts has said so itself. */
static void on_abort(int signal_number)
{
    static const char text[] = "alidade: out of memory (see ulimit -v, or the memory limit of the container); what was committed before is in "
                               "the store: run it again with more, or on a shorter --period\n";
    if (errno == ENOMEM && write(STDERR_FILENO, text, sizeof text - 1) > 0)
        _exit(1);
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}

/* Words over as many lines as they take, each but the first behind so many blanks. */
static void print_wrapped(FILE *out, const char *text, size_t from)
{
    size_t at = from;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (at > from && at + 1 + n > HELP_COLUMNS) {
            (void)fprintf(out, "\n%*s", (int)from, "");
            at = from;
        }
        at += (size_t)fprintf(out, "%s%.*s", at > from ? " " : "", (int)n, text);
        text += n + strspn(text + n, " ");
    }
    (void)fputc('\n', out);
}

/* How long the label of "report, run: folder of the reports" is: names of commands, or how one is used ("story told"). 0: it has none.
 * *ret_of: whether it names this command. */
static size_t label(const char *text, size_t n, const char *command, bool *ret_of)
{
    const char *colon = memchr(text, ':', n);
    size_t length = colon ? (size_t)(colon - text) : 0;
    *ret_of = length == 0;
    for (size_t at = 0; at < length;) {
        size_t word = strcspn(text + at, " ,:"), item = strcspn(text + at, ",:");
        bool known = false;
        const struct ald_command *row;
        for (size_t i = 0; (row = ald_command_at(i)); i++)
            known = known || (strlen(row->name) == word && memcmp(row->name, text + at, word) == 0);
        if (!known) {
            *ret_of = true;
            return 0;
        }
        *ret_of = *ret_of || (strlen(command) == word && memcmp(command, text + at, word) == 0);
        at += item + strspn(text + at + item, ", ");
    }
    return length;
}

/* What an option means to a command: of "list: this; forget: that" the part that is its own, without the label. */
static void own_help(const char *help, const char *command, char *ret, size_t room)
{
    *ret = '\0';
    while (*help) {
        const char *end = strstr(help, "; ");
        bool of = false;
        size_t n = end ? (size_t)(end - help) : strlen(help), skip = label(help, n, command, &of), have = strlen(ret);
        if (skip)
            skip += strspn(help + skip, ": ");
        if (of)
            (void)snprintf(ret + have, room - have, "%s%.*s", have ? "; " : "", (int)(n - skip), help + skip);
        help += n + (end ? 2 : 0);
    }
}

static void print_options(FILE *out, const struct ald_command *command)
{
    const struct ald_option_row *row;
    for (int global = 0; global < 2; global++) {
        bool headed = false;
        for (size_t i = 0; (row = ald_option_at(i)); i++) {
            bool wanted = row->global == (global == 1) && ald_option_taken(command ? command->options : NULL, row);
            if (!wanted)
                continue;
            if (!headed)
                (void)fprintf(out, "\n%s:\n", global ? "Everywhere" : "Options");
            headed = true;
            char name[64];
            (void)snprintf(name, sizeof name, "%s%c%s--%s%s%s", row->letter ? "-" : "", row->letter ? row->letter : ' ',
                           row->letter ? ", " : "   ", row->name, row->arg ? " " : "", row->arg ? row->arg : "");
            char help[256];
            own_help(row->help, command ? command->name : "", help, sizeof help);
            print_wrapped(out, help, (size_t)fprintf(out, "  %-26s ", name));
        }
    }
}

static void print_examples(FILE *out, const char *command)
{
    const struct ald_usage *example;
    for (size_t i = 0; (example = ald_usage_of(command, i)); i++)
        (void)fprintf(out, "%s  %s\n      %s\n", i ? "" : "\nExamples:\n", example->line, example->what);
}

static void print_help(FILE *out, const struct ald_command *command)
{
    if (command) {
        (void)fprintf(out, "alidade %s%s%s\n\n%s.\n", command->name, *command->args ? " " : "", command->args,
                      command->help ? command->help : "for the build");
        if (command->more) {
            (void)fputc('\n', out);
            print_wrapped(out, command->more, 0);
        }
        print_options(out, command);
        print_examples(out, command->name);
        return;
    }
    (void)fputs("alidade reads incidents from pagers, ticket systems and status pages, and writes reliability reports that say what\n"
                "can be known from them, and what cannot.\n\nusage: alidade [-c FILE] COMMAND [...]\n\nCommands:\n",
                out);
    const struct ald_command *row;
    for (size_t i = 0; (row = ald_command_at(i)); i++) {
        char name[64];
        if (!row->help)
            continue;
        (void)snprintf(name, sizeof name, "%s %s", row->name, row->args);
        (void)fprintf(out, "  %-35s  %s\n", name, row->help);
    }
    print_options(out, NULL);
    (void)fputc('\n', out);
    print_wrapped(out, "`alidade COMMAND --help` says more, `alidade man 5` what the configuration may hold. Exit codes: 0 done, 1 a result could not be "
                       "produced (or the store holds nothing of that name), 2 usage or configuration, 3 something is missing or was quarantined, 4 a "
                       "source refused the credentials.", 0);
}

static const struct ald_command *find_command(const char *name)
{
    const struct ald_command *row;
    for (size_t i = 0; (row = ald_command_at(i)); i++)
        if (strcmp(row->name, name) == 0)
            return row;
    return NULL;
}

static enum ald_rc unknown_command(const char *name, struct ald_err *err)
{
    struct ald_near near = ald_near_begin(name);
    char room[ALD_NEAR_MAX];
    const struct ald_command *row;
    for (size_t i = 0; (row = ald_command_at(i)); i++)
        ald_near_offer(&near, row->name);
    return ald_fail(err, ALD_ERR_USAGE, "unknown command '%.40s'%s (see alidade --help)", name, ald_near_text(&near, room));
}

static enum ald_rc open_log(struct ald_session *s, struct ald_err *err)
{
    const char *format = s->options.log_format ? s->options.log_format : "text";
    s->clock = ald_clock_system();
    s->log = (struct ald_log){.out = stderr, .level = s->options.verbose ? ALD_LOG_DEBUG : s->options.quiet ? ALD_LOG_ERROR : ALD_LOG_WARN,
                              .json = strcmp(format, "json") == 0, .clock = s->clock};
    if (!s->log.json && strcmp(format, "text") != 0)
        return ald_fail(err, ALD_ERR_USAGE, "--log-format: found '%.40s', expected text or json", format);
    s->progress = isatty(STDERR_FILENO) && !s->options.no_progress && !s->options.quiet && !s->options.verbose;
    return ALD_OK;
}

/** A dry run makes nothing, not even the store: without one it tells what a first run would do. */
static enum ald_rc open_store(struct ald_session *s, unsigned needs, struct ald_err *err)
{
    bool only_reads = (needs & ALD_NEED_WORD_READS) && s->options.args_n && ald_cfg_in_words("list show why", s->options.args[0]);
    bool write = (needs & ALD_NEED_STORE_WRITE) && !only_reads, read = write || only_reads || (needs & ALD_NEED_STORE_READ);
    if (!read)
        return ALD_OK;
    if (s->options.dry_run && access(s->config.store, F_OK) != 0)
        return ald_store_open(":memory:", ALD_STORE_WRITE, &s->store, err);
    return ald_store_open(s->config.store, write && !s->options.dry_run && !s->options.list ? ALD_STORE_WRITE : ALD_STORE_READ, &s->store, err);
}

static enum ald_rc prepare(struct ald_session *s, const struct ald_command *command, struct ald_err *err)
{
    ALD_TRY(ald_options_check(&s->options, command->options, err));
    if (!*command->args && s->options.args_n) /* a period without --period would be another one */
        return ald_fail(err, ALD_ERR_USAGE, "'alidade %s' takes no arguments, found '%.40s' (see alidade %s --help)", command->name, s->options.args[0],
                        command->name);
    ALD_TRY(open_log(s, err));
    if (command->needs & ALD_NEED_CONFIG) {
        ALD_TRY(ald_session_configure(s, err));
        for (size_t i = 0; s->config.notes[i]; i++)
            ald_log_kv(&s->log, ALD_LOG_WARN, "configuration", "note", s->config.notes[i], NULL);
    }
    return open_store(s, command->needs, err);
}

/** A reader of the output that has seen enough, such as head, is no error worth a word. */
static bool reader_left(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return ferror(stdout) && poll(&out, 1, 0) == 1 && (out.revents & POLLERR);
}

static void print_error(const struct ald_session *s, const struct ald_err *err)
{
    ald_progress_note(s, NULL);
    if (s->log.json)
        ald_log_kv(&s->log, ALD_LOG_ERROR, "failed", "kind", ald_rc_info(err->rc)->name, "message", err->msg, NULL);
    else
        (void)fprintf(stderr, "alidade: %s\n", ald_shown(s, err->msg));
    if (s->options.verbose && err->file)
        (void)fprintf(stderr, "alidade: raised at %s:%d\n", err->file, err->line);
}

static int run(struct ald_session *s, int argc, char **argv)
{
    struct ald_err err = {0};
    int code = 0;
    enum ald_rc rc = ald_options_parse(argc, argv, &s->options, &err);
    const struct ald_command *command = NULL;
    if (rc == ALD_OK && s->options.version) {
        (void)printf("alidade %s\n", ALD_VERSION);
        return 0;
    }
    if (rc == ALD_OK && s->options.command && !(command = find_command(s->options.command)))
        rc = unknown_command(s->options.command, &err);
    if (rc == ALD_OK && (s->options.help || !command)) {
        print_help(s->options.help ? stdout : stderr, command);
        return s->options.help ? 0 : 2;
    }
    on_interrupt(command && (command->needs & ALD_NEED_STOP) ? on_signal : end_now);
    if (rc == ALD_OK)
        rc = prepare(s, command, &err);
    if (rc == ALD_OK)
        rc = command->run(s, &code, &err);
    ald_progress_note(s, NULL);
    if (rc != ALD_OK) {
        if (rc != ALD_ERR_IO || !reader_left())
            print_error(s, &err);
        code = ald_worse_code(ald_rc_info(rc)->exit_code, code);
    }
    return code;
}

/** What was printed must have arrived, also what left the buffer long ago. */
static int check_output(int code)
{
    bool lost = ferror(stdout) != 0;
    errno = 0;
    if (fflush(stdout) == 0 && !lost)
        return code;
    const char *why = errno ? strerror(errno) : "a part of it was lost";
    if (code != 1 && !reader_left()) /* a command that failed has said so */
        (void)fprintf(stderr, "alidade: cannot write the output: %s\n", why);
    return ald_worse_code(code, 1);
}

int main(int argc, char **argv)
{
    struct ald_session session = {0};
    /* Tokens are in memory while a run lasts: no core dump may hold them. */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow (ulimit -f) is an error of writing, like a full disk */
    (void)signal(SIGABRT, on_abort);
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_BYTES); /* for good: else what is freed raises it, and then nothing large goes back to the kernel */
#endif
    session.arena = ald_arena_new();
    int code = check_output(run(&session, argc, argv));
    ald_store_close(session.store);
    ald_arena_free(session.arena);
    return code;
}
