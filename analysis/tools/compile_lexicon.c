/* Writes the lexicon of rule files as C: compile-lexicon OUT.c FILE... Part of the build, never installed. */
#include <stdio.h>
#include <string.h>

#include "analysis/lexicon_priv.h"

int main(int argc, char **argv)
{
    struct ald_err err = {0};
    struct ald_buf out;
    enum ald_rc rc = ALD_OK;
    if (argc < 3) {
        (void)fputs("usage: compile-lexicon OUT.c FILE...\n", stderr);
        return 2;
    }
    ald_buf_init(&out, (size_t)256 << 20);
    rc = ald_lexicon_compile((const char *const *)argv + 2, (size_t)argc - 2, &out, &err);
    if (rc == ALD_OK) {
        FILE *f = fopen(argv[1], "wb");
        bool good = f && fwrite(out.data, 1, out.len, f) == out.len;
        if ((f && fclose(f) != 0) || !good)
            rc = ald_fail(&err, ALD_ERR_IO, "%s cannot be written", argv[1]);
    }
    ald_buf_done(&out);
    if (rc == ALD_OK)
        return 0;
    (void)fputs(err.msg, stderr);
    (void)fputs("\n", stderr);
    return 1;
}
