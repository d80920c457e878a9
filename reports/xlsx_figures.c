/* Figures: label, value, interval, n, what it means. Knows rows and spans, not what they mean. */
#include "xlsx_priv.h"

#define LINE_POINTS 15.0
#define HEAD_POINTS 20.25
#define REASON_UNITS 30 /* why there is no value, where no interval lends its room */

static double more(double points, struct ald_xlsx_sheet *s, struct ald_xlsx_span at, const char *text,
                   enum ald_xlsx_style style)
{
    double need = text ? ald_xlsx_text_points(s, at, text, style) : 0;
    return need > points ? need : points;
}

/* Which of the five columns a block of figures needs. */
struct figures {
    bool has[5];
    struct ald_xlsx_span at[5];
};

static void plan_figures(struct ald_xlsx_sheet *s, const struct ald_block *block, struct figures *ret)
{
    bool reasons = false;
    *ret = (struct figures){.has = {true, true}};
    for (size_t i = 0; i < block->figures_n; i++) {
        const struct ald_figure *f = &block->figures[i];
        ret->has[2] = ret->has[2] || f->low || f->high;
        ret->has[3] = ret->has[3] || f->n;
        reasons = reasons || (f->path && ald_absent_at(s->x->report->root, f->path));
        ret->has[4] = ret->has[4] || ald_definition_text(s->x->report, s->x->scratch, f->definition);
    }
    struct ald_xlsx_wish wishes[5];
    struct ald_xlsx_span spans[5];
    size_t n = 0;
    for (size_t i = 0; i < 5; i++)
        if (ret->has[i])
            wishes[n++] = i == 1 && reasons && !ret->has[2] ? (struct ald_xlsx_wish){REASON_UNITS, 14} : ald_xlsx_figure_wishes[i];
    ald_xlsx_grid_lay(s, wishes, n, false, spans);
    for (size_t i = 0, k = 0; i < 5; i++)
        if (ret->has[i])
            ret->at[i] = spans[k++];
    if (ret->has[4] && ret->at[4].last < s->text_last)
        ret->at[4].last = s->text_last;
}

/* Where the value stands; a reason that there is none takes the room of interval and n too, as far as they are empty. */
static struct ald_xlsx_span value_span(const struct figures *plan, bool absent, bool band, bool n)
{
    struct ald_xlsx_span at = plan->at[1];
    for (size_t i = 2; absent && i < 4; i++) {
        if (plan->has[i] && (i == 2 ? band : n))
            break;
        if (plan->has[i])
            at.last = plan->at[i].last;
    }
    return at;
}

/* A figure as it will stand in its row. */
struct line {
    const struct ald_node *value, *n;
    const char *band, *meaning, *reason;
    enum ald_xlsx_style band_style;
    bool has_n;
    struct ald_xlsx_span at; /* of the value */
    double points;
};

static struct line line_of(struct ald_xlsx_sheet *s, const struct ald_block *block, size_t i, const struct figures *plan)
{
    struct ald_xlsx *x = s->x;
    const struct ald_figure *f = &block->figures[i], *before = i ? f - 1 : NULL;
    bool absent = false;
    struct line l = {.value = f->path ? ald_node_at(x->report->root, f->path) : NULL,
                     .n = f->n ? ald_node_at(x->report->root, f->n) : NULL,
                     .band = ald_words_interval(x->report, x->scratch, f, &absent),
                     .meaning = ald_figure_meaning(x->report, x->scratch, f, before)};
    l.band_style = absent ? XS_CELL_ABSENT : XS_CELL_RIGHT;
    l.reason = f->path ? ald_absent_at(x->report->root, f->path) : NULL;
    l.has_n = l.n && l.n->kind != ALD_NODE_NULL;
    l.at = value_span(plan, l.reason != NULL, l.band && *l.band, l.has_n);
    const char *words = l.reason ? l.reason : ald_words(x->report, x->scratch, l.value, f->show);
    l.points = more(LINE_POINTS, s, plan->at[0], f->label, XS_CELL_LABEL);
    l.points = more(l.points, s, l.at, words, l.reason ? XS_CELL_ABSENT : XS_CELL_TEXT);
    if (plan->has[2] && l.band) {
        if (more(0, s, plan->at[2], l.band, l.band_style) > LINE_POINTS + 1) /* breaks, and then between its ends */
            l.band = ald_words_kept(x->scratch, l.band);
        l.points = more(l.points, s, plan->at[2], l.band, l.band_style);
    }
    l.points = (plan->has[4] ? more(l.points, s, plan->at[4], l.meaning, XS_CELL_SMALL) : l.points) + (s->x->report->sections[s->section].one_page ? 1 : 3);
    return l;
}

static enum ald_rc put_figure(struct ald_xlsx_sheet *s, const struct ald_block *block, size_t i, const struct figures *plan, struct ald_err *err)
{
    struct line l = line_of(s, block, i, plan);
    const struct ald_xlsx_link nowhere = {NULL, NULL};
    ALD_TRY(ald_xlsx_row_height(s, l.points, err));
    ALD_TRY(ald_xlsx_put_text(s, plan->at[0], block->figures[i].label, XS_CELL_LABEL, err));
    ALD_TRY(l.reason ? ald_xlsx_put_text(s, l.at, l.reason, XS_CELL_ABSENT, err) : ald_xlsx_put_node(s, l.at, l.value, block->figures[i].show, nowhere, err));
    if (plan->has[2] && l.at.last < plan->at[2].first)
        ALD_TRY(ald_xlsx_put_text(s, plan->at[2], l.band, l.band_style, err));
    if (plan->has[3] && l.at.last < plan->at[3].first)
        ALD_TRY(ald_xlsx_put_node(s, plan->at[3], l.has_n ? l.n : NULL, ALD_SHOW_COUNT, nowhere, err));
    if (plan->has[4])
        ALD_TRY(ald_xlsx_put_text(s, plan->at[4], l.meaning, XS_CELL_SMALL, err));
    ald_xlsx_next_row(s, l.points);
    ald_arena_reset(s->x->scratch);
    return ALD_OK;
}

double ald_xlsx_figures_points(struct ald_xlsx_sheet *s, const struct ald_block *block)
{
    struct figures plan;
    plan_figures(s, block, &plan);
    double points = HEAD_POINTS;
    for (size_t i = 0; i < block->figures_n; i++)
        points += line_of(s, block, i, &plan).points;
    return points;
}

enum ald_rc ald_xlsx_figures(struct ald_xlsx_sheet *s, const struct ald_block *block, struct ald_err *err)
{
    static const char *const titles[5] = {"Figure", "Value", "95 % interval", "n", "What it means"};
    struct figures plan;
    plan_figures(s, block, &plan);
    ALD_TRY(ald_xlsx_row_height(s, HEAD_POINTS, err));
    for (size_t i = 0; i < 5; i++)
        if (plan.has[i])
            ALD_TRY(ald_xlsx_put_text(s, plan.at[i], titles[i], i >= 1 && i <= 3 ? XS_HEAD_RIGHT : XS_HEAD, err));
    ald_xlsx_next_row(s, HEAD_POINTS);
    for (size_t i = 0; i < block->figures_n; i++)
        ALD_TRY(put_figure(s, block, i, &plan, err));
    return ALD_OK;
}
