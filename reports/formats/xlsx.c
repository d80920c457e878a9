/* xlsx: a workbook for people who work in spreadsheets. The work is done in reports/xlsx_*.c. */
#include "xlsx_priv.h"

static enum ald_rc fill_xlsx(const struct ald_report *report, const char *path, void **ret_kept, struct ald_err *err)
{
    struct ald_xlsx *x = NULL;
    ALD_TRY(ald_xlsx_fill(report, path, &ald_xlsx_limits_default, &x, err));
    *ret_kept = x;
    return ALD_OK;
}

static enum ald_rc pack_xlsx(void *kept, struct ald_err *err)
{
    return ald_xlsx_pack(kept, err);
}

extern const struct ald_format ald_format_xlsx;
const struct ald_format ald_format_xlsx = {"xlsx", ".xlsx", false, false, .fill = fill_xlsx, .pack = pack_xlsx};
