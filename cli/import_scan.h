/* What a file to import says of itself before anything is read from it: its form, its sources. */
#pragma once

#include "session.h"

enum ald_import_form { ALD_IMPORT_NDJSON, ALD_IMPORT_CSV, ALD_IMPORT_SLACK };

#define ALD_IMPORT_SOURCES_MAX 64
struct ald_import_scan {
    enum ald_import_form form;
    struct ald_import_source {
        const char *name, *kind, *role; /* of the first line that names it; kind and role may be NULL */
    } sources[ALD_IMPORT_SOURCES_MAX];
    size_t n;
    bool unnamed; /* some line names no source */
};
/** Looks at every line. format: the user's word for the form, or NULL: told by the file. @return ALD_ERR_IO, ALD_ERR_USAGE (of
 *  the format), ALD_ERR_FORMAT: not of that form at all. */
ALD_CHECK enum ald_rc ald_import_scan(struct ald_session *s, const char *path, const char *format, struct ald_import_scan *ret,
                                      struct ald_err *err);
