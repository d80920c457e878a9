/* reports: one tree of typed values whose keys are the JSON contract, and views whose cells point into it by path. Kinds
 * fill the tree and the views; formats render them. No format computes or runs SQL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alidade/analysis.h"
#include "alidade/arena.h"
#include "alidade/err.h"
#include "alidade/json.h"
#include "alidade/store.h"

/* ---- The tree ---- */
enum ald_node_kind {
    ALD_NODE_NULL, ALD_NODE_BOOL, ALD_NODE_INT, ALD_NODE_NUM, ALD_NODE_STR, ALD_NODE_TIME, ALD_NODE_OBJECT, ALD_NODE_LIST,
    ALD_NODE_ROWS, /* a long list: rows are made one at a time on a scratch arena */
    ALD_NODE_LATER /* only inside an object, until it is read: paths and ald_member_node lead to what it becomes */
};
struct ald_node;
/** How a member of many objects alike is made: at tells it from others that are made the same way. */
struct ald_making {
    const char *key;
    struct ald_node *(*make)(void *ctx, size_t at, struct ald_arena *a);
    size_t at;
};
struct ald_member {
    const char *key;
    struct ald_node *node;
    bool unwritten; /* views use it; the JSON does not hold it */
};
struct ald_node {
    enum ald_node_kind kind;
    const char *absent; /* of a NULL node: why there is no value; an object collects these as its member "absent" in JSON */
    union {
        bool boolean;
        int64_t integer; /* also TIME: ms */
        double number;
        const char *text;
        struct {
            struct ald_member *members;
            size_t n, cap;
        } object;
        struct {
            struct ald_node **items;
            size_t n, cap;
        } list;
        struct {
            size_t n;
            struct ald_node *(*row)(void *ctx, size_t i, struct ald_arena *scratch);
            void *ctx;
        } rows;
        struct {
            const struct ald_making *as;
            void *ctx;
            struct ald_arena *arena;
        } later;
    };
};
struct ald_node *ald_node_object(struct ald_arena *a);
/** With room for so many members; more may be set. */
struct ald_node *ald_node_object_for(struct ald_arena *a, size_t members);
struct ald_node *ald_node_list(struct ald_arena *a);
struct ald_node *ald_node_rows(struct ald_arena *a, size_t n, struct ald_node *(*row)(void *, size_t, struct ald_arena *), void *ctx);
/** An object whose members are made when somebody reads them, on its arena: most readers of a row want few of its members. */
struct ald_node *ald_node_object_later(struct ald_arena *a, const struct ald_making *members, size_t n, void *ctx);
/** The value of a member, made now where it is LATER. */
struct ald_node *ald_member_node(const struct ald_member *member);
/** Null with a reason (static or arena-owned; may be NULL: plainly nothing there). */
struct ald_node *ald_node_absent(struct ald_arena *a, const char *reason);
struct ald_node *ald_node_bool(struct ald_arena *a, bool v);
struct ald_node *ald_node_int(struct ald_arena *a, int64_t v);
/** Not finite gives an absent node. */
struct ald_node *ald_node_num(struct ald_arena *a, double v);
/** NULL gives a null node. The text is not copied. */
struct ald_node *ald_node_str(struct ald_arena *a, const char *v);
/** ALD_TIME_NONE gives a null node. */
struct ald_node *ald_node_time(struct ald_arena *a, int64_t ms);
/** Milliseconds as seconds; ALD_TIME_NONE gives an absent node with the reason. */
struct ald_node *ald_node_seconds(struct ald_arena *a, int64_t ms, const char *reason);
void ald_node_set(struct ald_arena *a, struct ald_node *object, const char *key, struct ald_node *value);
/** A member (a path of names) that only views use from now on, by the name as (static or arena-owned): no JSON holds it. Nothing
 *  where there is none. */
void ald_node_keep_out(struct ald_node *object, const char *path, const char *as);
void ald_node_add(struct ald_arena *a, struct ald_node *list, struct ald_node *item);
/** Resolves "clocks.resolve.median_ci_s[0]"; a step "{shown}" stands for the text of the member `shown` of the node where
 *  the path began. Returns NULL when there is none. Paths do not go through ROWS. */
const struct ald_node *ald_node_at(const struct ald_node *node, const char *path);
/** A path that is asked of many nodes alike, with the places where its steps were found the last time; begins with nothing but text. */
#define ALD_PATH_STEPS 8
struct ald_path {
    const char *text;
    size_t found[ALD_PATH_STEPS];
};
/** The same as ald_node_at, sooner where the nodes are alike; NULL where the path has no text. */
const struct ald_node *ald_node_at_path(const struct ald_node *node, struct ald_path *path);
/** Writes a node; ROWS are made and dropped one by one. Reasons of absent members come as the member "absent" {key: reason}. */
void ald_node_write(struct ald_jw *w, const struct ald_node *node, struct ald_arena *scratch);

struct ald_story;
/** Why a story could be told, strongest first: [{id, text, strength, evidence}]. */
struct ald_node *ald_story_reasons_node(struct ald_arena *a, const struct ald_story *story);

/* ---- Views ---- */
enum ald_show { /* how a value is shown to people */
    ALD_SHOW_TEXT, ALD_SHOW_COUNT, ALD_SHOW_NUMBER /* 3 significant */, ALD_SHOW_POSITION /* 0.00 */, ALD_SHOW_PERCENT /* of a share */,
    ALD_SHOW_SECONDS /* a duration */, ALD_SHOW_AGE /* a duration of days and months */, ALD_SHOW_TIME /* in the report's zone */, ALD_SHOW_LIST /* texts joined */, ALD_SHOW_BOOL,
    ALD_SHOW_WORD /* one of our own words, as people say it: "end not recorded" */, ALD_SHOW_SENTENCE /* a text of ours, no value */
};
struct ald_column {
    const char *title, *path; /* path inside the row */
    enum ald_show show;
    int width;                /* characters */
    const char *link;         /* path of an URL inside the row; "#SECTION:PATH": to the row there whose anchor is the id at PATH; or NULL */
    const char *definition;   /* id in definitions, or NULL */
};
struct ald_table {
    const char *rows; /* path of a LIST or ROWS in the tree */
    const char *empty; /* what to say when there are none */
    const struct ald_column *columns;
    size_t columns_n;
    bool filter;      /* the reader may filter and sort */
    bool cards;       /* few rows that are read one by one: first column names, second titles, the rest explains */
    size_t printed;     /* on paper only the first so many columns; 0: all */
    size_t most;        /* show only the first so many rows, and say so; 0: all. The JSON has them all */
    bool labelled;    /* of cards: the rest is long, each value stands under the title of its column */
    const char *anchor; /* path inside the row of an id that links lead to, or NULL */
};
/** One line: label, value, interval, n, what it means. Paths are absolute; NULL: none. */
struct ald_figure {
    const char *label, *path, *low, *high, *n;
    enum ald_show show;
    const char *definition;
};
enum ald_tone { ALD_TONE_GREY, ALD_TONE_BLUE, ALD_TONE_ORANGE, ALD_TONE_VIOLET, ALD_TONE_INK, ALD_TONE_N }; /* none grades */
struct ald_series {
    const char *title, *path, *equals; /* rows whose value at path is this text; equals NULL: no value there */
    enum { ALD_MARK_CIRCLE, ALD_MARK_UP, ALD_MARK_DOWN, ALD_MARK_SQUARE } mark;
    enum ald_tone tone;
};
/** A line through the rows of another list, in the units of the chart's axes. */
struct ald_line {
    const char *title, *rows, *x, *y;
    bool dashed;
};
/** A level across the chart: the number at an absolute path, else value. */
struct ald_level {
    const char *title, *path;
    double value;
};
enum ald_chart_form {
    ALD_CHART_POINTS, /* x and y; with low and high, each point has its range */
    ALD_CHART_RANGES  /* rows side by side in their order, named by label: y with its interval */
};
enum { ALD_NAME_FIRST = 4 };
struct ald_chart {
    enum ald_chart_form form;
    const char *title, *alt; /* alt: what the chart shows, in words */
    const char *rows, *x, *y, *label; /* label: path of what names a point */
    const char *low, *high, *range_title; /* paths in the row, or NULL; what the range is */
    const char *x_title, *y_title;
    enum ald_show x_show, y_show;
    bool x_log, y_log, unit_axes; /* unit_axes: 0..1 */
    bool joined;                  /* a line through the points, in the order of the rows */
    bool named;                   /* the most telling points have their label beside them */
    const char *name_first[ALD_NAME_FIRST]; /* paths of lists whose rows' "key" are labels to name before all others; NULL after the last */
    const char *name_where;       /* path of a boolean in the row: only points where it holds are named, and all of them that have room; or NULL */
    const char *unless;           /* path of a boolean in the row: where it holds, the row has no point; or NULL */
    const char *unless_why;       /* "fewer than 5 incidents": said of such rows, by name; NULL: nothing is */
    size_t most;                  /* draw at most so many, a seeded sample; 0: as many as the format can */
    const struct ald_series *series;
    size_t series_n;
    const struct ald_line *lines;
    size_t lines_n;
    const struct ald_level *levels;
    size_t levels_n;
    const char *noun, *x_word, *y_word; /* what rows are and what axes measure, to say of how many that is known; NULL: not said */
    const char *why;                    /* path of the reason why a row lacks it, where none stands at the axes' own paths; or NULL */
    const char *hollow, *hollow_is;     /* rows whose value at this path is this text have hollow marks; NULL: none has */
    const char *hollow_means, *filled_means, *hollow_brief, *apart; /* what the two are, in words, and what follows from it */
    const char *corners[4]; /* text for top left, top right, bottom left, bottom right; may be NULL */
};
enum ald_block_kind {
    ALD_BLOCK_HEADING, ALD_BLOCK_TEXT, ALD_BLOCK_REMARK, ALD_BLOCK_FIGURES, ALD_BLOCK_TABLE, ALD_BLOCK_CHART,
    ALD_BLOCK_LEAD, /* a sentence of the opening, which is one paragraph or several points */
    ALD_BLOCK_QUOTE /* people's own words */
};
enum ald_place { ALD_PLACE_FULL, ALD_PLACE_LEFT, ALD_PLACE_RIGHT }; /* where the format has room for two columns */
struct ald_block {
    enum ald_block_kind kind;
    enum ald_place place;
    bool strong; /* of a LEAD: what matters most */
    bool item;   /* of a LEAD: it begins another point of the opening; the first does anyway */
    bool aside;  /* set apart from the rest */
    bool new_page; /* begins a page on paper */
    const char *text; /* heading, text, remark; caption of others or NULL */
    const struct ald_figure *figures;
    size_t figures_n;
    const struct ald_table *table;
    const struct ald_chart *chart;
};
struct ald_section {
    const char *id, *title;
    struct ald_block *blocks;
    size_t blocks_n, blocks_cap;
    bool one_page, landscape;
    bool screen;           /* what stands behind a printed page: not printed with it */
    enum ald_place place;  /* of the blocks that are added from now on */
    bool aside;            /* the same */
};
struct ald_report {
    struct ald_arena *arena;
    const char *period_label, *period_file;
    const char *kind, *title, *subtitle; /* "Quarterly reliability review" ; "Acme · 2026Q3 · ..." */
    struct ald_node *root;
    struct ald_node *words; /* the member definition_list: empty until the sections stand, whose headings and figures lead to it */
    struct ald_section *sections;
    size_t sections_n, sections_cap;
    const struct ald_zone *zone;
    int64_t as_of;
    bool first_untitled; /* the title of the report is that of its first section */
    bool simulated; /* the data is a simulated sample: said on every page */
    bool gaps;      /* a source of the report is incomplete or holds quarantined records: exit code 3 */
};

/* ---- Kinds and formats ---- */
/** What the reports of one period have in common: made when the first of them asks, and in their trees, so freed after them. */
struct ald_gathered;
struct ald_gathered *ald_gathered_new(void);
/** Once all are built: lets go of what was only looked up for that. */
void ald_gathered_built(struct ald_gathered *gathered);
void ald_gathered_freep(struct ald_gathered **gathered);
/** A source of the configuration: what was never read of it must be said. */
struct ald_report_source {
    const char *name, *type, *kind, *role;
};
struct ald_report_input {
    struct ald_store *store; /* inside a read transaction */
    const struct ald_analysis *analysis;
    struct ald_gathered *gathered; /* of this analysis and period */
    struct ald_period period;
    const char *version;     /* of the program */
    bool simulated;          /* configuration says `simulated: true` */
    const char *filled_for;  /* the organisation for which the store was filled, if it is another one than the configuration's; else NULL */
    const struct ald_report_source *configured;
    size_t configured_n;
};
struct ald_kind {
    const char *name, *title;
    enum ald_rc (*build)(const struct ald_report_input *in, struct ald_report *report, struct ald_err *err);
};
struct ald_format {
    const char *name, *ext;
    bool on_request; /* written only when it is named */
    bool whole;      /* reads all of the tree, and with it what signals rest on; the others what the views point into */
    /** Writes the whole file at path (a temp file that the caller puts in place). NULL: it is written in two steps, of which the first
     *  reads all that it will of the report and keeps it, and the second, of which nothing is asked if the first failed, makes the file
     *  and lets go. */
    enum ald_rc (*write)(const struct ald_report *report, const char *path, struct ald_err *err);
    enum ald_rc (*fill)(const struct ald_report *report, const char *path, void **ret_kept, struct ald_err *err);
    enum ald_rc (*pack)(void *kept, struct ald_err *err);
};
const struct ald_kind *ald_kind_find(const char *name);
const struct ald_kind *ald_kind_at(size_t i);
const struct ald_format *ald_format_find(const char *name);
const struct ald_format *ald_format_at(size_t i);

/** Builds a report; the analysis, what was gathered and the store must outlive it. */
ALD_CHECK enum ald_rc ald_report_build(const struct ald_kind *kind, const struct ald_report_input *in, struct ald_report **ret,
                                       struct ald_err *err);
void ald_report_free(struct ald_report *report);
void ald_report_freep(struct ald_report **report);
/** Begins DIR/KIND-PERIOD.EXT, which stands there once it is ended: afterwards the report, and all that it rests on, may go. *ret is
 *  arena-owned. Then ends it. */
struct ald_report_file;
ALD_CHECK enum ald_rc ald_report_file_begin(const struct ald_report *report, const struct ald_format *format, const char *dir,
                                            struct ald_arena *arena, struct ald_report_file **ret, struct ald_err *err);
ALD_CHECK enum ald_rc ald_report_file_end(struct ald_report_file *file, struct ald_err *err);
/** Its path, arena-owned; NULL: it is not ended. */
const char *ald_report_file_path(const struct ald_report_file *file);
/** Of one that was not ended nothing is left. NULL is fine. */
void ald_report_file_drop(struct ald_report_file *file);

/** "shorter", "typical", "longer", "open": of a reading, wherever it is written. */
const char *ald_verdict_id(enum ald_verdict verdict);

/* ---- One function per object, used by reports, exports and explain alike ---- */
/** INCIDENT of DESIGN 8. */
struct ald_node *ald_incident_node(struct ald_arena *a, const struct ald_analysis *analysis, size_t incident);
/** What a signal's value of an incident rests on: event ids, fields, a quote; of a zero, where it was looked for. NULL when
 *  there is no value. */
const char *ald_evidence_text(struct ald_arena *a, const struct ald_analysis *analysis, size_t incident, size_t signal);
/** People's decisions in force, in the order of their making: {id, kind, incident, field, value, value_shown, reason, decided_at, applied, idle}.
 *  Not by whom: no report lists people. incident: index, or SIZE_MAX for those on all incidents and on none. */
ALD_CHECK enum ald_rc ald_decisions_node(struct ald_arena *a, struct ald_store *store, const struct ald_analysis *analysis,
                                         size_t incident, struct ald_node **ret, struct ald_err *err);
/** A suggestion that was not taken: {confidence, via, refused, a{record, incident, title, url}, b{..}}. */
struct ald_node *ald_suggestion_node(struct ald_arena *a, const struct ald_analysis *analysis, size_t suggestion);
/** One line of `export signals`, `export readings` (DESIGN 9). */
struct ald_node *ald_signal_node(struct ald_arena *a, const struct ald_analysis *analysis, size_t incident, size_t signal);
struct ald_node *ald_reading_node(struct ald_arena *a, const struct ald_analysis *analysis, size_t incident, int reading);
/** `export settings`. */
struct ald_node *ald_settings_node(struct ald_arena *a, const struct ald_analysis *analysis);
