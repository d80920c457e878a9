/* What every figure means, in one or two sentences: printed in each report next to the figures; signals bring their own. docs/METHODS.md is the long
 * form. Language: what is measured and what it cannot tell; nobody is graded. */
#include "definitions.h"

#include "alidade/analysis.h"

static const struct ald_definition rows[] = {
    {"incident", "What happened: one or more linked records of pagers, tickets and status pages. Noise, planned work, exercises and near "
                 "misses are counted apart and are in no clock, reading or trend."},
    {"noise", "A page that nobody worked on: resolved by the source itself, or shorter than the configured limit, and no person acted. "
              "Only told for sources whose timeline is complete. Also what people declined or cancelled in their incident tracker."},
    {"carried_over", "Started before the period and was open in it: shown, not counted."},
    {"open", "Not resolved at the time the report speaks of (as of)."},
    {"end_not_recorded", "Closed, but no time of resolution is recorded anywhere: counted, without a resolve clock. Never taken as zero."},
    {"impossible", "Its end lies before its start, or in the future: excluded from clocks."},
    {"zero_length", "Start and end are the same: shorter than the source's clock can tell, or entered after the fact. Excluded from clocks."},
    {"count", "Incidents that started in the period, beside the earlier periods of the same length. The band is where the count of a "
              "period like those before would lie 95 times in 100; inside it, nothing shows that there were more or fewer. n: so many earlier periods."},
    {"resolve", "From the start of impact (else from when the incident was opened) to resolution. A reopened incident counts the time it "
                "was open (active), unless configured as elapsed."},
    {"acknowledge", "From opening to the first acknowledgement by a person. It says when somebody looked, not how well it went."},
    {"detect", "From the start of impact to detection; only where both are recorded."},
    {"mitigate", "From the start of impact (else opening) to mitigation, where that is recorded."},
    {"median", "Half of the incidents were over sooner, half later. The interval allows for chance: made this way, it "
               "holds the middle that such incidents vary around 95 times in 100. Nothing is assumed about how times are spread."},
    {"p90", "Nine of ten were over within this time. Needs 36 incidents for an interval."},
    {"geometric_mean", "The middle on a logarithmic scale; less moved by one very long incident than a mean. Interval by drawing whole weeks, "
                       "because incidents cluster."},
    {"mean", "Sum over number. One long incident decides it, so it comes with its interval only from 100 incidents on, and never alone."},
    {"km_median", "The median when incidents that are still open are taken as lasting at least this long (Kaplan-Meier)."},
    {"signal", "One measured property of an incident, with its evidence. Structural ones are known at the start; landmark ones are counted up "
               "to a fixed age, because a long incident collects people and services merely by being long; hindsight ones are description."},
    {"complexity", "Where an incident stands, from 0 to 1, among earlier incidents of this organisation, by the signals of complexity. One that was over within "
                   "the landmark: by what was known at its start alone, among all (how new it was, what else was open, whether another company was involved "
                   "or records disagree on severity). One that outlasted it: by these and by what had come together by then, among those that did (how "
                   "many teams and people and how far apart, how often it changed hands or was escalated, who was new to it). The two are different scales."},
    {"blast_radius", "Where an incident stands, from 0 to 1, among earlier incidents, by how far it reached: services impacted "
                     "and those that depend on them, their tier, alerts, people interrupted, customers' tickets, merged records, and the "
                     "customers, regions and requests that the records name."},
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
    {"coverage", "Share of the weight of those signals of an axis that can be compared at all (a quarter of earlier incidents have them, and not all the "
                 "same) that is recorded for this incident. Below one half there is no position. Of few signals all may be recorded: explain counts them."},
    {"group", "The incidents of a service named when they began (each of several counts), or of the team that was assigned first, else the owner of "
              "those services: who joins because an incident is long must not look slow. Never people; teams with fewer than 5 people "
              "engaged while they held an incident are folded into small teams."},
    {"mean_percentile", "Mean share of comparable past incidents that were over sooner, by what was known at the start; 0.5 is like comparable past "
                        "incidents. An open one counts with its expected place."},
    {"funnel_limits", "Where the mean percentile of a group of this size would lie 95 (or 99.8) times in 100 if its incidents were drawn from those "
                      "of the period, allowing for groups that always differ a little. None below 5 incidents."},
    {"flagged", "Stands out: further from the period's mean than chance explains, allowing for how many groups were looked at "
                "(Benjamini-Hochberg below 0.1), also when whole weeks are compared, because incidents cluster, and by at least 0.1. A question to ask, no verdict on anybody."},
    {"wide", "Incidents of the service with a blast radius of 0.8 or more. Where they recur, that is a property of the architecture."},
    {"calibration", "Share of the period's incidents below, inside and above the band of their comparables, beside the 10, 80 and 10 % promised. An open one "
                    "beyond its band counts as above; other open ones are left out. Intervals by drawing whole weeks."},
    {"skill", "How much nearer the bounds and the median of the comparables come to the durations found than those of the whole reference do (pinball "
              "loss of log duration). An interval that reaches 0: position does not help to tell duration; take the readings as description."},
    {"coupling", "Spearman's rank correlation of a signal with duration: of its total, and of what had come together by the landmark among those still "
                 "open then. A total that grows with time says little; that is why it is on no axis."},
    {"same_age", "Earlier incidents as they stood when their own stretch of time was as old as this period is now: a young period has had less time to "
                 "resolve its long incidents, and would always look faster."},
    {"weeks", "Blocks of seven days, counted from the period's first day, with an incident that has the clock. Incidents cluster, so chance is judged by "
              "drawing and reshuffling whole weeks."},
    {"ratio", "Geometric mean of the times to resolve of this period over that of earlier ones at the same age: 0.5 is half as long, 1 is as long. "
              "Interval by drawing whole weeks of both."},
    {"p_value", "How often a difference at least this large appears when weeks are dealt to the two sides at random. Below 5 % we say that something "
                "changed; not what, nor why."},
    {"open_at_same_age", "How many incidents of the period are still open, and how many earlier ones were at the same age: what the ratio, which takes times of "
                         "resolution, leaves out. By chance: how often the two shares differ at least so much when weeks are dealt to the two sides at random. "
                         "Below 5 % we say so."},
    {"luck_interval", "How far the mean of a period of so many weeks moves when nothing changes: weeks drawn from the earlier ones only. A mean inside it "
                      "tells nothing."},
    {"detectable_reduction", "The smallest reduction that so many incidents, as spread out as these, would show four times in five; an increase by the same factor would show as often. "
                             "Smaller ones may be there and not be seen. Incidents needed: how many a period would need to show a reduction of 10 %."},
    {"adjusted_shift", "Mean percentile of incidents among comparable past ones, by what was known at the start: 0.5 is like them, above is longer. So a "
                       "period of harder incidents does not count as slow. Open ones count with their expected place."},
    {"trend", "Fiscal quarters of the lookback and the period's own, each as it stood at the same age. Most differences between quarters lie within the "
              "intervals: luck."},
    {"concentration", "How much of all time to resolve the longest incidents hold, and the mean without the longest. Where few hold most, a mean tells of "
                      "those few. Absent below 10 incidents."},
    {"severity", "Rank correlation of declared severity with time to resolve; positive: more severe ones last longer. Within 0.2 of none: the label tells "
                 "next to nothing about duration."},
    {"pattern", "A recognised way of failing: a mitigation that backfired, reliability work that became part of the failure, a resource that ran out, "
                "and others. Recognised by rules over what was written, so it shows only what somebody wrote down."},
    {"pattern_tag", "Suggested: a rule picked out a sentence, which stands beside it; about one in three is wrong. Confirmed or rejected: a person said so, with a "
                    "reason (alidade tag). Rejected ones count nowhere."},
    {"pattern_share", "Incidents of the period with the pattern, confirmed and suggested, over all of the period. Usual: within which their number lies in a "
                      "period like those before 95 times in 100. A difference may also be one in how much was written."},
    {"pattern_percentile", "Within which that mean would lie 95 times in 100, allowing for weeks that differ and for the choice of comparables; from 5 "
                           "incidents in 4 weeks on. Where it holds 0.5 nothing shows that such incidents last longer or shorter; of so many rows one may "
                           "lie off by chance."},
    {"lorin", "Of the incidents with a blast radius of 0.8 or more, those in which a mitigation backfired or a reliability subsystem took part, suggested or "
              "confirmed. Lorin Hochstein (2017): once a system is reliable, its large failures involve what was built to make it reliable."},
    {"review", "The meeting about an incident, its write-up, or both, as recorded. How soon it was is counted from the incident's end to the first meeting "
               "after it."},
    {"voluntary", "People who came to a review without having to, and teams that came though they had not acted in the incident: what people come for "
                  "freely was worth hearing. Never who, and no number of people below 5."},
    {"learnings", "What people said they learned, in their own words, without names."},
    {"actions", "What was to be done afterwards. Their number is no measure of learning, and a review without any is nothing unusual."},
    {"citations", "A later text names the incident by its key or address; each incident or document that does counts once. Still being pointed to is a sign "
                  "that something was learned, or has not been."},
    {"open_at_once", "Share of the period's time, up to as-of, in which so many incidents were open. Those that are over since nobody knows when, of all that "
                     "began before the period's end, are left out; how many stands below."},
    {"engaged_hours", "From the first to the last thing a person did in an incident until it was over, nights and pauses included, at least 15 seconds, overlaps "
                      "merged, summed over people. So these are no hours of work: an incident of a week counts a week for each who acted at its beginning and "
                      "its end. What is done after its last recorded end, as closing the ticket, is none. Noise counts: it takes time too. Shares of incidents "
                      "are of the stretches before overlaps are merged."},
    {"busiest_tenth", "How much of these hours the busiest tenth of the people carried. Only from 30 people on. Where a tenth of the incidents holds more than "
                      "half, it tells that few incidents were long."},
    {"interruptions", "How often somebody was called into an incident or began to work on one, each person once an incident. Working hours are Monday to Friday, 8 "
                      "to 18 h, sleeping hours 22 to 7 h, in the zone of the person's team, else of the report."},
    {"known_by_few", "Services on whose incidents only one, or two, different people worked in the last 365 days. A number of services, without names."},
    {"exercise", "Game days, chaos experiments, drills and tests: counted apart from incidents. Incidents later on the services they covered prove nothing about "
                 "them."},
    {"practice", "Rank correlation of the order of a service's incidents with one pattern and their percentile among comparable ones, from 20 of them on: "
                 "negative, later ones were over sooner. Told apart from chance by Benjamini-Hochberg below 0.1."},
    {"story", "Why an incident could be told: reasons with their strengths, of which impact and length are none. The score is 1 minus the product over reasons of "
              "(1 - strength/2), less 0.15 for each front of non-dominated sorting (complexity, blast radius, surprise, untold learning) before its own; "
              "it orders the list and grades nothing."},
    {"slot", "Stories for the next session; reserves follow. Each is chosen for its score less half its likeness to those chosen before it."},
    {"tellability", "What a teller could start from: a write-up, a review that was held, and which of its teams still worked on incidents in the last 90 days. Shown, "
                    "never ranked."},
    {"complete", "Everything the source has was read. Otherwise the gaps say what is missing."},
};

bool ald_definition_at(size_t i, struct ald_definition *ret)
{
    const size_t n = sizeof rows / sizeof rows[0];
    if (i >= n + ALD_SIGNAL_N)
        return false;
    if (i < n) {
        *ret = rows[i];
        return true;
    }
    const struct ald_signal *signal = ald_signal_at(i - n);
    *ret = (struct ald_definition){.id = signal->id, .text = signal->help};
    return true;
}
