/* Any bytes as a TZif file: refused, or a zone whose every answer is within its bounds. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alidade/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_up(const struct ald_zone *zone, int64_t ms)
{
    int32_t offset_s = ald_zone_offset_s(zone, ms);
    if (offset_s <= -26 * 3600 || offset_s >= 26 * 3600)
        abort();
    if (strlen(ald_zone_abbreviation(zone, ms)) > 4096)
        abort();
    (void)ald_zone_civil(zone, ms);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 65536)
        return 0;
    struct ald_zone *zone = NULL;
    struct ald_err err = {0};
    if (ald_zone_parse("fuzz", data, size, &zone, &err) != ALD_OK)
        return 0;
    static const int64_t instants[] = {INT64_MIN, INT64_MIN / 1000, -1, 0, 1, INT64_C(1700000000000), INT64_MAX};
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++)
        look_up(zone, instants[i]);
    for (int64_t days = -800; days < 30000; days += 1009) {
        int64_t start = ald_zone_day_start(zone, days);
        struct ald_civil local = ald_zone_civil(zone, start);
        (void)ald_zone_instant(zone, &local);
        look_up(zone, start);
    }
    ald_zone_free(zone);
    return 0;
}
