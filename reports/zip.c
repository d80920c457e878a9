/* Zip archives and the pieces of their members: zip.h. Layout: PKWARE's APPNOTE, without encryption, disks and Zip64. */
#include "zip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define ZLIB_CONST /* what is read is const */
#include <zlib.h>

enum {
    LOCAL_BYTES = 30, ENTRY_BYTES = 46, END_BYTES = 22, /* without names */
    LOCAL_SIGN = 0x04034b50, ENTRY_SIGN = 0x02014b50, END_SIGN = 0x06054b50,
    STORED = 0, DEFLATED = 8,
    SIZES_FOLLOW = 1 << 3, /* flag: behind the bytes instead of before them */
    RATIO_MOST = 1040, /* of deflate: 258 bytes for two bits */
    OUT_BYTES = 1 << 16
};
#define MOST UINT64_C(0xFFFFFFFE) /* of what 32 bits count */

/* ---- Numbers, the least byte first ---- */

static unsigned get2(const unsigned char *at)
{
    return at[0] | (unsigned)at[1] << 8;
}

static uint32_t get4(const unsigned char *at)
{
    return get2(at) | (uint32_t)get2(at + 2) << 16;
}

static void set2(unsigned char *at, unsigned v)
{
    at[0] = (unsigned char)(v & 0xFF);
    at[1] = (unsigned char)(v >> 8 & 0xFF);
}

static void set4(unsigned char *at, uint32_t v)
{
    set2(at, v & 0xFFFF);
    set2(at + 2, v >> 16);
}

/* ---- Pieces ---- */

struct ald_pieces {
    FILE *file;
    z_stream stream;
    struct ald_piece piece; /* that is being written */
    unsigned char out[OUT_BYTES];
};

/* A file that nobody sees, where the disk has room for what stands beside it. */
static int unnamed(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    if (!folder)
        abort();
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    free(folder);
    if (fd >= 0)
        return fd;
    char *name = NULL; /* file systems that have none without a name */
    if (asprintf(&name, "%s.XXXXXX", path) < 0)
        abort();
    fd = mkostemp(name, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(name);
    free(name);
    return fd;
}

enum ald_rc ald_pieces_new(const char *path, int level, struct ald_pieces **ret, struct ald_err *err)
{
    int fd = unnamed(path);
    if (fd < 0)
        return ald_fail(err, ALD_ERR_IO, "cannot write beside '%s': %s", path, strerror(errno));
    struct ald_pieces *p = calloc(1, sizeof *p);
    FILE *file = fdopen(fd, "w+b");
    if (!p || !file || deflateInit2(&p->stream, level, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY) != Z_OK)
        abort(); /* only memory can be missing */
    p->file = file;
    *ret = p;
    return ALD_OK;
}

void ald_pieces_free(struct ald_pieces *p)
{
    if (!p)
        return;
    (void)deflateEnd(&p->stream);
    (void)fclose(p->file); /* nobody reads it any more */
    free(p);
}

void ald_pieces_freep(struct ald_pieces **pieces)
{
    ald_pieces_free(*pieces);
    *pieces = NULL;
}

static enum ald_rc pack(struct ald_pieces *p, const void *bytes, size_t n, int flush, struct ald_err *err)
{
    p->stream.next_in = bytes;
    p->stream.avail_in = (uInt)n;
    int rc = Z_OK;
    do {
        p->stream.next_out = p->out;
        p->stream.avail_out = sizeof p->out;
        rc = deflate(&p->stream, flush);
        size_t have = sizeof p->out - p->stream.avail_out;
        if (have && fwrite(p->out, 1, have, p->file) != have)
            return ald_fail(err, ALD_ERR_IO, "%s", strerror(errno));
        p->piece.packed += have;
    } while (p->stream.avail_out == 0 && rc == Z_OK);
    return ALD_OK;
}

enum ald_rc ald_pieces_add(struct ald_pieces *p, const char *bytes, size_t n, struct ald_err *err)
{
    const size_t most = 1u << 30; /* what zlib counts at once */
    while (n > 0) {
        size_t part = n < most ? n : most;
        p->piece.crc = (uint32_t)crc32_z(p->piece.crc, (const Bytef *)bytes, part);
        p->piece.plain += part;
        ALD_TRY(pack(p, bytes, part, Z_NO_FLUSH, err));
        bytes += part;
        n -= part;
    }
    return ALD_OK;
}

enum ald_rc ald_pieces_end(struct ald_pieces *p, bool last, struct ald_piece *ret, struct ald_err *err)
{
    ALD_TRY(pack(p, "", 0, last ? Z_FINISH : Z_FULL_FLUSH, err)); /* both end with a whole byte */
    *ret = p->piece;
    p->piece = (struct ald_piece){.at = ret->at + ret->packed};
    (void)deflateReset(&p->stream);
    return ALD_OK;
}

/* ---- Reading ---- */

static enum ald_rc broken(struct ald_err *err, const char *what)
{
    return ald_fail(err, ALD_ERR_FORMAT, "no zip archive that can be read here: %s", what);
}

/* The record that ends an archive; nothing of ours has a comment behind it. */
static const unsigned char *end_of(const unsigned char *bytes, size_t n)
{
    return n >= END_BYTES && get4(bytes + n - END_BYTES) == END_SIGN ? bytes + n - END_BYTES : NULL;
}

/* One line of the directory; *at moves behind it. */
static enum ald_rc read_entry(struct ald_arena *a, const unsigned char *bytes, size_t n, size_t *at, struct ald_zip_member *ret, struct ald_err *err)
{
    const unsigned char *entry = bytes + *at;
    if (n - *at < ENTRY_BYTES || get4(entry) != ENTRY_SIGN)
        return broken(err, "its directory ends early");
    size_t name_n = get2(entry + 28), more = name_n + get2(entry + 30) + get2(entry + 32), local = get4(entry + 42);
    size_t packed = get4(entry + 20), plain = get4(entry + 24);
    if (n - *at - ENTRY_BYTES < more)
        return broken(err, "its directory ends early");
    if (local > n || n - local < LOCAL_BYTES || get4(bytes + local) != LOCAL_SIGN)
        return broken(err, "a member is not where the directory says");
    size_t head = LOCAL_BYTES + get2(bytes + local + 26) + get2(bytes + local + 28);
    if (n - local < head || n - local - head < packed)
        return broken(err, "a member ends early");
    *ret = (struct ald_zip_member){.name = ald_strndup(a, (const char *)entry + ENTRY_BYTES, name_n),
                                   .entry = entry,
                                   .bytes = bytes + local + head,
                                   .packed = packed,
                                   .plain = plain};
    *at += ENTRY_BYTES + more;
    return ALD_OK;
}

enum ald_rc ald_zip_read(struct ald_arena *a, const void *bytes, size_t n, struct ald_zip *ret, struct ald_err *err)
{
    const unsigned char *end = end_of(bytes, n);
    if (!end)
        return broken(err, "no end of a directory");
    *ret = (struct ald_zip){.n = get2(end + 10)};
    ret->members = ald_calloc(a, ret->n, sizeof *ret->members);
    size_t at = get4(end + 16);
    if (at > n)
        return broken(err, "no directory");
    for (size_t i = 0; i < ret->n; i++)
        ALD_TRY(read_entry(a, bytes, n, &at, &ret->members[i], err));
    return ALD_OK;
}

enum ald_rc ald_zip_text(struct ald_arena *a, const struct ald_zip_member *m, char **ret, struct ald_err *err)
{
    unsigned method = get2(m->entry + 10);
    bool stored = method == STORED && m->packed == m->plain, deflated = method == DEFLATED && m->plain / RATIO_MOST <= m->packed;
    if (!stored && !deflated)
        return broken(err, m->name);
    char *text = ald_alloc(a, m->plain + 1);
    if (stored) {
        memcpy(text, m->bytes, m->plain);
    } else {
        z_stream stream = {.next_in = m->bytes, .avail_in = (uInt)m->packed, .next_out = (Bytef *)text, .avail_out = (uInt)m->plain};
        if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
            abort(); /* only memory can be missing */
        int rc = inflate(&stream, Z_FINISH);
        (void)inflateEnd(&stream);
        if (rc != Z_STREAM_END || stream.avail_out)
            return broken(err, m->name);
    }
    if ((uint32_t)crc32_z(0, (const Bytef *)text, m->plain) != get4(m->entry + 16))
        return broken(err, m->name);
    *ret = text;
    return ALD_OK;
}

/* ---- Writing ---- */

static enum ald_rc put(struct ald_zip_out *out, const void *bytes, size_t n, struct ald_err *err)
{
    if (n && fwrite(bytes, 1, n, out->file) != n)
        return ald_fail(err, ALD_ERR_IO, "%s", strerror(errno));
    out->at += n;
    return ALD_OK;
}

static unsigned char *grow_directory(struct ald_zip_out *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out->directory = ald_grow(out->arena, out->directory, out->directory_n + i, &out->directory_cap, 1);
    out->directory_n += n;
    return out->directory + out->directory_n - n;
}

/* What stands before the bytes of a member, and its line in the directory. */
static enum ald_rc begin(struct ald_zip_out *out, const struct ald_zip_member *m, unsigned method, uint64_t packed, uint64_t plain, uint32_t crc,
                         struct ald_err *err)
{
    if (packed > MOST || plain > MOST || out->at > MOST)
        return ald_fail(err, ALD_ERR_LIMIT, "%s is longer than the 4 GB that the archive of a workbook holds", m->name);
    size_t name_n = strlen(m->name);
    unsigned char *entry = grow_directory(out, ENTRY_BYTES + name_n), local[LOCAL_BYTES];
    memcpy(entry, m->entry, ENTRY_BYTES);
    memcpy(entry + ENTRY_BYTES, m->name, name_n);
    set2(entry + 8, get2(entry + 8) & ~(unsigned)SIZES_FOLLOW);
    set2(entry + 10, method);
    set4(entry + 16, crc);
    set4(entry + 20, (uint32_t)packed);
    set4(entry + 24, (uint32_t)plain);
    set2(entry + 28, (unsigned)name_n);
    set4(entry + 30, 0); /* nothing more about it, no comment */
    set4(entry + 42, (uint32_t)out->at);
    set4(local, LOCAL_SIGN);
    memcpy(local + 4, entry + 6, 22); /* version to length of name */
    set2(local + 26, (unsigned)name_n);
    set2(local + 28, 0);
    out->members++;
    ALD_TRY(put(out, local, sizeof local, err));
    return put(out, m->name, name_n, err);
}

enum ald_rc ald_zip_copy(struct ald_zip_out *out, const struct ald_zip_member *m, struct ald_err *err)
{
    ALD_TRY(begin(out, m, get2(m->entry + 10), m->packed, m->plain, get4(m->entry + 16), err));
    return put(out, m->bytes, m->packed, err);
}

static enum ald_rc copy_piece(struct ald_zip_out *out, FILE *from, const struct ald_piece *piece, struct ald_err *err)
{
    char bytes[8192];
    if (fseeko(from, (off_t)piece->at, SEEK_SET) != 0)
        return ald_fail(err, ALD_ERR_IO, "%s", strerror(errno));
    for (uint64_t left = piece->packed; left > 0;) {
        size_t n = left < sizeof bytes ? (size_t)left : sizeof bytes;
        if (fread(bytes, 1, n, from) != n)
            return ald_fail(err, ALD_ERR_IO, "a piece of it cannot be read back: %s", strerror(errno));
        ALD_TRY(put(out, bytes, n, err));
        left -= n;
    }
    return ALD_OK;
}

enum ald_rc ald_zip_join(struct ald_zip_out *out, const struct ald_zip_member *m, const struct ald_pieces *pieces, const struct ald_piece *piece,
                         size_t n, struct ald_err *err)
{
    struct ald_piece whole = {0};
    for (size_t i = 0; i < n; i++) {
        whole.crc = (uint32_t)crc32_combine(whole.crc, piece[i].crc, (z_off_t)piece[i].plain);
        whole.packed += piece[i].packed;
        whole.plain += piece[i].plain;
    }
    ALD_TRY(begin(out, m, DEFLATED, whole.packed, whole.plain, whole.crc, err));
    for (size_t i = 0; i < n; i++)
        ALD_TRY(copy_piece(out, pieces->file, &piece[i], err));
    return ALD_OK;
}

enum ald_rc ald_zip_end(struct ald_zip_out *out, struct ald_err *err)
{
    unsigned char end[END_BYTES] = {0};
    uint64_t at = out->at;
    if (at > MOST || out->members > 0xFFFE)
        return ald_fail(err, ALD_ERR_LIMIT, "it is longer than the 4 GB that the archive of a workbook holds");
    ALD_TRY(put(out, out->directory, out->directory_n, err));
    set4(end, END_SIGN);
    set2(end + 8, (unsigned)out->members);
    set2(end + 10, (unsigned)out->members);
    set4(end + 12, (uint32_t)out->directory_n);
    set4(end + 16, (uint32_t)at);
    return put(out, end, sizeof end, err);
}
