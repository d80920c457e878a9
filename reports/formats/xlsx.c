/* xlsx: a workbook for people who work in spreadsheets. The work is done in reports/xlsx_*.c. */
#include "xlsx_priv.h"

static enum ald_rc write_xlsx(const struct ald_report *report, const char *path, struct ald_err *err)
{
    return ald_xlsx_write(report, path, &ald_xlsx_limits_default, err);
}

extern const struct ald_format ald_format_xlsx;
const struct ald_format ald_format_xlsx = {"xlsx", ".xlsx", false, false, write_xlsx};
