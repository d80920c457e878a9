/* Story candidates for a session where engineers tell older incidents to each other. */
#include "frame.h"
#include "learning_node.h"

static enum ald_rc build(const struct ald_report_input *in, struct ald_report *report, struct ald_err *err)
{
    struct ald_figures *figures = ald_alloc(report->arena, sizeof *figures);
    struct ald_remembered *remembered = NULL;
    ald_figures_count(in->analysis, &in->period, report->arena, figures);
    ALD_TRY(ald_remembered_load(in->store, in->analysis, report->arena, &remembered, err));
    ald_frame_head(in, report);
    ald_node_set(report->arena, report->root, "stories", ald_stories_node(report->arena, in->analysis, remembered));
    ALD_TRY(ald_frame_foot(in, report, figures, err));
    ald_frame_subtitle(in, report);
    ald_stories_view(report);
    ald_frame_end_views(report);
    return ALD_OK;
}

extern const struct ald_kind ald_kind_stories;
const struct ald_kind ald_kind_stories = {"stories", "Story candidates", build};
