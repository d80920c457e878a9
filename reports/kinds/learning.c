/* What was made of a period's incidents: for learning reviews. */
#include "frame.h"
#include "gathered.h"

static enum ald_rc build(const struct ald_report_input *in, struct ald_report *report, struct ald_err *err)
{
    const struct ald_figures *figures = ald_gathered_counted(in);
    const struct ald_capacity_nodes *capacity = ald_gathered_capacity(in);
    const struct ald_remembered *remembered = NULL;
    ALD_TRY(ald_gathered_remembered(in, &remembered, err));
    ald_frame_head(in, report);
    ald_learning_nodes(report->arena, report->root, in->analysis, figures, remembered, capacity);
    ALD_TRY(ald_frame_foot(in, report, figures, err));
    ald_frame_subtitle(in, report);
    ald_learning_view(report);
    ald_capacity_view(report);
    ald_frame_end_views(report);
    return ALD_OK;
}

extern const struct ald_kind ald_kind_learning;
const struct ald_kind ald_kind_learning = {"learning", "Learning review", build};
