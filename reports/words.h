/* Values as words for people, and texts as they may be shown: what every format that is read by people shares. Writes
 * nothing, computes nothing. */
#pragma once

#include "alidade/report.h"

/** Well-formed and printable, line feeds kept: what XML and HTML can hold. The text itself where it is that already, else
 *  arena-owned. */
const char *ald_words_printable(struct ald_arena *a, const char *text);
/** The same on one line and at most max code points: titles, names of series, headers. NULL gives "". */
const char *ald_words_line(struct ald_arena *a, const char *text, size_t max);
/** A value as text for people: "3 d 4 h", "2,114", "0.57", "8.1 %", "2026-10-07 08:00" in the report's zone, texts of a
 *  list joined by commas; NULL when there is none. Arena-owned. */
const char *ald_words(const struct ald_report *report, struct ald_arena *a, const struct ald_node *node, enum ald_show show);
/** "29 min to 2 h 20 min", "from 29 min", "up to 2 h 20 min"; without bounds the reason, and *ret_absent; NULL when there
 *  is no interval at all. */
const char *ald_words_interval(const struct ald_report *report, struct ald_arena *a, const struct ald_figure *figure, bool *ret_absent);
/** True for a list that stands on its own in a card, item by item; a short one is a value like any other. */
bool ald_words_own_list(const struct ald_column *column);
/** A count with its thousands apart: "2,114". */
const char *ald_words_count(struct ald_arena *a, int64_t n);
/** "7 October 2026", in the zone. */
const char *ald_words_date(struct ald_arena *a, const struct ald_zone *zone, int64_t ms);
/** "July to September 2026", "August 2026", "2026" for whole calendar months, else "1 July to 12 August 2026"; months is
 *  that of struct ald_period, end is exclusive. */
const char *ald_words_period(struct ald_arena *a, const struct ald_zone *zone, int64_t start, int64_t end, int months);
/** "Jan" ... "Dec"; month 1..12. */
const char *ald_words_month_short(int month);
/** Whether the blank at `blank`, within the text that begins at `text`, stands within a figure: between a number and its unit, and
 *  between the parts of a duration ("4 h 42 min"). No line ends there. */
bool ald_words_unbroken(const char *text, const char *blank);
/** The text with no-break spaces there; the text itself where there is none. Arena-owned. */
const char *ald_words_kept(struct ald_arena *a, const char *text);
/** Web addresses (http, https) that need no repair: anything else stays text. */
bool ald_words_can_link(struct ald_arena *scratch, const char *url);

/* ---- Rows ---- */
/** Rows of a LIST or ROWS node; 0 for anything else and NULL. */
size_t ald_rows_n(const struct ald_node *rows);
/** So many of a table's rows are shown, those that come first; *ret_all (may be NULL): of so many. */
size_t ald_table_rows(const struct ald_report *report, const struct ald_table *table, size_t *ret_all);
/** "The first 2,000 of 2,575 rows; all are in the JSON of this report." below a table of which so many are shown; NULL: all are. */
const char *ald_table_remark(struct ald_arena *a, const struct ald_report *report, const struct ald_table *table, size_t shown);
/** Row i < ald_rows_n; of ROWS made on scratch. */
const struct ald_node *ald_rows_at(const struct ald_node *rows, size_t i, struct ald_arena *scratch);
/** Whether one of them has a text there: else a column of it would be bare. */
bool ald_rows_tell(const struct ald_node *rows, const char *path);
/** The text at a path inside a node, or NULL. */
const char *ald_text_at(const struct ald_node *node, const char *path);
/** A count of the tree; 0 where it is absent. */
int64_t ald_whole_at(const struct ald_node *node, const char *path);
/** Why nothing stands at a path: the reason of the absent node there, or of one above it; NULL: something does, or no reason is known. */
const char *ald_absent_at(const struct ald_node *node, const char *path);
/** What a figure means, beside the one above it; "as above" where both have one definition. NULL: it has none. */
const char *ald_figure_meaning(const struct ald_report *report, struct ald_arena *scratch, const struct ald_figure *figure,
                               const struct ald_figure *before);
/** What a figure or column means, by the id of its definition; NULL when there is none. */
const char *ald_definition_text(const struct ald_report *report, struct ald_arena *scratch, const char *id);
