/* Any text as a time or a duration: what is accepted lies in the promised range and survives being written and read. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_time(int64_t ms)
{
    char buf[32];
    int64_t again;
    must(ms >= INT64_C(-2208988800000) && ms < INT64_C(7258118400000));
    (void)ald_time_format(ms, buf);
    must(ald_time_parse(buf, strlen(buf), &again) && again == ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t ms;
    char buf[32];
    double v;
    if (ald_time_parse((const char *)data, size, &ms))
        check_time(ms);
    for (int order = ALD_DATE_YEAR_FIRST; order <= ALD_DATE_MONTH_FIRST; order++)
        if (ald_time_written((const char *)data, size, (enum ald_date_order)order, NULL, &ms))
            check_time(ms);
    char *s = malloc(size + 1);
    if (!s)
        abort();
    if (size)
        memcpy(s, data, size);
    s[size] = '\0';
    if (ald_time_parse_http(s, &ms))
        check_time(ms);
    if (ald_duration_parse_iso(s, &ms))
        (void)ald_duration_format(ms, buf);
    if (ald_duration_parse(s, &ms)) {
        must(ms >= 0);
        (void)ald_duration_format(ms, buf);
    }
    free(s);
    if (size == sizeof v) {
        memcpy(&v, data, sizeof v);
        if (ald_time_from_number(v, &ms))
            check_time(ms);
        memcpy(&ms, data, sizeof ms);
        (void)ald_time_format(ms, buf);
        (void)ald_duration_format(ms, buf);
    }
    return 0;
}
