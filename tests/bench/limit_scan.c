/* The limit of analyze and of a JSON report: reads every column of the tables that an analysis reads, and does nothing with
 * them.
 *
 *     limit-scan DATABASE
 */
#include <sqlite3.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    static const char *const tables[] = {"record",         "record_moment", "record_value",  "record_ref",
                                         "record_service", "record_team",   "record_person", "event"};
    sqlite3 *db = NULL;
    long long rows = 0, bytes = 0;
    if (argc != 2 || sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
        return 2;
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
        char sql[64];
        sqlite3_stmt *q = NULL;
        (void)snprintf(sql, sizeof sql, "SELECT * FROM %s", tables[t]);
        if (sqlite3_prepare_v2(db, sql, -1, &q, NULL) != SQLITE_OK)
            return 1;
        for (; sqlite3_step(q) == SQLITE_ROW; rows++)
            for (int i = 0; i < sqlite3_column_count(q); i++)
                if (sqlite3_column_text(q, i))
                    bytes += sqlite3_column_bytes(q, i);
        if (sqlite3_finalize(q) != SQLITE_OK)
            return 1;
    }
    (void)printf("%lld rows, %lld bytes\n", rows, bytes);
    return sqlite3_close(db) != SQLITE_OK;
}
