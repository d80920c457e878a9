/* recording.json: what run a recording is of. See recording.h. */
#include <string.h>

#include "alidade/file.h"
#include "recording_priv.h"

#define FORM 1 /* of recording.json and of page files */
#define MANIFEST "recording.json"

const char *ald_recording_manifest_path(const struct ald_recording *rec)
{
    return ald_sprintf(rec->arena, "%s/" MANIFEST, rec->folder);
}

enum ald_rc ald_recording_write_manifest(struct ald_recording *rec, struct ald_err *err)
{
    struct ald_replace file;
    ALD_TRY(ald_replace_begin(&file, ald_recording_manifest_path(rec), err));
    struct ald_jw w;
    ald_jw_init(&w, ald_json_sink_file(file.file), 1);
    ald_jw_object(&w);
    ald_jw_key(&w, "alidade_recording");
    ald_jw_int(&w, FORM);
    ald_jw_key(&w, "type");
    ald_jw_str(&w, rec->run.type);
    ald_jw_key(&w, "people");
    ald_jw_str(&w, rec->run.people);
    ald_jw_key(&w, "began");
    ald_jw_time(&w, rec->run.began);
    ald_jw_key(&w, "ended");
    ald_jw_time(&w, rec->ended);
    ald_jw_key(&w, "contents");
    ald_jw_str(&w, ald_sprintf(rec->arena, "%016llx", (unsigned long long)rec->contents));
    ald_jw_key(&w, "windows");
    ald_jw_array(&w);
    for (size_t i = 0; i < rec->windows_n; i++) {
        const struct ald_recorded_window *x = &rec->windows[i];
        ald_jw_object(&w);
        ald_jw_key(&w, "stream");
        ald_jw_str(&w, x->stream);
        ald_jw_key(&w, "since");
        ald_jw_time(&w, x->window.since);
        ald_jw_key(&w, "until");
        ald_jw_time(&w, x->window.until);
        ald_jw_key(&w, "started");
        ald_jw_time(&w, x->started);
        ald_jw_object_end(&w);
    }
    ald_jw_array_end(&w);
    ald_jw_object_end(&w);
    enum ald_rc rc = ald_jw_finish(&w, err);
    if (rc == ALD_OK)
        rc = ald_replace_commit(&file, err);
    ald_replace_abort(&file);
    return rc;
}

static enum ald_rc read_windows(struct ald_recording *rec, const struct ald_jv *root, struct ald_err *err)
{
    struct ald_jv list, it;
    if (!ald_json_opt(root, "windows", &list))
        return ALD_OK;
    for (bool ok = ald_json_first(&list, &it); ok; ok = ald_json_next(&it)) {
        struct ald_recorded_window x = {.window = {.first = true}};
        ALD_TRY(ald_json_str(&it, "stream", &x.stream, err));
        ALD_TRY(ald_json_time_opt(&it, "since", &x.window.since, err));
        ALD_TRY(ald_json_time_opt(&it, "until", &x.window.until, err));
        ALD_TRY(ald_json_time_opt(&it, "started", &x.started, err));
        x.stream = ald_strdup(rec->arena, x.stream);
        rec->windows = ald_grow(rec->arena, rec->windows, rec->windows_n, &rec->windows_cap, sizeof *rec->windows);
        rec->windows[rec->windows_n++] = x;
    }
    return ALD_OK;
}

enum ald_rc ald_recording_read_manifest(struct ald_recording *rec, const struct ald_jv *root, struct ald_err *err)
{
    const char *type = NULL, *people = NULL, *contents = NULL;
    bool has = false;
    int64_t form = 0;
    ALD_TRY(ald_json_int_opt(root, "alidade_recording", &has, &form, err));
    if (form != FORM)
        return ald_fail(err, ALD_ERR_CONFIG, "'%s' is no recording that this version can read", rec->folder);
    ALD_TRY(ald_json_str(root, "type", &type, err));
    ALD_TRY(ald_json_str(root, "people", &people, err));
    ALD_TRY(ald_json_time(root, "began", &rec->run.began, err));
    ALD_TRY(ald_json_time_opt(root, "ended", &rec->ended, err));
    ALD_TRY(ald_json_str(root, "contents", &contents, err));
    ALD_TRY(read_windows(rec, root, err));
    rec->contents_text = ald_strdup(rec->arena, contents);
    rec->now = rec->run.began;
    if (strcmp(type, rec->run.type) != 0)
        return ald_fail(err, ALD_ERR_CONFIG, "'%s' was recorded from a %.40s source, not from %s", rec->folder, type,
                        rec->run.type);
    rec->as_sent = strcmp(people, ALD_RECORDING_AS_SENT) == 0;
    if (!rec->as_sent && strcmp(people, rec->run.people) != 0)
        return ald_fail(err, ALD_ERR_CONFIG, "'%s' was recorded with people: %.20s; the configuration says people: %s",
                        rec->folder, people, rec->run.people);
    return ALD_OK;
}
