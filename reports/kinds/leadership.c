/* The leadership report: one printable page, plain words first. */
#include "leadership.h"

#include "quarterly.h"

static enum ald_rc build(const struct ald_report_input *in, struct ald_report *report, struct ald_err *err)
{
    struct ald_figures *figures = ald_alloc(report->arena, sizeof *figures);
    ald_analysis_figures(in->analysis, &in->period, report->arena, figures);
    const struct ald_changes *changes = ald_changes_of(report->arena, in->analysis, figures);
    ALD_TRY(ald_quarterly_tree(in, report, figures, changes, err));
    ald_leadership_tree(in, report, figures, changes);
    ald_leadership_views(in, report, figures);
    return ALD_OK;
}

extern const struct ald_kind ald_kind_leadership;
const struct ald_kind ald_kind_leadership = {"leadership", "Reliability", build};
