/* Files of lines, JSON objects or rows of CSV with the same names: what their connectors share. */
#pragma once

#include "alidade/zone.h"
#include "connector.h"

/* All that a timeline can hold: a file of events is whole. */
#define ALD_LINES_HOLDS                                                                                                \
    (ALD_HOLDS_TEAMS | ALD_HOLDS_RESPONDERS | ALD_HOLDS_SERVICES | ALD_HOLDS_STATES | ALD_HOLDS_HUMAN |                \
     ALD_HOLDS_AS_SEEN)

/* ---- lines.c: reading lines by the names of their columns ---- */

struct ald_line {
    const struct ald_source_cfg *cfg;
    struct ald_rows *rows;
    struct ald_element *el;
    const struct ald_jv *v;
    bool csv; /* every value is text; lists are joined by ';' */
    const struct ald_zone *zone; /* of times that name none; NULL: UTC */
    enum ald_date_order order;
};
typedef enum ald_rc ald_line_fn(const struct ald_line *line, struct ald_err *err);

/** True when s is in a list that ends with NULL. */
bool ald_line_one_of(const char *s, const char *const *list);
/** Text, or a number as text; NULL when absent or "". */
ALD_CHECK enum ald_rc ald_line_text(const struct ald_line *line, const char *key, const char **ret, struct ald_err *err);
/** Text that must be there. */
ALD_CHECK enum ald_rc ald_line_needed(const struct ald_line *line, const char *key, const char **ret, struct ald_err *err);
/** Strings of a list, NULL-terminated; none when absent. */
ALD_CHECK enum ald_rc ald_line_list(const struct ald_line *line, const char *key, const char *const **ret, struct ald_err *err);
/** One word of a NULL-terminated list; *ret stays when the column is absent. */
ALD_CHECK enum ald_rc ald_line_choice(const struct ald_line *line, const char *key, const char *const *list, const char **ret,
                                      struct ald_err *err);
/** http:// or https:// and something behind it. */
bool ald_line_is_url(const char *text);
/** A time in any usual form, in the zone and order of days and months that the source's keys `timezone` and `dates` name. */
ALD_CHECK enum ald_rc ald_line_time(const struct ald_line *line, const char *key, int64_t *ret_ms, struct ald_err *err);
/** The same; ALD_TIME_NONE when absent. */
ALD_CHECK enum ald_rc ald_line_time_opt(const struct ald_line *line, const char *key, int64_t *ret_ms, struct ald_err *err);
/** true, false, yes, no, 1 or 0 as 1 and 0; -1 when absent. */
ALD_CHECK enum ald_rc ald_line_flag(const struct ald_line *line, const char *key, int *ret, struct ald_err *err);
/** A page of lines: each is checked against the columns (NULL-terminated; a '*' before those that every line needs) and given to fn;
 *  one that fails is quarantined with the number of its line. A column of CSV that is not known, or one that is needed and not there,
 *  fails the page: nothing of the file is taken. */
ALD_CHECK enum ald_rc ald_lines_read(const struct ald_source_cfg *cfg, const struct ald_http_res *res, struct ald_rows *rows,
                                     const char *const *columns, ald_line_fn *fn, struct ald_next *next, struct ald_err *err);

/* ---- lines_records.c, lines_learning.c: what they mean ---- */

typedef enum ald_rc ald_lines_page_fn(const struct ald_source_cfg *cfg, const struct ald_http_res *res,
                                      struct ald_rows *rows, struct ald_next *next, struct ald_err *err);
ald_lines_page_fn ald_lines_records, ald_lines_events, ald_lines_services, ald_lines_teams, ald_lines_reviews, ald_lines_attendance,
    ald_lines_learnings, ald_lines_actions, ald_lines_told;

/* ---- lines_streams.c: the tables of the connectors ---- */

extern const struct ald_stream ald_lines_streams[];
extern const struct ald_person_path ald_lines_people[];
extern const struct ald_source_key ald_lines_keys[];
#define ALD_LINES_STREAMS_N 9
#define ALD_LINES_PEOPLE_N 4
#define ALD_LINES_KEYS_N 14
