/* The quarterly reliability review. */
#include "quarterly.h"

static enum ald_rc build(const struct ald_report_input *in, struct ald_report *report, struct ald_err *err)
{
    const struct ald_quarterly *quarterly = NULL;
    ALD_TRY(ald_quarterly_tree(in, report, &quarterly, err));
    ald_quarterly_views(in, report);
    return ALD_OK;
}

extern const struct ald_kind ald_kind_quarterly;
const struct ald_kind ald_kind_quarterly = {"quarterly", "Quarterly reliability review", build};
