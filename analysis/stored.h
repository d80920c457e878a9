/* What the last `analyze` left in the store for those who ask about one incident: what of an analysis is about more than that incident.
 * The rest is computed anew, by the same code, from a part of the store. Private to analysis. */
#pragma once

#include "analysis/build.h"
#include "analysis/kept.h"
#include "analysis/positions.h"

/* ---- What is written ---- */

/** One source's past, as signals see it. Names of sources are texts of the analysis. */
struct ald_origin {
    const char *source;
    int64_t started_at; /* first start of a record; ALD_TIME_NONE: none */
    int64_t posted_at;  /* the same of its posts on an own status page */
    bool vendor;        /* another company's */
    unsigned seen;      /* facets that some event of it shows (struct ald_build's seen) */
};
/** origins.c: of all records, when they are loaded; analysis-owned. */
void ald_origins_keep(struct ald_build *b);
/** The stored ones, by source; in the arena. */
ALD_CHECK enum ald_rc ald_origins_load(struct ald_store *store, struct ald_arena *arena, struct ald_origin **ret, size_t *ret_n,
                                       struct ald_err *err);

/** Bytes of a packed column. */
struct ald_bytes {
    unsigned char *data;
    size_t n;
};

/** past_stored.c. Writes who is in the past of which service. */
ALD_CHECK enum ald_rc ald_past_save(struct ald_store *store, const struct ald_analysis *analysis, struct ald_err *err);
enum ald_past_kind { ALD_PAST_INCIDENT, ALD_PAST_PLANNED, ALD_PAST_VENDOR, ALD_PAST_KIND_N };
/** Something that names a service. Times are whole minutes around the true ones, so that nothing within a stretch is missed by them. */
struct ald_past_entry {
    int64_t number;   /* of the incident in the store (from 1); of a vendor's record: its row */
    int32_t from, to; /* minutes since 1970: incident: of its start and of what its people did; else open; INT32_MAX: still */
    uint32_t title;   /* incident: ald_past_title */
    uint64_t people;  /* incident: ald_past_person of all who were engaged, or-ed */
};
/** What stands for a normalised title: equal titles, equal numbers. */
uint32_t ald_past_title(const char *norm_title);
/** Two bits of 64 that stand for a person, and for others: who has them may be meant. Nobody can be told from them. */
uint64_t ald_past_person(const char *person);
int32_t ald_past_minute(int64_t at);
/** Calls take for each entry of a service (NULL: of all); false: what is stored is not what this program writes. */
ALD_CHECK enum ald_rc ald_past_each(struct ald_store *store, const char *service,
                                    void (*take)(void *ctx, enum ald_past_kind kind, const struct ald_past_entry *entry), void *ctx,
                                    bool *ret_sound, struct ald_err *err);

/** frames_stored.c: a frame as bytes (of reading ALD_LENS_TOTAL: n and scales alone); arena-owned. */
struct ald_bytes ald_frame_pack(const struct ald_frame *frame, struct ald_arena *arena);
/** Names of the rows of a quarter's frames, by lens (observations.h): "start", "landmark", "total". */
const char *ald_frame_name(int lens);

/** link_model.c: what likeness has learnt; nothing where all records were learnt from. */
ALD_CHECK enum ald_rc ald_link_model_save(struct ald_store *store, const struct ald_analysis *analysis, struct ald_err *err);
/** stored_save.c: all but what goes with links and incidents: sources, suggestions, pasts. frames: ald_frames_save. */
ALD_CHECK enum ald_rc ald_stored_save(struct ald_store *store, const struct ald_analysis *analysis, struct ald_err *err);

struct ald_packed_frame {
    int64_t from, to; /* starts of the reference */
    const unsigned char *data; /* NULL: there is none */
    size_t n;
    /* What lies where in the bytes. */
    size_t members_n;
    bool scaled;
    const unsigned char *members, *axes[ALD_AXIS_N], *scales;
};
struct ald_quarter;
/** Writes the frames that a quarter has packed; q: part_frame_put. */
ALD_CHECK enum ald_rc ald_frames_save(struct ald_q *q, const struct ald_quarter *quarter, struct ald_err *err);
/** Deletes those that lie between two quarters. */
ALD_CHECK enum ald_rc ald_frames_cut(struct ald_store *store, int64_t after, int64_t before, struct ald_err *err);

/* ---- What is read ---- */

/** What analyze noted of its last run. */
struct ald_written {
    bool sound;         /* it was this program (ald_written_by), with these settings */
    int64_t generation; /* of the store that it read */
    int64_t as_of, next; /* next: the earliest date after as-of that it met; INT64_MAX: none */
    int64_t settles;    /* the earliest start of an incident whose landmark was still to come; INT64_MAX: none */
    int64_t read, counted; /* incidents with a reading; of class incident */
    int64_t records;       /* that were there */
};
/** What computes the rows: this version and what it was built from, and the release of the zone database. written.c */
const char *ald_written_by(struct ald_arena *arena);
/** written.c */
ALD_CHECK enum ald_rc ald_written_load(struct ald_store *store, const struct ald_settings *settings, struct ald_written *ret, struct ald_err *err);

/* ---- What a day changes ---- */

/** A record that was noted since the last analyze. */
struct ald_note {
    int64_t record;
    int64_t from;         /* the earliest date that it told before; INT64_MAX: it was not there */
    const char *incident; /* the stored id of its incident, or NULL */
};
/** What is known of what changed before anything of it is read. */
struct ald_since {
    struct ald_written written;
    struct ald_note *notes; /* by record */
    size_t notes_n;
    const char *why; /* all has to be looked at, because; NULL: not so far */
};
/** since.c; in the arena. */
ALD_CHECK enum ald_rc ald_since_load(struct ald_store *store, const struct ald_settings *settings, const struct ald_calendar *calendar, int64_t as_of,
                                     struct ald_arena *arena, struct ald_since *ret, struct ald_err *err);

/** The link of a record whose row of links is not what it is to be. */
struct ald_relink {
    int64_t row;
    const char *incident;     /* id of the incident that it is part of now; NULL: of none */
    int64_t first;            /* row of the record after which that is named */
    const char *was;          /* the stored id; NULL: it had no row */
    const char *method, *via; /* via: NULL or a text */
    double confidence;
    bool folded;
};
/** A suggestion that is not what it is to be, by the rows of its records. */
struct ald_resuggest {
    int64_t a, b;
    double confidence;
    const char *via, *refused; /* NULL: the stored one goes */
};
/** What the whole would link otherwise than is stored, and what it would tell of all records. */
struct ald_renewed {
    bool sound;
    const char *why;                   /* not sound: why all has to be looked at */
    struct ald_relink *links;          /* by row: all that differ in incident, first, method, confidence, via or folded */
    size_t links_n;
    struct ald_resuggest *suggestions; /* by a, b */
    size_t suggestions_n;
    size_t records_n;                  /* that are there as of as-of */
    const struct ald_origin *origins;  /* as ald_origins_keep makes them */
    size_t origins_n;
    int64_t next_at;                   /* as in struct ald_analysis */
    int64_t *due;                      /* rows of records of which something is dated between the two as-ofs, which changes them; ascending */
    size_t due_n;
    const struct ald_briefs *briefs;   /* those that are not what is stored: ald_briefs_save */
};

/** renew.c: how records are linked now; since gives no reason to look at all. The store is read whole, is left so, and nothing is written; texts
 *  lie in the arena. */
ALD_CHECK enum ald_rc ald_links_renew(struct ald_store *store, const struct ald_settings *settings, const struct ald_since *since, int64_t as_of,
                                      struct ald_arena *arena, struct ald_renewed *ret, struct ald_err *err);
/** links_kept.c: writes them, but for the keys of records. */
ALD_CHECK enum ald_rc ald_links_save(struct ald_store *store, const struct ald_renewed *renewed, struct ald_err *err);

/** Of an analysis of a window of the store: what lies before it is as analyze wrote it (ald_recent_analyse). */
struct ald_recent {
    size_t first;          /* incidents from here on are observed, read and written */
    int64_t kept;          /* incidents of the store that lie before it */
    bool changes;          /* false: none changed but by as-of */
    const uint32_t *older; /* open ones before, of which only the readings changed: with as-of; ascending */
    const int64_t *older_numbers; /* in the store */
    size_t older_n;
    const uint32_t *changed; /* records whose incident is not what it was */
    size_t changed_n;
    int64_t read, counted; /* among the others: incidents with a reading; of class incident */
    int64_t settles;       /* of the others, as in struct ald_written */
    const struct ald_renewed *renewed;
};
/** recent.c: an analysis of the records that what changed since the last analyze, or as-of, may have changed; *ret NULL: all has to be looked
 *  at, *ret_why tells why. */
ALD_CHECK enum ald_rc ald_recent_analyse(struct ald_store *store, const struct ald_settings *settings, int64_t as_of, struct ald_analysis **ret,
                                         const char **ret_why, struct ald_err *err);
/** The number in the store of an incident; of a window: of one of the quarter of as-of, or from the first on. */
static inline int64_t ald_stored_number(const struct ald_analysis *a, size_t incident)
{
    return a->recent ? a->recent->kept + 1 + (int64_t)incident - (int64_t)a->recent->first : (int64_t)incident + 1;
}
/** links_kept.c: records that have an incident, by row (value): their indexes; in the arena. The row of one as the store keeps it; its cell
 *  for the row of its incident's first record. */
enum { ALD_LINK_CELLS = 8 };
struct ald_keyed;
size_t ald_linked_list(const struct ald_analysis *analysis, struct ald_arena *arena, struct ald_keyed **ret);
void ald_link_cells(const struct ald_analysis *analysis, size_t record, struct ald_datum ret[ALD_LINK_CELLS]);
struct ald_datum ald_first_cell(int64_t first, int64_t row);

/** The frames of a quarter. */
struct ald_stored_quarter {
    int64_t quarter;
    struct ald_packed_frame frames[ALD_READING_N + 1]; /* by lens */
    const struct ald_frame *made[ALD_READING_N];       /* of them, once they were asked for; NULL: not yet */
};
/** Of an analysis that takes over what an earlier one found: frames come from the store. */
struct ald_stored {
    struct ald_store *store;
    size_t incident; /* of one that is about one incident: which, an index of the analysis; else SIZE_MAX */
    struct ald_stored_quarter *quarters; /* whose incidents are read */
    size_t quarters_n;
};
/** A part of the store that is analysed with what is stored of the rest. */
struct ald_part {
    const char *id; /* of the incident asked about, or NULL */
    bool linked;    /* as the store has it, but for what is renewed */
    const struct ald_renewed *renewed; /* or NULL */
    /* Once the incidents stand, before signals look at them; NULL: nothing. May set recent and stored of the analysis. */
    enum ald_rc (*settle)(void *settling, struct ald_analysis *analysis, struct ald_err *err);
    void *settling;
    /* Nobody asks what was written about incidents that start before written_from and are over; else all texts are read. */
    bool written_some;
    int64_t written_from;
    /* Not linked: a window of the store instead: what starts at `from` or later is linked as the whole would be, for which all records that take
     * part in likeness and start at `complete` or later are read, and all that explicit and shared links lead to from there. */
    int64_t from, complete;
    int64_t history_start;
    const struct ald_origin *origins;
    size_t origins_n;
    /* What comes of it. */
    struct ald_names *links; /* ids of incidents, by number while linking */
    size_t incident;         /* index of the one asked about; SIZE_MAX: it is not there */
    int64_t *others;         /* rows that suggestions name and that are not in the part; analysis-owned */
    size_t others_n, others_cap;
    bool unsound; /* what is stored and what is read do not fit */
};

/** link_stored.c: ald_link of a part, as the last analysis linked. */
ALD_CHECK enum ald_rc ald_link_stored(struct ald_build *b, size_t *ret_incidents, struct ald_err *err);
/** link.c: ald_link of a window. Nothing may have changed that starts before it. */
ALD_CHECK enum ald_rc ald_link_window(struct ald_build *b, size_t *ret_incidents, struct ald_err *err);
/** origins.c: facets that some event of the rest of the store shows. */
void ald_part_seen(struct ald_build *b);
/** analysis.c: as ald_analysis_run, of what ald_store_part lets be read; signals look at the incident that is asked about, and at no
 *  other. Nothing is read yet. */
ALD_CHECK enum ald_rc ald_analysis_part(struct ald_store *store, const struct ald_settings *settings, int64_t as_of, struct ald_part *part,
                                        struct ald_analysis **ret, struct ald_err *err);

/** frames_stored.c: reads the frames of a quarter, whose calendar is the analysis'. *ret_n: how many there are; *ret_sound: each is what this
 *  program writes, of the starts that the calendar gives it now. */
ALD_CHECK enum ald_rc ald_frames_load(struct ald_store *store, const struct ald_analysis *analysis, int64_t number,
                                      struct ald_stored_quarter *ret, int *ret_n, bool *ret_sound, struct ald_err *err);
/** A frame of what is stored, as ald_frame_build makes it of incidents; analysis-owned. */
void ald_frame_read(const struct ald_analysis *analysis, struct ald_stored_quarter *of, int reading, struct ald_frame *ret);
void ald_scales_read(const struct ald_analysis *analysis, const struct ald_stored_quarter *of, int lens, struct ald_arena *arena,
                     struct ald_scale ret[ALD_SIGNAL_N]);
/** Fills from, to, n and stored of a reference: of a quarter that is among those of the analysis. */
void ald_reference_read(const struct ald_analysis *analysis, int64_t quarter, struct ald_reference *ret);
/** find.c: the number in the store of what an id or key means; 0: nothing. */
ALD_CHECK enum ald_rc ald_stored_find(struct ald_store *store, const char *id_or_key, int64_t *ret, struct ald_err *err);
/** The index of an incident of the store among those of an analysis; SIZE_MAX: it is not there. */
ALD_CHECK enum ald_rc ald_stored_index(struct ald_store *store, const struct ald_analysis *analysis, int64_t number, size_t *ret,
                                       struct ald_err *err);
/** find.c: id, key and title of a comparable by its number; a text that says so where the store cannot be read. */
void ald_stored_name(const struct ald_analysis *analysis, struct ald_arena *arena, struct ald_comparable *of);
