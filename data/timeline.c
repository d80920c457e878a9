/* The words of what a timeline holds: exports write them, imports read them. */
#include "alidade/timeline.h"

const struct ald_holds_name *ald_holds_name_at(size_t i)
{
    static const struct ald_holds_name names[] = {
        {ALD_HOLDS_TEAMS, "teams"},       {ALD_HOLDS_RESPONDERS, "responders"},   {ALD_HOLDS_SERVICES, "services"},
        {ALD_HOLDS_STATES, "states"},     {ALD_HOLDS_HUMAN, "human"},             {ALD_HOLDS_ESCALATIONS, "escalations"},
        {ALD_HOLDS_NOTIFIED, "notified"}, {ALD_HOLDS_ALERTS, "alerts"},           {ALD_HOLDS_REPORTS, "reports"},
        {ALD_HOLDS_IMPACT, "impact"},     {ALD_HOLDS_VENDOR, "vendor"},           {ALD_HOLDS_AS_SEEN, "as_seen"},
    };
    return i < sizeof names / sizeof names[0] ? &names[i] : NULL;
}
