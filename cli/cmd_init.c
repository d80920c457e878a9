/* alidade init: a commented starter configuration, from the tables of keys and of sources. Never overwrites. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"

#define NAME_BYTES 96

/** What this environment knows of a source: the variables that hold its credentials, and the values of what it requires. */
struct found {
    char token[NAME_BYTES], user[NAME_BYTES]; /* names of variables; "": none */
    const char *missing;                      /* a required key without a value, or NULL */
};

/* The first word of a list, or with from_env the first one that is a variable with a value. "" when there is none. */
static void choose_variable(const char *words, bool from_env, char ret[NAME_BYTES])
{
    ret[0] = '\0';
    for (const char *word = words; word && *word;) {
        size_t n = strcspn(word, " ");
        char name[NAME_BYTES];
        (void)snprintf(name, sizeof name, "%.*s", (int)n, word);
        const char *value = from_env ? getenv(name) : "";
        if (value && (!from_env || *value)) {
            memcpy(ret, name, sizeof name);
            return;
        }
        word += n + strspn(word + n, " ");
    }
}

/* TYPE_KEY, as in JIRA_BASE_URL: where --from-env looks for what a source requires beside its credentials. */
static const char *required_value(const struct ald_source_type *type, const char *key)
{
    char name[NAME_BYTES];
    struct ald_err err = {0};
    (void)snprintf(name, sizeof name, "%s_%s", type->type, key);
    for (char *p = name; *p; p++)
        *p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
    const char *value = getenv(name);
    if (!value || !*value)
        return NULL;
    if (strcmp(key, "base_url") == 0 && ald_source_url_check(value, &err) != ALD_OK)
        return NULL; /* it may hold a password */
    for (const char *p = value; *p; p++)
        if ((unsigned char)*p < ' ')
            return NULL;
    return value;
}

static void print_quoted(FILE *out, const char *text)
{
    bool plain = *text != '\0';
    for (const char *p = text; *p; p++)
        plain = plain && (isalnum((unsigned char)*p) || (strchr("_.-/:", *p) && (*p != ':' || p[1] == '/')));
    if (plain) {
        (void)fputs(text, out);
        return;
    }
    (void)fputc('"', out);
    for (const char *p = text; *p; p++) {
        if (*p == '"' || *p == '\\')
            (void)fputc('\\', out);
        (void)fputc(*p, out);
    }
    (void)fputc('"', out);
}

static void print_required(FILE *out, const struct ald_source_type *type, const char *key, const char *example, bool from_env,
                           struct found *found)
{
    const char *value = from_env ? required_value(type, key) : NULL;
    if (!value)
        found->missing = found->missing ? found->missing : key;
    (void)fprintf(out, ", %s: ", key);
    print_quoted(out, value ? value : example ? example : "...");
}

static void print_pairs(FILE *out, const struct ald_source_type *type, bool from_env, struct found *found)
{
    (void)fprintf(out, "- { name: %s, type: %s", type->type, type->type);
    if (!type->default_base_url)
        print_required(out, type, "base_url", type->example_base_url, from_env, found);
    for (size_t i = 0; i < type->keys_n; i++) {
        const struct ald_source_key *key = &type->keys[i];
        if (key->required || key->example || (type->token_when_key && strcmp(key->key, type->token_when_key) == 0))
            print_required(out, type, key->key, key->example, from_env, found);
    }
    if (*found->user)
        (void)fprintf(out, ", user_env: %s", found->user);
    if (*found->token)
        (void)fprintf(out, ", token_env: %s", found->token);
    (void)fprintf(out, " } # %s\n", type->title);
}

/* One line: turned on when this environment has all that it needs. */
static bool print_source(const struct ald_session *s, FILE *out, const struct ald_source_type *type, bool from_env)
{
    struct found found = {0};
    char *line = NULL;
    size_t size = 0;
    choose_variable(type->token_envs, from_env, found.token);
    choose_variable(type->user_envs, from_env, found.user);
    bool credentials = from_env && *found.token && (!type->needs_user || *found.user);
    if (!credentials) {
        choose_variable(type->token_envs, false, found.token);
        choose_variable(type->user_envs, false, found.user);
    }
    FILE *text = open_memstream(&line, &size);
    if (!text)
        return false;
    print_pairs(text, type, credentials, &found);
    bool on = fclose(text) == 0 && credentials && !found.missing;
    (void)fprintf(out, "  %s%s", on ? "" : "# ", line ? line : "\n");
    free(line);
    if (on)
        ald_say(s, "%s: turned on, with the token in %s", type->type, found.token);
    else if (credentials)
        ald_say(s, "%s: found its token in %s; write its %s, and take the '#' before it away", type->type, found.token, found.missing);
    return on;
}

static void print_sources(const struct ald_session *s, FILE *out)
{
    const struct ald_source_type *type;
    bool from_env = s->options.from_env, any = false;
    (void)fputs("sources:\n  # Take the '#' before a source away to turn it on. All keys: man 5 alidade-config (or alidade man 5); more to look at: examples/\n", out);
    for (size_t i = 0; (type = ald_source_type_at(i)); i++)
        if (type->token_envs)
            any = print_source(s, out, type, from_env) || any;
    (void)fprintf(out, "  # - { name: vendor, type: statuspage, base_url: https://www.githubstatus.com, role: vendor } # any public status page\n"
                       "  %s- { name: history, type: ndjson, path: history.ndjson, kind: ticket } # a file of your own: docs/FILES.md\n",
                  any || access("history.ndjson", F_OK) != 0 ? "# " : "");
    if (from_env && !any)
        ald_say(s, "no source was turned on: the variables that were looked for stand in the file");
}

static void print_key(FILE *out, const struct ald_key_row *row, int depth)
{
    char key[96];
    const char *name = strrchr(row->path, '.');
    bool given = row->default_ && *row->default_;
    name = name ? name + 1 : row->path;
    if (row->type == ALD_KEY_MAP) {
        (void)fprintf(out, "\n# %s\n%s:\n", row->help, name);
        return;
    }
    (void)snprintf(key, sizeof key, "%*s%s%s: %s", depth * 2, "", given ? "" : "# ", name, given ? row->default_ : "");
    (void)fprintf(out, "%-34s # %s%s%s\n", key, row->help, row->choices ? "; one of: " : "", row->choices ? row->choices : "");
}

static void print_starter(const struct ald_session *s, FILE *out)
{
    const struct ald_key_row *row;
    (void)fputs("# alidade configuration. Paths are relative to this file. Tokens never stand here: name the environment variable\n"
                "# (token_env) or the file (token_file) that holds them.\n\n",
                out);
    for (size_t i = 0; (row = ald_key_at(i)); i++) {
        bool below = strchr(row->path, '.') != NULL;
        if (row->later || strchr(row->path, '['))
            continue;
        if (strcmp(row->path, "sources") == 0) {
            (void)fprintf(out, "\n# %s\n", row->help);
            print_sources(s, out);
        } else {
            print_key(out, row, below ? 1 : 0);
        }
    }
}

enum ald_rc ald_cmd_init(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    const char *path = s->options.config ? s->options.config : "alidade.yaml";
    (void)ret_code;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return ald_fail(err, ALD_ERR_USAGE, "'%s' exists already, and is left as it is", path);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    if (!file) {
        int why = errno;
        if (fd >= 0)
            (void)close(fd);
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(why));
    }
    print_starter(s, file);
    const bool lost = fflush(file) != 0 || ferror(file);
    const int why = errno;
    if (fclose(file) != 0 || lost) {
        (void)unlink(path); /* a part of it would be kept from being written again */
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(lost ? why : errno));
    }
    (void)printf("%s\n", path);
    ald_say(s, "edit its sources, then: alidade doctor, then alidade run");
    return ALD_OK;
}
