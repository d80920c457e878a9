/* Zip archives, as far as a workbook needs them: an archive that is read from memory; one that is written, of members that are
 * copied as they are and members that are put together from pieces. A piece is a text that was deflated by itself, into a file
 * without a name: pieces can be put one behind the other in any order, whatever was known first. Knows nothing of workbooks;
 * zlib is seen only here. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "alidade/arena.h"
#include "alidade/err.h"

/* ---- Pieces ---- */
struct ald_piece {
    uint64_t at, packed, plain; /* where it lies in the file; bytes */
    uint32_t crc;
};
struct ald_pieces;
/** level: as zlib's. The file lies beside path and has no name, so nothing of it is left when the program is killed.
 *  @return ALD_ERR_IO with the folder. */
ALD_CHECK enum ald_rc ald_pieces_new(const char *path, int level, struct ald_pieces **ret, struct ald_err *err);
void ald_pieces_free(struct ald_pieces *pieces);
void ald_pieces_freep(struct ald_pieces **pieces);
/** Adds to the piece that is being written. @return ALD_ERR_IO: no room on the disk. */
ALD_CHECK enum ald_rc ald_pieces_add(struct ald_pieces *pieces, const char *bytes, size_t n, struct ald_err *err);
/** Ends it; last: no other piece follows it in its member. The next one begins. */
ALD_CHECK enum ald_rc ald_pieces_end(struct ald_pieces *pieces, bool last, struct ald_piece *ret, struct ald_err *err);

/* ---- Reading ---- */
struct ald_zip_member {
    const char *name; /* NUL-terminated, arena-owned */
    const unsigned char *entry; /* its line in the directory */
    const unsigned char *bytes; /* as they lie there */
    size_t packed, plain;
};
struct ald_zip {
    struct ald_zip_member *members;
    size_t n;
};
/** The members of an archive of one disk, none of them longer than 4 GB. bytes must outlive *ret. @return ALD_ERR_FORMAT. */
ALD_CHECK enum ald_rc ald_zip_read(struct ald_arena *a, const void *bytes, size_t n, struct ald_zip *ret, struct ald_err *err);
/** The text of a member, of member->plain bytes and a NUL. @return ALD_ERR_FORMAT. */
ALD_CHECK enum ald_rc ald_zip_text(struct ald_arena *a, const struct ald_zip_member *member, char **ret, struct ald_err *err);

/* ---- Writing ---- */
struct ald_zip_out {
    FILE *file;
    struct ald_arena *arena;
    unsigned char *directory;
    size_t directory_n, directory_cap, members;
    uint64_t at;
};
/** Copies a member with its name and time. */
ALD_CHECK enum ald_rc ald_zip_copy(struct ald_zip_out *out, const struct ald_zip_member *member, struct ald_err *err);
/** Writes a member of the same name and time, of n pieces the last of which was ended as such. @return also ALD_ERR_LIMIT: more than 4 GB. */
ALD_CHECK enum ald_rc ald_zip_join(struct ald_zip_out *out, const struct ald_zip_member *member, const struct ald_pieces *pieces,
                                   const struct ald_piece *piece, size_t n, struct ald_err *err);
/** Writes the directory; the caller closes the file. */
ALD_CHECK enum ald_rc ald_zip_end(struct ald_zip_out *out, struct ald_err *err);
