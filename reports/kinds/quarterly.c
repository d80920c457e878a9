/* The quarterly reliability review. */
#include "quarterly.h"

static enum ald_rc build(const struct ald_report_input *in, struct ald_report *report, struct ald_err *err)
{
    struct ald_figures *figures = ald_alloc(report->arena, sizeof *figures);
    ald_analysis_figures(in->analysis, &in->period, report->arena, figures);
    ALD_TRY(ald_quarterly_tree(in, report, figures, ald_changes_of(report->arena, in->analysis, figures), err));
    ald_quarterly_views(in, report);
    return ALD_OK;
}

extern const struct ald_kind ald_kind_quarterly;
const struct ald_kind ald_kind_quarterly = {"quarterly", "Quarterly reliability review", build};
