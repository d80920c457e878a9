/* The leadership report: one printable page, plain words first. */
#include "leadership.h"

#include "quarterly.h"

static enum ald_rc build(const struct ald_report_input *in, struct ald_report *report, struct ald_err *err)
{
    const struct ald_quarterly *quarterly = NULL;
    ALD_TRY(ald_quarterly_tree(in, report, &quarterly, err));
    ald_leadership_tree(in, report, quarterly->figures, quarterly->changes);
    ald_leadership_views(in, report, quarterly->figures);
    return ALD_OK;
}

extern const struct ald_kind ald_kind_leadership;
const struct ald_kind ald_kind_leadership = {"leadership", "Reliability", build};
