/* Values as words for people: see words.h. */
#include "words.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "alidade/utf8.h"
#include "alidade/zone.h"

/* ---- Texts ---- */

static const char *line_feeds(struct ald_arena *a, const char *s)
{
    if (!strchr(s, '\r'))
        return s;
    char *to = ald_alloc(a, strlen(s) + 1);
    size_t at = 0;
    for (; *s; s++)
        if (s[0] != '\r' || s[1] != '\n')
            to[at++] = *s == '\r' ? '\n' : *s;
    return to;
}

/* Most texts: printable ASCII. */
static bool plain(const char *s)
{
    while ((*s >= ' ' && *s < 0x7F) || *s == '\n' || *s == '\t')
        s++;
    return *s == '\0';
}

const char *ald_words_printable(struct ald_arena *a, const char *text)
{
    const char *s = text;
    if (plain(s))
        return s;
    if (!ald_utf8_valid(s, strlen(s)))
        s = ald_utf8_repair(a, s, strlen(s), NULL);
    return ald_utf8_printable(a, line_feeds(a, s), true);
}

const char *ald_words_line(struct ald_arena *a, const char *text, size_t max)
{
    char *line = ald_strdup(a, ald_words_printable(a, text ? text : ""));
    for (char *c = line; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    if (ald_utf8_count(line) <= max)
        return line;
    return ald_sprintf(a, "%.*s\xE2\x80\xA6", (int)ald_utf8_prefix(line, max - 1), line);
}

bool ald_words_can_link(struct ald_arena *scratch, const char *url)
{
    if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
        return false;
    bool ascii = true;
    for (const char *c = url; *c; c++) {
        if ((unsigned char)*c <= ' ' || *c == 0x7F || strchr("\"<>\\^`{|}", *c))
            return false;
        ascii = ascii && (unsigned char)*c < 0x80;
    }
    if (ascii) /* most are */
        return true;
    if (!ald_utf8_valid(url, strlen(url)))
        return false;
    return strcmp(ald_utf8_printable(scratch, url, false), url) == 0;
}

/* ---- Numbers and durations ---- */

const char *ald_words_count(struct ald_arena *a, int64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, n < 0 ? -n : n);
    char *to = ald_alloc(a, 40);
    size_t at = 0;
    if (n < 0)
        to[at++] = '-';
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            to[at++] = ',';
        to[at++] = digits[i];
    }
    return to;
}

/* Bytes of the unit that begins there and ends with its letters; 0: none. */
static size_t unit_bytes(const char *s)
{
    static const char *const units[] = {"%", "min", "h", "d", "s"};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t n = strlen(units[i]);
        if (strncmp(s, units[i], n) == 0 && !isalnum((unsigned char)s[n]))
            return n;
    }
    return 0;
}

/* Whether what ends before `end` is a number and its unit. */
static bool after_unit(const char *text, const char *end)
{
    const char *unit = end;
    while (unit > text && isalpha((unsigned char)unit[-1]))
        unit--;
    return unit < end && unit_bytes(unit) == (size_t)(end - unit) && unit - text >= 2 && unit[-1] == ' ' && isdigit((unsigned char)unit[-2]);
}

bool ald_words_unbroken(const char *text, const char *blank)
{
    const char *next = blank + 1;
    if (blank == text)
        return false;
    if (isdigit((unsigned char)blank[-1]))
        return unit_bytes(next) > 0;
    size_t digits = strspn(next, "0123456789");
    return digits && next[digits] == ' ' && unit_bytes(next + digits + 1) && after_unit(text, blank);
}

const char *ald_words_kept(struct ald_arena *a, const char *text)
{
    size_t n = 0;
    for (const char *s = text ? strchr(text, ' ') : NULL; s; s = strchr(s + 1, ' '))
        n += ald_words_unbroken(text, s);
    if (!n)
        return text;
    char *to = ald_alloc(a, strlen(text) + n + 1), *at = to;
    for (const char *s = text; *s; s++) {
        if (*s == ' ' && ald_words_unbroken(text, s)) {
            memcpy(at, "\xC2\xA0", 2);
            at += 2;
        } else
            *at++ = *s;
    }
    *at = '\0';
    return to;
}

static const char *number_words(struct ald_arena *a, double v, enum ald_show show)
{
    if (!isfinite(v))
        return NULL;
    if (show == ALD_SHOW_SECONDS || show == ALD_SHOW_AGE) {
        char buf[32];
        return ald_strdup(a, ald_duration_format(llround(v * 1000), buf));
    }
    if (show == ALD_SHOW_PERCENT)
        return ald_sprintf(a, "%.1f %%", v * 100);
    if (show == ALD_SHOW_POSITION)
        return ald_sprintf(a, "%.2f", v);
    if ((show == ALD_SHOW_COUNT || v == rint(v)) && fabs(v) < 1e15)
        return ald_words_count(a, llround(v));
    double size = fabs(v);
    if (size >= 999.5) /* 1,000 once it is rounded */
        return ald_words_count(a, llround(v));
    return ald_sprintf(a, "%.*f", size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3, v);
}

/* Items that hold a comma are parted by semicolons: else nobody sees where one ends. */
static const char *join(struct ald_arena *a, const struct ald_node *list)
{
    const char *all = NULL, *between = ", ";
    for (size_t i = 0; i < list->list.n; i++)
        if (list->list.items[i]->kind == ALD_NODE_STR && strstr(list->list.items[i]->text, ", "))
            between = "; ";
    for (size_t i = 0; i < list->list.n; i++) {
        const struct ald_node *item = list->list.items[i];
        const char *text = item->kind == ALD_NODE_STR   ? item->text
                           : item->kind == ALD_NODE_INT ? ald_sprintf(a, "%" PRId64, item->integer)
                                                        : NULL;
        if (text)
            all = all ? ald_sprintf(a, "%s%s%s", all, between, text) : text;
    }
    return all;
}

/* A value of an enumeration: its underscores are blanks, and what the JSON abbreviates is said. */
static const char *own_word(struct ald_arena *a, const char *text)
{
    static const char *const said[][2] = {{"slot", "next session"}};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
        if (strcmp(text, said[i][0]) == 0)
            return said[i][1];
    char *to = ald_strdup(a, text);
    for (char *c = strchr(to, '_'); c; c = strchr(c, '_'))
        *c = ' ';
    return to;
}

const char *ald_words(const struct ald_report *report, struct ald_arena *a, const struct ald_node *node, enum ald_show show)
{
    if (!node)
        return NULL;
    switch (node->kind) {
    case ALD_NODE_STR:
        return show == ALD_SHOW_WORD ? own_word(a, node->text) : node->text;
    case ALD_NODE_BOOL:
        return node->boolean ? "yes" : "no";
    case ALD_NODE_INT:
        return number_words(a, (double)node->integer, show);
    case ALD_NODE_NUM:
        return number_words(a, node->number, show);
    case ALD_NODE_LIST:
        return join(a, node);
    case ALD_NODE_TIME: {
        struct ald_civil c = ald_zone_civil(report->zone, node->integer);
        return ald_sprintf(a, "%04" PRId64 "-%02d-%02d %02d:%02d", c.year, c.month, c.day, c.hour, c.minute);
    }
    default:
        return NULL;
    }
}

const char *ald_words_interval(const struct ald_report *report, struct ald_arena *a, const struct ald_figure *f, bool *ret_absent)
{
    const struct ald_node *low = f->low ? ald_node_at(report->root, f->low) : NULL;
    const struct ald_node *high = f->high ? ald_node_at(report->root, f->high) : NULL;
    const char *from = ald_words(report, a, low, f->show), *to = ald_words(report, a, high, f->show);
    *ret_absent = !from && !to;
    if (from && to)
        return ald_sprintf(a, "%s to %s", from, to);
    if (from || to)
        return ald_sprintf(a, from ? "from %s" : "up to %s", from ? from : to);
    if (f->path && ald_absent_at(report->root, f->path)) /* said once, where the value would stand */
        return NULL;
    const char *reason = f->low ? ald_absent_at(report->root, f->low) : NULL;
    return reason || !f->high ? reason : ald_absent_at(report->root, f->high);
}

/* ---- Dates ---- */

static const char *const months_long[] = {"January", "February", "March",     "April",   "May",      "June",
                                          "July",    "August",   "September", "October", "November", "December"};
static const char *const months_short[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

const char *ald_words_month_short(int month)
{
    return months_short[month - 1];
}

const char *ald_words_date(struct ald_arena *a, const struct ald_zone *zone, int64_t ms)
{
    struct ald_civil c = ald_zone_civil(zone, ms);
    return ald_sprintf(a, "%d %s %" PRId64, c.day, months_long[c.month - 1], c.year);
}

const char *ald_words_period(struct ald_arena *a, const struct ald_zone *zone, int64_t start, int64_t end, int months)
{
    struct ald_civil from = ald_zone_civil(zone, start), to = ald_zone_civil(zone, end - 1);
    const char *first = months_long[from.month - 1], *last = months_long[to.month - 1];
    if (months == 12 && from.month == 1)
        return ald_sprintf(a, "%" PRId64, from.year);
    if (months == 1)
        return ald_sprintf(a, "%s %" PRId64, first, from.year);
    if (months && from.year == to.year)
        return ald_sprintf(a, "%s to %s %" PRId64, first, last, to.year);
    if (months)
        return ald_sprintf(a, "%s %" PRId64 " to %s %" PRId64, first, from.year, last, to.year);
    if (from.year == to.year && from.month == to.month && from.day == to.day)
        return ald_sprintf(a, "%d %s %" PRId64, from.day, first, from.year);
    if (from.year == to.year)
        return ald_sprintf(a, "%d %s to %d %s %" PRId64, from.day, first, to.day, last, to.year);
    return ald_sprintf(a, "%d %s %" PRId64 " to %d %s %" PRId64, from.day, first, from.year, to.day, last, to.year);
}

/* ---- Rows ---- */

size_t ald_rows_n(const struct ald_node *rows)
{
    if (!rows)
        return 0;
    return rows->kind == ALD_NODE_LIST ? rows->list.n : rows->kind == ALD_NODE_ROWS ? rows->rows.n : 0;
}

size_t ald_table_rows(const struct ald_report *report, const struct ald_table *table, size_t *ret_all)
{
    size_t all = ald_rows_n(ald_node_at(report->root, table->rows));
    if (ret_all)
        *ret_all = all;
    return table->most && table->most < all ? table->most : all;
}

const char *ald_table_remark(struct ald_arena *a, const struct ald_report *report, const struct ald_table *table, size_t shown)
{
    size_t all, meant = ald_table_rows(report, table, &all);
    if (shown >= all)
        return NULL;
    return ald_sprintf(a, "The first %s of %s rows; all are in the %sJSON of this report.", ald_words_count(a, (int64_t)shown),
                       ald_words_count(a, (int64_t)all), meant < all ? "" : "workbook and the "); /* a workbook shows all that are meant to be */
}

const struct ald_node *ald_rows_at(const struct ald_node *rows, size_t i, struct ald_arena *scratch)
{
    return rows->kind == ALD_NODE_LIST ? rows->list.items[i] : rows->rows.row(rows->rows.ctx, i, scratch);
}

bool ald_rows_tell(const struct ald_node *rows, const char *path)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    bool any = false;
    for (size_t i = 0; i < ald_rows_n(rows) && !any; i++) {
        any = ald_text_at(ald_rows_at(rows, i, scratch), path) != NULL;
        ald_arena_reset(scratch);
    }
    return any;
}

const char *ald_text_at(const struct ald_node *node, const char *path)
{
    const struct ald_node *at = path ? ald_node_at(node, path) : NULL;
    return at && at->kind == ALD_NODE_STR ? at->text : NULL;
}

int64_t ald_whole_at(const struct ald_node *node, const char *path)
{
    const struct ald_node *at = ald_node_at(node, path);
    return at && at->kind == ALD_NODE_INT ? at->integer : 0;
}

const char *ald_absent_at(const struct ald_node *node, const char *path)
{
    char part[160];
    size_t n = strlen(path);
    if (n >= sizeof part)
        return NULL;
    memcpy(part, path, n + 1);
    const struct ald_node *at = NULL;
    while (!(at = ald_node_at(node, part))) {
        while (n && part[n - 1] != '.' && part[n - 1] != '[')
            n--;
        if (!n)
            return NULL;
        part[--n] = '\0';
    }
    return at->kind == ALD_NODE_NULL ? at->absent : NULL;
}

const char *ald_definition_text(const struct ald_report *report, struct ald_arena *scratch, const char *id)
{
    return id ? ald_text_at(report->root, ald_sprintf(scratch, "definitions.%s", id)) : NULL;
}

const char *ald_figure_meaning(const struct ald_report *report, struct ald_arena *scratch, const struct ald_figure *figure,
                               const struct ald_figure *before)
{
    const char *text = ald_definition_text(report, scratch, figure->definition);
    return text && before && before->definition && strcmp(before->definition, figure->definition) == 0 ? "As above." : text;
}

bool ald_words_own_list(const struct ald_column *column)
{
    enum { SHORT = 30 }; /* width of its column */
    return column->show == ALD_SHOW_LIST && column->width > SHORT;
}
