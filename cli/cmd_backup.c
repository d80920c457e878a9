/* alidade backup: a copy of the store, also while another alidade writes to it. */
#include <stdio.h>

#include "alidade/rewrite.h"
#include "commands.h"

enum ald_rc ald_cmd_backup(struct ald_session *s, int *ret_code, struct ald_err *err)
{
    int64_t bytes = 0;
    (void)ret_code;
    if (s->options.args_n != 1)
        return ald_fail(err, ALD_ERR_USAGE, "backup: expected one file to write to");
    const char *path = s->options.args[0];
    ALD_TRY(ald_store_copy(s->store, path, ald_stopped, NULL, &bytes, err));
    (void)printf("%s\n", path);
    ald_say(s, "%.1f MiB, checked. To use it: put it in the place of %s. Keep the key %s too, and apart: without it new records of a person get "
               "another pseudonym, and a copy with its key tells who is who.",
            (double)bytes / (1 << 20), ald_shown(s, s->config.store), ald_shown(s, s->config.key_path));
    return ALD_OK;
}
