/* Inside of the store: for data/ and its tests only. */
#pragma once

#include <sqlite3.h>

#include "alidade/arena.h"
#include "alidade/store.h"
#include "alidade/embedded.h"
#include "alidade/fault.h"

#define ALD_APPLICATION_ID 0x414C4944 /* "ALID"; store_mark in store.sql writes it */
#define ALD_BACKUPS_KEPT 2

/** Why a store cannot be used. */
enum ald_store_flaw { ALD_FLAW_NONE, ALD_FLAW_FOREIGN, ALD_FLAW_NEWER, ALD_FLAW_DAMAGED, ALD_FLAW_FOLDER, ALD_FLAW_OTHER, ALD_FLAW_COUNT_ };

struct ald_q {
    struct ald_store *store;
    size_t slot; /* its row of ald_sql_queries */
    sqlite3_stmt *stmt;
    int bind_rc, bind_i; /* first failed binding: SQLite's code and the parameter */
    bool open;
    struct ald_q *next_free; /* of the same name */
    struct ald_q *next;      /* of all */
};

#define ALD_MET_Q 256
struct ald_store {
    struct ald_arena *arena;
    sqlite3 *db;
    const char *path; /* as given: for messages */
    const char *file; /* with symbolic links resolved: lock and backups lie beside it */
    bool memory;
    bool part;  /* some records alone are read: part.c */
    bool as_is; /* a store of an older schema is not migrated */
    int lock_fd; /* -1: none */
    int failed;  /* SQLite's primary code of the last failure */
    enum ald_store_flaw flaw; /* what opening it found */
    struct ald_q **free_q; /* one list per row of ald_sql_queries */
    size_t queries_n;      /* rows of ald_sql_queries, once free_q is there */
    struct ald_q *all_q;
    unsigned short met_q[ALD_MET_Q]; /* by the address of a name: a row of ald_sql_queries, likely its own */
};

/** ald_store_open with other migrations than the built-in ones, for tests. */
ALD_CHECK enum ald_rc ald_store_open_with(const char *path, enum ald_store_mode mode, const struct ald_embedded *migrations,
                                          struct ald_store **ret, struct ald_err *err);
/** Opens for ALD_STORE_LOOK. *ret_flaw is set either way. */
ALD_CHECK enum ald_rc ald_store_look(const char *path, enum ald_store_flaw *ret_flaw, struct ald_store **ret, struct ald_err *err);
/* fault.c: makes every commit a point of fault.h */
#ifdef ALD_FAULTS
void ald_store_faults(const struct ald_store *store);
#else
#define ald_store_faults(store) ((void)0)
#endif
/** query.c: the SQL under a name; a parameter that only C can read (sqlite3_bind_pointer). */
const char *ald_query_text(const char *name);
void ald_q_pointer(struct ald_q *q, int i, void *p, const char *type);
/** batch.c: makes ald_batch known to a connection. */
ALD_CHECK enum ald_rc ald_store_knows_batches(struct ald_store *store, struct ald_err *err);
/* place.c */
/** Makes the file, so that it is never readable by others, not even for a moment; refuses what another user has put there. */
ALD_CHECK enum ald_rc ald_store_make_file(const struct ald_store *store, struct ald_err *err);
/** SQLite says of a folder that reading failed. Refuses it by its name. */
ALD_CHECK enum ald_rc ald_store_check_folder(const struct ald_store *store, struct ald_err *err);
/** SQLite takes a file of fewer bytes than a page for an empty one and writes over it: somebody's note, for one. Refuses it. */
ALD_CHECK enum ald_rc ald_store_check_short(struct ald_store *store, struct ald_err *err);

/* lock.c */
ALD_CHECK enum ald_rc ald_store_lock(struct ald_store *store, struct ald_err *err);
void ald_store_unlock(struct ald_store *store);
/** The pid of who writes to the store whose file this is: 0 when nobody does, -1 when that cannot be told. Makes no file. */
long ald_store_writer(struct ald_arena *arena, const char *file);
/** Turns SQLite's code into ours, with path, what was being done and SQLite's own words. */
enum ald_rc ald_store_fail(struct ald_store *store, int sqlite_rc, const char *doing, struct ald_err *err);
/** Runs a named statement that has no parameters. */
ALD_CHECK enum ald_rc ald_store_exec(struct ald_store *store, const char *name, struct ald_err *err);
/** First column of the first row of a named statement, 0 when there is no row. */
ALD_CHECK enum ald_rc ald_store_number(struct ald_store *store, const char *name, int64_t *ret, struct ald_err *err);
/** Frees every statement; none may be open. */
void ald_q_free_all(struct ald_store *store);

/** Number of the newest migration: the schema that this program knows. */
int64_t ald_migrate_newest(const struct ald_embedded *migrations);
/** Brings the store from `version` (0: empty) to the newest, after a backup when it holds anything. */
ALD_CHECK enum ald_rc ald_migrate(struct ald_store *store, const struct ald_embedded *migrations, int64_t version,
                                  struct ald_err *err);
/** Fails when a row refers to one that does not exist. */
ALD_CHECK enum ald_rc ald_store_check_references(struct ald_store *store, struct ald_err *err);
