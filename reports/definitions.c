/* What every figure means, in one or two sentences: printed in each report next to the figures. docs/METHODS.md is the long
 * form. Language: what is measured and what it cannot tell; nobody is graded. */
#include "definitions.h"

static const struct ald_definition rows[] = {
    {"incident", "What happened: one or more linked records of pagers, tickets and status pages. Noise, planned work, exercises and near "
                 "misses are counted apart and are in no clock, reading or trend."},
    {"noise", "A page that nobody worked on: resolved by the source itself, or shorter than the configured limit, and no person acted. "
              "Only told for sources whose timeline is complete."},
    {"carried_over", "Started before the period and was open in it: shown, not counted."},
    {"open", "Not resolved at the time the report speaks of (as of)."},
    {"end_not_recorded", "Closed, but no time of resolution is recorded anywhere: counted, without a resolve clock. Never taken as zero."},
    {"impossible", "Its end lies before its start, or in the future: excluded from clocks."},
    {"zero_length", "Start and end are the same: shorter than the source's clock can tell, or entered after the fact. Excluded from clocks."},
    {"count", "Incidents that started in the period, beside the earlier periods of the same length. The band is where the count of a "
              "period like those before would lie 95 times in 100; inside it, nothing shows that there were more or fewer."},
    {"resolve", "From the start of impact (else from when the incident was opened) to resolution. A reopened incident counts the time it "
                "was open (active), unless configured as elapsed."},
    {"acknowledge", "From opening to the first acknowledgement by a person. It says when somebody looked, not how well it went."},
    {"detect", "From the start of impact to detection; only where both are recorded."},
    {"mitigate", "From the start of impact (else opening) to mitigation, where that is recorded."},
    {"median", "Half of the incidents were over sooner, half later. The interval is where the median of the process behind these incidents "
               "plausibly lies (95 %, from order statistics: no assumption about the shape)."},
    {"p90", "Nine of ten were over within this time. Needs 36 incidents for an interval."},
    {"geometric_mean", "The middle on a logarithmic scale; less moved by one very long incident than a mean. Interval by drawing whole weeks, "
                       "because incidents cluster."},
    {"mean", "Sum over number. One long incident decides it, so it comes with its interval only from 100 incidents on, and never alone."},
    {"km_median", "The median when incidents that are still open are taken as lasting at least this long (Kaplan-Meier)."},
    {"signal", "One measured property of an incident, with its evidence. Structural ones are known at the start; landmark ones are counted up "
               "to a fixed age, because a long incident collects people and services merely by being long; hindsight ones are description."},
    {"complexity", "Where an incident stands, from 0 to 1, among earlier incidents of this organisation, by the signals of complexity: how new "
                   "it was, what else was open, how many teams and people, how often it changed hands, who was new to it."},
    {"blast_radius", "Where an incident stands, from 0 to 1, among earlier incidents, by how far it reached: services impacted."},
    {"comparables", "The earlier incidents nearest to this one in complexity and blast radius, as they stood on the first day of its quarter."},
    {"reading", "The incident's time to resolve seen among its comparables: shorter or longer than eight in ten of them, or in between "
                "(typical). It never looks ahead and is no score. A longer one: ask what made it hard."},
    {"percentile", "Share of the comparables that were over sooner (ties count half)."},
    {"band", "The range in which eight of ten incidents like the comparables lie."},
    {"start_reading", "Uses only what was known at the start, against all of the reference."},
    {"landmark_reading", "For incidents that lasted longer than the landmark: uses what had happened by then, against earlier ones that also "
                         "lasted longer. Shown where it exists."},
    {"corner", "Complex and short: ask what went right. Simple and long: ask what made it hard. For attention, never a score."},
    {"pair", "Two incidents of the period that took about as long (within a tenth) although one was far more complex than the other: what a "
             "single number hides."},
    {"teams_engaged", "Teams that acknowledged, were assigned, acted or joined. Counted up to the landmark for the reading."},
    {"responders_engaged", "People who acknowledged, were assigned, acted or joined, automation aside. A count; never names."},
    {"handoffs", "Moments at which the team or person in charge was replaced by another."},
    {"unfamiliar_responders", "Share of those engaged who had not been engaged on any of its services in the 90 days before."},
    {"novelty", "1/(1+n), n earlier incidents within 90 days with the same title (numbers left out) on a shared service. 1 is new."},
    {"concurrent", "Other incidents that started in the 24 hours before and had not ended when this one started."},
    {"services_impacted", "Services named at the start; those added later count up to the landmark; undated ones only describe."},
    {"coverage", "Share of the weight of an axis' signals that is recorded for this incident. Below one half there is no position."},
    {"complete", "Everything the source has was read. Otherwise the gaps say what is missing."},
};

const struct ald_definition *ald_definition_at(size_t i)
{
    return i < sizeof rows / sizeof rows[0] ? &rows[i] : NULL;
}
