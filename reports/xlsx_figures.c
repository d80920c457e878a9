/* Figures: label, value, interval, n, what it means. Knows rows and spans, not what they mean. */
#include "xlsx_priv.h"

#define LINE_POINTS 15.0

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
    *ret = (struct figures){.has = {true, true}};
    for (size_t i = 0; i < block->figures_n; i++) {
        const struct ald_figure *f = &block->figures[i];
        ret->has[2] = ret->has[2] || f->low || f->high;
        ret->has[3] = ret->has[3] || f->n;
        ret->has[4] = ret->has[4] || ald_definition_text(s->x->report, s->x->scratch, f->definition);
    }
    struct ald_xlsx_wish wishes[5];
    struct ald_xlsx_span spans[5];
    size_t n = 0;
    for (size_t i = 0; i < 5; i++)
        if (ret->has[i])
            wishes[n++] = ald_xlsx_figure_wishes[i];
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

static enum ald_rc put_figure(struct ald_xlsx_sheet *s, const struct ald_figure *f, const struct ald_figure *before, const struct figures *plan,
                              struct ald_err *err)
{
    struct ald_xlsx *x = s->x;
    const struct ald_node *value = f->path ? ald_node_at(x->report->root, f->path) : NULL;
    bool absent = false;
    const char *band = ald_words_interval(x->report, x->scratch, f, &absent), *meaning = ald_figure_meaning(x->report, x->scratch, f, before);
    enum ald_xlsx_style band_style = absent ? XS_CELL_ABSENT : XS_CELL_RIGHT;
    const char *reason = value && value->kind == ALD_NODE_NULL ? value->absent : NULL;
    const char *words = reason ? reason : ald_words(x->report, x->scratch, value, f->show);
    const struct ald_node *n = f->n ? ald_node_at(x->report->root, f->n) : NULL;
    bool has_band = band && *band, has_n = n && n->kind != ALD_NODE_NULL;
    struct ald_xlsx_span at = value_span(plan, reason != NULL, has_band, has_n);
    double points = more(LINE_POINTS, s, plan->at[0], f->label, XS_CELL_LABEL);
    points = more(points, s, at, words, reason ? XS_CELL_ABSENT : XS_CELL_TEXT);
    points = plan->has[2] ? more(points, s, plan->at[2], band, band_style) : points;
    points = (plan->has[4] ? more(points, s, plan->at[4], meaning, XS_CELL_SMALL) : points) + 3;
    ALD_TRY(ald_xlsx_row_height(s, points, err));
    ALD_TRY(ald_xlsx_put_text(s, plan->at[0], f->label, XS_CELL_LABEL, err));
    ALD_TRY(ald_xlsx_put_node(s, at, value, f->show, (struct ald_xlsx_link){NULL, NULL}, err));
    if (plan->has[2] && at.last < plan->at[2].first)
        ALD_TRY(ald_xlsx_put_text(s, plan->at[2], band, band_style, err));
    if (plan->has[3] && at.last < plan->at[3].first)
        ALD_TRY(ald_xlsx_put_node(s, plan->at[3], has_n ? n : NULL, ALD_SHOW_COUNT, (struct ald_xlsx_link){NULL, NULL}, err));
    if (plan->has[4])
        ALD_TRY(ald_xlsx_put_text(s, plan->at[4], meaning, XS_CELL_SMALL, err));
    ald_xlsx_next_row(s, points);
    ald_arena_reset(x->scratch);
    return ALD_OK;
}

enum ald_rc ald_xlsx_figures(struct ald_xlsx_sheet *s, const struct ald_block *block, struct ald_err *err)
{
    static const char *const titles[5] = {"Figure", "Value", "95 % interval", "n", "What it means"};
    struct figures plan;
    plan_figures(s, block, &plan);
    ALD_TRY(ald_xlsx_row_height(s, 20, err));
    for (size_t i = 0; i < 5; i++)
        if (plan.has[i])
            ALD_TRY(ald_xlsx_put_text(s, plan.at[i], titles[i], i >= 1 && i <= 3 ? XS_HEAD_RIGHT : XS_HEAD, err));
    ald_xlsx_next_row(s, 20);
    for (size_t i = 0; i < block->figures_n; i++)
        ALD_TRY(put_figure(s, &block->figures[i], i ? &block->figures[i - 1] : NULL, &plan, err));
    return ALD_OK;
}
