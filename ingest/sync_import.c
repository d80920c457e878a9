/* Imports: a file that is refused as a whole (it cannot be read, its columns are not known) must leave the store as it was, for no run
 * would ever read that source again and mend it. Knows nothing of what lines mean. */
#include "sync_priv.h"

static enum ald_rc try_stream(struct ald_sync *s, const struct ald_stream *stream, struct ald_err *err)
{
    ALD_CLEANUP(ald_sync_page_done) struct ald_sync_page page;
    ald_sync_page_init(s, &page);
    return ald_sync_file_first(s, stream, 1, &page, err);
}

enum ald_rc ald_sync_import_try(struct ald_sync *s, struct ald_err *err)
{
    for (size_t i = 0; i < s->connector->streams_n; i++) {
        const struct ald_stream *stream = &s->connector->streams[i];
        if (!ald_sync_wanted(s, stream))
            continue;
        if (try_stream(s, stream, err) != ALD_OK)
            return ald_wrap(err, "source '%s': %s", s->cfg->name, stream->name);
    }
    return ALD_OK;
}

enum ald_rc ald_sync_import_heal(struct ald_sync *s, struct ald_err *err)
{
    ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
    ALD_TRY(ald_q_open(s->store, "sync_import_heal", &q, err));
    ald_q_text(q, 1, s->cfg->name);
    return ald_q_run(q, err);
}
