/* alidade init: a commented starter configuration, from the table of keys. Never overwrites. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"

static const char example_sources[] =
    "sources:\n"
    "  # - { name: desk,    type: servicenow, base_url: https://example.service-now.com, user_env: SN_USER, token_env: SN_PASSWORD }\n"
    "  # - { name: status,  type: statuspage, page_id: abcdefghijkl, token_env: STATUSPAGE_API_KEY }\n"
    "  # - { name: vendor,  type: statuspage, base_url: https://www.githubstatus.com, role: vendor }\n"
    "  - { name: history, type: ndjson, path: history.ndjson, kind: ticket }\n";

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

void ald_config_starter(void *file)
{
    FILE *out = file;
    const struct ald_key_row *row;
    (void)fputs("# alidade configuration. Paths are relative to this file. Tokens never stand here: name the environment variable\n"
                "# (token_env) or the file (token_file) that holds them.\n\n",
                out);
    for (size_t i = 0; (row = ald_key_at(i)); i++) {
        bool below = strchr(row->path, '.') != NULL;
        if (row->later || strchr(row->path, '['))
            continue;
        if (strcmp(row->path, "sources") == 0)
            (void)fprintf(out, "\n# %s\n%s\n", row->help, example_sources);
        else
            print_key(out, row, below ? 1 : 0);
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
    ald_config_starter(file);
    if (fclose(file) != 0)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    (void)printf("%s\n", path);
    ald_say(s, "edit its sources, then: alidade run");
    return ALD_OK;
}
