/* Markdown of a report: the same views as every format that is read by people. */
#pragma once

#include "alidade/report.h"

ALD_CHECK enum ald_rc ald_markdown_write(const struct ald_report *report, const char *path, struct ald_err *err);
