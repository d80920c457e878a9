/* What several kinds of report say of one period, made once for all of them. */
#pragma once

#include "change_node.h"
#include "learning_node.h"

/** Each of these is made when a kind asks for it first. Nodes stand in the trees of several reports: no kind changes them. */
struct ald_gathered;
/** The figures that no reading of the period tells. */
const struct ald_figures *ald_gathered_counted(const struct ald_report_input *in);
/** What people did with incidents afterwards, until ald_gathered_built. */
ALD_CHECK enum ald_rc ald_gathered_remembered(const struct ald_report_input *in, const struct ald_remembered **ret, struct ald_err *err);
const struct ald_capacity_nodes *ald_gathered_capacity(const struct ald_report_input *in);
/** The member stories. */
ALD_CHECK enum ald_rc ald_gathered_stories(const struct ald_report_input *in, struct ald_node **ret, struct ald_err *err);
/** All figures, and what else is made before the period is read, so that not both take room at once. */
struct ald_quarterly {
    const struct ald_figures *figures;
    const struct ald_changes *changes;
    struct ald_node *coupling;
};
ALD_CHECK enum ald_rc ald_gathered_read(const struct ald_report_input *in, const struct ald_quarterly **ret, struct ald_err *err);
