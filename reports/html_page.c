/* The page: head with its Content-Security-Policy, sections, blocks in one or two columns. One self-contained file. */
#include "html_priv.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "alidade/hash.h"
#include "alidade/utf8.h"
#include "alidade/zone.h"
#include "alidade/embedded.h"

/* ---- Writing ---- */

void ald_html_raw(struct ald_html *h, const char *markup)
{
    (void)fputs(markup, h->file);
}

void ald_html_rawf(struct ald_html *h, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert(n >= 0 && (size_t)n < sizeof text);
    (void)n; /* without assertions */
    ald_html_raw(h, text);
}

void ald_html_text(struct ald_html *h, const char *text)
{
    if (!text)
        return;
    const char *from = ald_words_printable(h->scratch, text);
    for (const char *s = from; *s; s++) {
        switch (*s) {
        case '&':
            (void)fputs("&amp;", h->file);
            break;
        case '<':
            (void)fputs("&lt;", h->file);
            break;
        case '>':
            (void)fputs("&gt;", h->file);
            break;
        case '"':
            (void)fputs("&quot;", h->file);
            break;
        case '\'':
            (void)fputs("&#39;", h->file);
            break;
        case ' ':
            (void)fputs(ald_words_unbroken(from, s) ? "\xC2\xA0" : " ", h->file); /* no line ends within a figure */
            break;
        default:
            (void)fputc(*s, h->file);
        }
    }
}

void ald_html_prose(struct ald_html *h, const char *text)
{
    while (text && *text) {
        const char *at = strstr(text, " --");
        size_t n = at ? strspn(at + 3, "abcdefghijklmnopqrstuvwxyz-") : 0;
        size_t before = at ? (size_t)(at - text) + (n ? 1 : 3) : strlen(text);
        ald_html_text(h, ald_strndup(h->scratch, text, before));
        text += before;
        if (!n)
            continue;
        ald_html_raw(h, "<span class=o>");
        ald_html_text(h, ald_strndup(h->scratch, text, n + 2));
        ald_html_raw(h, "</span>");
        text += n + 2;
    }
}

void ald_html_link(struct ald_html *h, const char *url, const char *text)
{
    bool can = url && *url && ald_words_can_link(h->scratch, url);
    if (can) {
        ald_html_raw(h, "<a href=\""); /* the head says: no referrer */
        ald_html_text(h, url);
        ald_html_raw(h, "\">");
    }
    ald_html_text(h, text);
    ald_html_raw(h, can ? "</a>" : "");
}

void ald_html_anchor(struct ald_html *h, const char *section, const char *id)
{
    char *name = ald_sprintf(h->scratch, "%s-%s", section, id);
    for (char *c = name; *c; c++)
        if (*c <= ' ' && *c > 0) /* an id holds no blanks */
            *c = '_';
    ald_html_text(h, name);
}

/* A section that is still to come has the row, shows it, and will give it its name: no other row needs one. */
static bool leads(struct ald_html *h, const char *section, const char *id)
{
    size_t i = 0;
    while (i < h->report->sections_n && strcmp(h->report->sections[i].id, section) != 0)
        i++;
    const struct ald_table *table = i < h->report->sections_n && i > h->section ? ald_anchored_table(h->report, &h->report->sections[i]) : NULL;
    if (!table)
        return false;
    struct ald_html_targets *targets = &h->targets[i];
    if (!targets->anchors) {
        size_t n = ald_rows_n(ald_node_at(h->report->root, table->rows));
        targets->anchors = ald_anchors_of(h->arena, h->report, table, n < ALD_HTML_ROWS ? n : ALD_HTML_ROWS);
        targets->named = ald_calloc(h->arena, ALD_HTML_ROWS, sizeof *targets->named);
    }
    size_t row = ald_anchors_find(targets->anchors, id);
    if (row != SIZE_MAX)
        targets->named[row] = true;
    return row != SIZE_MAX;
}

void ald_html_link_at(struct ald_html *h, const struct ald_column *column, const struct ald_node *row, const char *text)
{
    const char *section = NULL, *id = NULL;
    if (!column->link || column->link[0] != '#') {
        ald_html_link(h, ald_text_at(row, column->link), text);
        return;
    }
    bool can = !h->register_rows && ald_anchor_at(h->scratch, column, row, &section, &id) && leads(h, section, id);
    if (can) {
        ald_html_raw(h, "<a href=\"#");
        ald_html_anchor(h, section, id);
        ald_html_raw(h, "\">");
    }
    ald_html_text(h, text);
    ald_html_raw(h, can ? "</a>" : "");
}

/* ---- Blocks ---- */

static void put_words(struct ald_html *h, const char *open, const char *text, const char *close)
{
    ald_html_raw(h, open);
    ald_html_prose(h, text);
    ald_html_raw(h, close);
}

static void put_block(struct ald_html *h, const struct ald_block *b, bool only)
{
    switch (b->kind) {
    case ALD_BLOCK_HEADING:
        put_words(h, only ? "<h2>" : "<h3>", b->text, only ? "</h2>\n" : "</h3>\n");
        break;
    case ALD_BLOCK_TEXT:
        put_words(h, "<p>", b->text, "</p>\n");
        break;
    case ALD_BLOCK_REMARK:
        put_words(h, "<p class=\"r\">", b->text, "</p>\n");
        break;
    case ALD_BLOCK_LEAD:
        put_words(h, b->strong ? "<b>" : "", b->text, b->strong ? "</b> " : " ");
        break;
    case ALD_BLOCK_QUOTE:
        put_words(h, "<blockquote dir=\"auto\">\xE2\x80\x9C", b->text, "\xE2\x80\x9D</blockquote>\n");
        break;
    case ALD_BLOCK_FIGURES:
        ald_html_figures(h, b);
        break;
    case ALD_BLOCK_TABLE:
        ald_html_table(h, b);
        break;
    case ALD_BLOCK_CHART:
        ald_html_chart(h, b->chart);
        break;
    }
    ald_arena_reset(h->scratch);
}

/* Blocks of one column, in groups that a heading or a titled chart opens: a group stays together in print. */
static void put_column(struct ald_html *h, const struct ald_block *blocks, size_t n, enum ald_place place, bool only)
{
    bool open = false;
    ald_html_raw(h, "<div>");
    for (size_t i = 0; i < n; i++) {
        const struct ald_block *b = &blocks[i];
        if (b->place != place)
            continue;
        bool titled = b->kind == ALD_BLOCK_HEADING || (b->kind == ALD_BLOCK_CHART && b->chart->title);
        if (titled || !open) {
            ald_html_raw(h, open ? "</div>\n" : "");
            ald_html_raw(h, b->aside ? "<div class=\"g aside\">" : "<div class=\"g\">");
            open = true;
        }
        if (b->kind == ALD_BLOCK_CHART)
            put_words(h, only ? "<h2>" : "<h3>", b->chart->title, only ? "</h2>" : "</h3>");
        put_block(h, b, only);
    }
    ald_html_raw(h, open ? "</div></div>\n" : "</div>\n");
}

/* A page of its own in print: also where nothing printed follows, but then without a break after it. */
static const char *page_class(const struct ald_html *h, const struct ald_section *section)
{
    const struct ald_section *end = h->report->sections + h->report->sections_n;
    for (const struct ald_section *next = section + 1; section->one_page && next < end; next++)
        if (!next->screen)
            return "page ";
    return "";
}

/* The opening: one paragraph, or a list where its sentences begin points. Returns how many blocks it is. */
static size_t put_lead(struct ald_html *h, const struct ald_block *b, size_t most, bool only)
{
    size_t n = 0;
    ald_html_raw(h, b->item ? "<ul class=\"lead\"><li>" : "<p class=\"lead\">");
    for (; n < most && b[n].kind == ALD_BLOCK_LEAD; n++) {
        if (n && b->item && b[n].item)
            ald_html_raw(h, "</li>\n<li>");
        put_block(h, &b[n], only);
    }
    ald_html_raw(h, b->item ? "</li></ul>\n" : "</p>\n");
    return n;
}

/* What is set apart, over the whole width. Returns how many blocks it is. */
static size_t put_aside(struct ald_html *h, const struct ald_block *b, size_t most, bool only)
{
    size_t n = 0;
    h->two = true; /* headings as small as those above it */
    ald_html_raw(h, "<div class=\"two one\"><div class=\"g aside\">");
    for (; n < most && b[n].aside && b[n].place == ALD_PLACE_FULL; n++)
        put_block(h, &b[n], only);
    ald_html_raw(h, "</div></div>\n");
    h->two = false;
    return n;
}

void ald_html_section(struct ald_html *h, const struct ald_section *section, bool only)
{
    h->section = (size_t)(section - h->report->sections);
    ald_html_raw(h, "<section id=\"");
    ald_html_text(h, section->id);
    ald_html_rawf(h, "\" class=\"%s%s%s\"", section->landscape ? "wide " : "", page_class(h, section), section->screen ? "screen" : "");
    ald_html_raw(h, " aria-label=\"");
    ald_html_text(h, section->title);
    ald_html_raw(h, "\">\n");
    if (!only)
        put_words(h, "<h2>", section->title, "</h2>\n");
    for (size_t i = 0; i < section->blocks_n;) {
        const struct ald_block *b = &section->blocks[i];
        size_t n = 1;
        if (b->kind == ALD_BLOCK_LEAD && b->place == ALD_PLACE_FULL) {
            n = put_lead(h, b, section->blocks_n - i, only);
        } else if (b->place == ALD_PLACE_FULL && b->aside) {
            n = put_aside(h, b, section->blocks_n - i, only);
        } else if (b->place == ALD_PLACE_FULL) {
            put_block(h, b, only);
        } else {
            while (i + n < section->blocks_n && b[n].place != ALD_PLACE_FULL)
                n++;
            size_t left = 0;
            for (size_t k = 0; k < n; k++)
                left += b[k].place == ALD_PLACE_LEFT;
            h->two = true;
            ald_html_raw(h, left && left < n ? "<div class=\"two\">" : "<div class=\"two one\">"); /* no empty half of a page */
            if (left)
                put_column(h, b, n, ALD_PLACE_LEFT, only);
            if (left < n)
                put_column(h, b, n, ALD_PLACE_RIGHT, only);
            ald_html_raw(h, "</div>\n");
            h->two = false;
        }
        i += n;
    }
    ald_html_raw(h, "</section>\n");
}

/* ---- The page ---- */

static const struct ald_embedded *asset(const char *name)
{
    const struct ald_embedded *row = ald_html_assets;
    while (row->name && strcmp(row->name, name) != 0)
        row++;
    return row;
}

/* Nothing may load, run or be sent; the one style is let in by its hash. */
static void put_head(struct ald_html *h)
{
    const struct ald_embedded *css = asset("report.css");
    char hash[ALD_SHA256_BASE64_BYTES];
    ald_sha256_base64(css->bytes, css->size, hash);
    ald_html_rawf(h,
                  "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
                  "'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, "
                  "initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\"><meta name=\"referrer\" content=\"no-referrer\">\n<title>",
                  hash);
    ald_html_text(h, ald_words_line(h->scratch, h->report->title, 200));
    if (h->report->subtitle && *h->report->subtitle) {
        ald_html_raw(h, " \xC2\xB7 ");
        ald_html_text(h, ald_words_line(h->scratch, h->report->subtitle, 200));
    }
    ald_html_raw(h, "</title>\n<style>");
    (void)fwrite(css->bytes, 1, css->size, h->file);
    ald_html_raw(h, "</style></head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
}

static void put_top(struct ald_html *h)
{
    const struct ald_report *report = h->report;
    ald_html_shapes(h);
    bool wide = report->sections_n && report->sections[0].landscape; /* printed with it, not on a page of its own */
    put_words(h, wide ? "<header class=\"wide\"><h1>" : "<header><h1>", report->title, "</h1>\n<p class=\"sub\">");
    ald_html_text(h, report->subtitle);
    put_words(h, report->subtitle && *report->subtitle ? " \xC2\xB7 times in " : "Times in ", ald_zone_name(report->zone), "</p>\n");
    if (report->simulated)
        ald_html_raw(h, "<p class=\"sim\">Simulated data: no real organisation, people or incidents.</p>\n");
    ald_html_raw(h, "</header>\n");
    if (report->sections_n > 1) {
        ald_html_raw(h, "<nav aria-label=\"Sections\"><ul>");
        for (size_t i = 0; i < report->sections_n; i++) {
            put_words(h, "<li><a href=\"#", report->sections[i].id, "\">");
            put_words(h, "", report->sections[i].title, "</a></li>");
        }
        ald_html_raw(h, "</ul></nav>\n");
    }
}

static void put_foot(struct ald_html *h)
{
    const struct ald_node *root = h->report->root;
    put_words(h, "<footer>alidade ", ald_text_at(root, "generator.version"), " \xC2\xB7 configuration ");
    ald_html_text(h, ald_text_at(root, "generator.config_hash"));
    put_words(h, " \xC2\xB7 time zones ", ald_text_at(root, "generator.tzdata"), "");
    const struct ald_node as_of = {.kind = ALD_NODE_TIME, .integer = h->report->as_of};
    put_words(h, " \xC2\xB7 as of ", ald_words(h->report, h->scratch, &as_of, ALD_SHOW_TIME), " (");
    put_words(h, "", ald_zone_name(h->report->zone), ").<span class=\"sc\"> The same store, configuration and as-of give this page again, byte for byte.</span></footer>\n");
}

static void put_page(struct ald_html *h)
{
    put_head(h);
    put_top(h);
    ald_html_raw(h, "<main id=\"main\">\n");
    for (size_t i = 0; i < h->report->sections_n; i++)
        ald_html_section(h, &h->report->sections[i], i == 0 && h->report->first_untitled);
    ald_html_raw(h, "</main>\n");
    put_foot(h);
    ald_html_raw(h, "</body></html>\n");
}

enum ald_rc ald_html_write(const struct ald_report *report, const char *path, struct ald_err *err)
{
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) arena = ald_arena_new();
    struct ald_arena *ALD_CLEANUP(ald_arena_freep) scratch = ald_arena_new();
    struct ald_html h = {.file = fopen(path, "w"), .report = report, .arena = arena, .scratch = scratch};
    if (!h.file)
        return ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    h.targets = ald_calloc(arena, report->sections_n, sizeof *h.targets);
    put_page(&h);
    bool bad = ferror(h.file) != 0 || fflush(h.file) != 0;
    int code = errno;
    if (fclose(h.file) != 0) {
        bad = true;
        code = errno;
    }
    return bad ? ald_fail(err, ALD_ERR_IO, "cannot write '%s': %s", path, strerror(code)) : ALD_OK;
}
