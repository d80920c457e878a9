/* Numbers in cursors: see cursor.h. Knows no source. */
#include "cursor.h"

#include <errno.h>
#include <stdlib.h>

bool ald_cursor_digits(const char **s, int64_t least, int64_t most, int64_t *ret)
{
    const char *digits = *s + (least < 0 && **s == '-');
    char *end;
    if (*digits < '0' || *digits > '9') /* strtoll would also take blanks and '+' */
        return false;
    errno = 0;
    long long v = strtoll(*s, &end, 10);
    if (errno || v < least || v > most)
        return false;
    *s = end;
    *ret = v;
    return true;
}

bool ald_cursor_number(const char **s, int64_t least, int64_t most, int64_t *ret)
{
    const char *end = *s;
    int64_t v;
    if (!ald_cursor_digits(&end, least, most, &v) || (*end && *end != '|'))
        return false;
    *s = end + (*end == '|');
    *ret = v;
    return true;
}

int64_t ald_cursor_count(const char *text)
{
    int64_t n = 0;
    return text && ald_cursor_digits(&text, 0, ALD_CURSOR_MOST, &n) && !*text ? n : 0;
}

void ald_cursor_resize(int64_t *page, int64_t *limit, int64_t seen, int64_t now)
{
    if (*limit == now || seen % now != 0)
        return;
    *page = seen / now + 1;
    *limit = now;
}
