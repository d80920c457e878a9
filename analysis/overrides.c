/* People's corrections: which fields they may set, how values are spelt, and setting them while incidents are built. A
 * correction follows the record that it names, wherever linking puts it. Pure but for loading. */
#include "analysis/overrides.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alidade/override.h"

#define NONE "none"

/* ---- Fields and values ---- */

enum kind { CLASS, SEVERITY, SERVICES, START, MOMENT };
struct field {
    struct ald_override_field shown;
    enum kind kind;
    enum ald_moment moment;
};
static const struct field fields[] = {
    {{"class", "incident, noise, exercise, planned or near_miss"}, CLASS, ALD_OPENED},
    {{"severity", "a label, or none"}, SEVERITY, ALD_OPENED},
    {{"services", "names joined by ';', or none"}, SERVICES, ALD_OPENED},
    {{"started_at", "a time: the start that clocks and periods use"}, START, ALD_OPENED},
    {{"impact_started_at", "a time, or none"}, MOMENT, ALD_IMPACT_STARTED},
    {{"detected_at", "a time, or none"}, MOMENT, ALD_DETECTED},
    {{"opened_at", "a time"}, MOMENT, ALD_OPENED},
    {{"acknowledged_at", "a time, or none: nobody did"}, MOMENT, ALD_ACKNOWLEDGED},
    {{"mitigated_at", "a time, or none"}, MOMENT, ALD_MITIGATED},
    {{"resolved_at", "a time, or none: it ended, but nobody knows when"}, MOMENT, ALD_RESOLVED},
    {{"closed_at", "a time, or none"}, MOMENT, ALD_CLOSED},
};
#define FIELDS_N (sizeof fields / sizeof fields[0])

const struct ald_override_field *ald_override_field_at(size_t i)
{
    return i < FIELDS_N ? &fields[i].shown : NULL;
}

static const struct field *field_of(const char *name)
{
    for (size_t i = 0; i < FIELDS_N; i++)
        if (strcmp(fields[i].shown.name, name) == 0)
            return &fields[i];
    return NULL;
}

static bool class_of(const char *value, enum ald_class *ret)
{
    for (int c = 0; c < ALD_CLASS_N; c++) {
        if (c == ALD_MERGED || strcmp(value, ald_class_name((enum ald_class)c)) != 0)
            continue;
        *ret = (enum ald_class)c;
        return true;
    }
    return false;
}

/* A time that names no zone is meant as reports print it: in theirs. */
static bool time_of(const struct ald_zone *zone, const char *value, int64_t *ret)
{
    size_t n = strlen(value);
    if (!ald_time_parse(value, n, ret))
        return false;
    const char *clock = strpbrk(value, "T ");
    if (!clock) /* a day is no moment; a bare number names its own zone */
        return strchr(value, '-') == NULL;
    if (zone && !strpbrk(clock + 1, "Zz+-")) {
        struct ald_civil local = ald_civil_from_ms(*ret);
        *ret = ald_zone_instant(zone, &local);
    }
    return true;
}

/* Calls fn with each name of a list. */
static const char *next_name(struct ald_arena *arena, const char **at)
{
    while (*at && **at) {
        size_t n = strcspn(*at, ";");
        const char *from = *at;
        *at += n + ((*at)[n] == ';');
        while (n && strchr(" \t", *from)) {
            from++;
            n--;
        }
        while (n && strchr(" \t", from[n - 1]))
            n--;
        if (n)
            return ald_strndup(arena, from, n);
    }
    return NULL;
}

static const char *services_of(struct ald_arena *arena, const char *value)
{
    const char *list = "";
    for (const char *at = value, *name; (name = next_name(arena, &at));) {
        const char *marked = ald_sprintf(arena, ";%s;", name);
        if (!strstr(ald_sprintf(arena, ";%s;", list), marked))
            list = ald_sprintf(arena, "%s%s%s", list, *list ? ";" : "", name);
    }
    return list;
}

static enum ald_rc unknown_field(struct ald_arena *arena, const char *name, struct ald_err *err)
{
    const char *names = "";
    for (size_t i = 0; i < FIELDS_N; i++)
        names = ald_sprintf(arena, "%s%s%s", names, i == 0 ? "" : i + 1 < FIELDS_N ? ", " : " or ", fields[i].shown.name);
    return ald_fail(err, ALD_ERR_USAGE, "--field: found '%.40s', expected %s", name, names);
}

enum ald_rc ald_override_spell(struct ald_arena *arena, const struct ald_zone *zone, const char *field, const char *value,
                               const char **ret, struct ald_err *err)
{
    const struct field *f = field_of(field);
    enum ald_class cls;
    int64_t at = 0;
    char text[32];
    bool may_be_none = f && f->kind != CLASS && f->kind != START && !(f->kind == MOMENT && f->moment == ALD_OPENED);
    if (!f)
        return unknown_field(arena, field, err);
    value = ald_strdup(arena, value + strspn(value, " \t"));
    if (may_be_none && strcasecmp(value, NONE) == 0) {
        *ret = NONE;
        return ALD_OK;
    }
    const char *spelt = NULL;
    if ((f->kind == CLASS && class_of(value, &cls)) || (f->kind == SEVERITY && *value))
        spelt = value;
    else if (f->kind == SERVICES && *services_of(arena, value))
        spelt = services_of(arena, value);
    else if (f->kind >= START && time_of(zone, value, &at))
        spelt = ald_strdup(arena, ald_time_format(at, text));
    if (!spelt)
        return ald_fail(err, ALD_ERR_USAGE, "--value of %s: found '%.60s', expected %s%s", field, value, f->shown.help,
                        f->kind >= START ? ", such as 2026-07-01T10:05:00Z" : "");
    *ret = spelt;
    return ALD_OK;
}

/* ---- Loading ---- */

enum ald_rc ald_overrides_load(struct ald_build *b, struct ald_err *err)
{
    struct ald_analysis *a = b->a;
    struct ald_decision *list = NULL;
    size_t n = 0;
    ALD_TRY(ald_decisions(b->store, ALD_DECIDE_OVERRIDE, false, a->arena, &list, &n, err));
    b->overrides = ald_calloc(a->arena, n + 1, sizeof *b->overrides);
    for (size_t i = 0; i < n; i++) {
        const struct field *f = list[i].field && list[i].value ? field_of(list[i].field) : NULL;
        b->overrides[i] = (struct ald_override){.decision = &list[i], .record = ALD_NOBODY, .next = ALD_NOBODY};
        if (!f)
            b->overrides[i].idle = "this version does not know its field";
        else if (f->kind == SERVICES && strcmp(list[i].value, NONE) != 0)
            for (const char *at = list[i].value, *name; (name = next_name(b->scratch, &at));)
                (void)ald_names_add(b->services, name);
    }
    a->overrides = b->overrides;
    a->overrides_n = n;
    return ALD_OK;
}

void ald_overrides_place(struct ald_build *b)
{
    struct ald_analysis *a = b->a;
    if (!a->overrides_n)
        return;
    b->override_of = ald_calloc(b->scratch, a->incidents_n + 1, sizeof *b->override_of);
    for (size_t i = 0; i < a->incidents_n; i++)
        b->override_of[i] = ALD_NOBODY;
    /* Later decisions first: the first one that sets a field wins. */
    for (size_t k = 0; k < a->overrides_n; k++) {
        struct ald_override *o = &b->overrides[k];
        o->record = ald_analysis_record(a, o->decision->subject);
        const struct ald_record *record = o->record == ALD_NOBODY ? NULL : &a->records[o->record];
        if (o->idle)
            continue;
        if (!record)
            o->idle = "its record is not in the store, or had not begun";
        else if (record->incident == ALD_NOBODY)
            o->idle = "its record is another company's";
        else if (record->folded)
            o->idle = "its record was merged into another";
        if (o->idle)
            continue;
        o->next = b->override_of[record->incident];
        b->override_of[record->incident] = (uint32_t)k;
    }
}

/* ---- Applying ---- */

/* The override of an incident's field that counts; earlier ones on the same field are idle. */
static struct ald_override *find(struct ald_build *b, const struct ald_incident *inc, const struct field *f)
{
    struct ald_override *found = NULL;
    if (!b->override_of)
        return NULL;
    for (uint32_t k = b->override_of[inc - b->a->incidents]; k != ALD_NOBODY; k = b->overrides[k].next) {
        struct ald_override *o = &b->overrides[k];
        if (strcmp(o->decision->field, f->shown.name) != 0)
            continue;
        if (found)
            o->idle = "a later decision on another record of the incident says otherwise";
        else
            found = o;
    }
    return found;
}

bool ald_overrides_any(const struct ald_build *b, const struct ald_incident *inc)
{
    return b->override_of && b->override_of[inc - b->a->incidents] != ALD_NOBODY;
}

bool ald_overridden(const struct ald_build *b, const struct ald_incident *inc, const char *field)
{
    if (!b->override_of)
        return false;
    for (uint32_t k = b->override_of[inc - b->a->incidents]; k != ALD_NOBODY; k = b->overrides[k].next)
        if (strcmp(b->overrides[k].decision->field, field) == 0)
            return true;
    return false;
}

static const char *told_by(struct ald_build *b, const struct ald_override *o)
{
    return ald_sprintf(b->a->arena, "decision %" PRId64, o->decision->id);
}

/* *ret ALD_TIME_NONE: "none", or not yet as of as-of. False: no override of the field. */
static bool time_set(struct ald_build *b, const struct ald_incident *inc, const struct field *f, struct ald_taken *ret)
{
    struct ald_override *o = find(b, inc, f);
    int64_t at = ALD_TIME_NONE;
    if (!o)
        return false;
    if (strcmp(o->decision->value, NONE) != 0 && !ald_time_parse(o->decision->value, strlen(o->decision->value), &at)) {
        o->idle = "its value is no time";
        return false;
    }
    if (ald_build_later(b, 0, at)) {
        o->idle = "it is dated after as-of";
        if (f->kind == START || f->moment == ALD_OPENED)
            return false; /* the incident is there: it began at some time */
        at = ALD_TIME_NONE;
    }
    *ret = (struct ald_taken){.at = at, .field = ald_build_word(b, told_by(b, o)), .record = o->record};
    return true;
}

/* The outer ends of the spans move; what lay between reopenings stays. */
static void fit_spans(struct ald_build *b, struct ald_incident *inc)
{
    int64_t start = inc->started_at, end = inc->state == ALD_OPEN ? ALD_TIME_NONE : ald_moment_of(inc, ALD_RESOLVED)->at;
    size_t n = 0;
    if (start == ALD_TIME_NONE)
        return;
    if (inc->state == ALD_END_NOT_RECORDED)
        end = ald_moment_of(inc, ALD_CLOSED)->at;
    struct ald_span *spans = ald_calloc(b->a->arena, inc->spans_n + 1, sizeof *spans);
    for (size_t i = 0; i < inc->spans_n; i++) {
        struct ald_span s = inc->spans[i];
        if (s.end != ALD_TIME_NONE && s.end <= start)
            continue;
        if (end != ALD_TIME_NONE && s.start >= end)
            break;
        s.start = n == 0 || s.start < start ? start : s.start;
        if (end != ALD_TIME_NONE && (s.end == ALD_TIME_NONE || s.end > end))
            s.end = end;
        spans[n++] = s;
    }
    if (!n && (end == ALD_TIME_NONE || end >= start))
        spans[n++] = (struct ald_span){.start = start, .end = end};
    if (n)
        spans[n - 1].end = end;
    inc->spans = spans;
    inc->spans_n = (uint32_t)n;
}

bool ald_overrides_times(struct ald_build *b, struct ald_incident *inc)
{
    struct ald_taken set, moments[ALD_MOMENT_N];
    bool any = false, start = false, end = false;
    if (!ald_overrides_any(b, inc))
        return false;
    for (int m = 0; m < ALD_MOMENT_N; m++)
        moments[m] = *ald_moment_of(inc, m);
    for (size_t i = 0; i < FIELDS_N; i++) {
        if (fields[i].kind != MOMENT || !time_set(b, inc, &fields[i], &set))
            continue;
        enum ald_moment m = fields[i].moment;
        moments[m] = set;
        any = true;
        start |= m == ALD_IMPACT_STARTED || m == ALD_OPENED;
        if (m == ALD_RESOLVED) {
            end = true;
            const struct ald_override *o = find(b, inc, &fields[i]);
            bool not_yet = set.at == ALD_TIME_NONE && o && o->idle;
            inc->state = set.at != ALD_TIME_NONE ? ALD_STATE_RESOLVED : not_yet ? ALD_OPEN : ALD_END_NOT_RECORDED;
        }
    }
    if (any)
        ald_moments_keep(b, inc, moments);
    if (start)
        inc->started_at =
            ald_moment_of(inc, ald_moment_of(inc, ALD_IMPACT_STARTED)->at != ALD_TIME_NONE ? ALD_IMPACT_STARTED : ALD_OPENED)->at;
    if (time_set(b, inc, field_of("started_at"), &set)) {
        inc->started_at = set.at;
        start = true;
    }
    if (start || end)
        fit_spans(b, inc);
    return start || end;
}

static uint32_t service_number(const struct ald_analysis *a, const char *name)
{
    size_t low = 0, high = a->services_n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (strcmp(a->services[mid], name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < a->services_n && strcmp(a->services[low], name) == 0 ? (uint32_t)low : ALD_NOBODY;
}

/* A service that was known keeps when it was named; a new one counts as named at the start. */
static void set_services(struct ald_build *b, struct ald_incident *inc, const struct ald_override *o)
{
    size_t n = 0, cap = 0;
    struct ald_named *list = NULL;
    const char *at = strcmp(o->decision->value, NONE) == 0 ? "" : o->decision->value;
    for (const char *name; (name = next_name(b->scratch, &at));) {
        struct ald_named item = {.name = service_number(b->a, name), .at = inc->started_at, .at_start = true, .record = ALD_RECORD_OF(o->record)};
        item.evidence = ald_build_word(b, told_by(b, o)) & ((1u << 31) - 1);
        for (size_t i = 0; i < inc->services_n; i++)
            if (inc->services[i].name == item.name)
                item = inc->services[i];
        item.stand_in = false;
        list = ald_grow(b->scratch, list, n, &cap, sizeof *list);
        list[n++] = item;
    }
    inc->services = list;
    inc->services_n = (uint32_t)n;
}

/* The rank that other records give to the same label. */
static int rank_of(const struct ald_build *b, const char *label)
{
    const struct ald_settings *s = b->settings;
    for (size_t i = 0; i < s->severity_order_n; i++)
        if (strcasecmp(s->severity_order[i], label) == 0)
            return (int)i + 1;
    for (size_t i = 0; i < b->a->records_n && !s->severity_order_n; i++)
        if (b->a->records[i].traits->severity && strcasecmp(b->a->records[i].traits->severity, label) == 0)
            return b->a->records[i].severity_rank;
    return 0;
}

void ald_overrides_labels(struct ald_build *b, struct ald_incident *inc)
{
    const struct ald_override *severity = find(b, inc, field_of("severity")), *services = find(b, inc, field_of("services"));
    if (severity) {
        bool none = strcmp(severity->decision->value, NONE) == 0;
        inc->severity = none ? NULL : severity->decision->value;
        inc->severity_rank = none ? 0 : rank_of(b, inc->severity);
    }
    if (services)
        set_services(b, inc, services);
}

bool ald_overrides_class(struct ald_build *b, struct ald_incident *inc)
{
    struct ald_override *o = find(b, inc, field_of("class"));
    if (!o)
        return false;
    enum ald_class cls;
    if (!class_of(o->decision->value, &cls)) {
        o->idle = "its value is no class";
        return false;
    }
    inc->cls = (uint8_t)cls;
    inc->class_why = ald_sprintf(b->a->arena, "%s: %s", told_by(b, o), o->decision->reason);
    return true;
}

uint32_t ald_override_incident(const struct ald_analysis *analysis, const struct ald_override *override)
{
    return override->record == ALD_NOBODY ? ALD_NOBODY : analysis->records[override->record].incident;
}
