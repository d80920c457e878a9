/* Story candidates for a session where engineers tell older incidents to each other. */
#include "frame.h"
#include "gathered.h"

static enum ald_rc build(const struct ald_report_input *in, struct ald_report *report, struct ald_err *err)
{
    const struct ald_figures *figures = ald_gathered_counted(in);
    struct ald_node *stories = NULL;
    ALD_TRY(ald_gathered_stories(in, &stories, err));
    ald_frame_head(in, report);
    ald_node_set(report->arena, report->root, "stories", stories);
    ALD_TRY(ald_frame_foot(in, report, figures, err));
    ald_frame_subtitle(in, report);
    ald_stories_view(report);
    ald_frame_end_views(report);
    return ALD_OK;
}

extern const struct ald_kind ald_kind_stories;
const struct ald_kind ald_kind_stories = {"stories", "Story candidates", build};
