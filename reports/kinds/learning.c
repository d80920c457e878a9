/* What was made of a period's incidents: for learning reviews. */
#include "frame.h"
#include "learning_node.h"

static enum ald_rc build(const struct ald_report_input *in, struct ald_report *report, struct ald_err *err)
{
    struct ald_figures *figures = ald_alloc(report->arena, sizeof *figures);
    struct ald_remembered *remembered = NULL;
    struct ald_capacity_nodes capacity;
    ald_figures_count(in->analysis, &in->period, report->arena, figures);
    ALD_TRY(ald_remembered_load(in->store, in->analysis, report->arena, &remembered, err));
    ald_capacity_nodes(report->arena, in->analysis, figures, &capacity);
    ald_frame_head(in, report);
    ald_learning_nodes(report->arena, report->root, in->analysis, figures, remembered, &capacity);
    ALD_TRY(ald_frame_foot(in, report, figures, err));
    ald_frame_subtitle(in, report);
    ald_learning_view(report);
    ald_capacity_view(report);
    ald_frame_end_views(report);
    return ALD_OK;
}

extern const struct ald_kind ald_kind_learning;
const struct ald_kind ald_kind_learning = {"learning", "Learning review", build};
