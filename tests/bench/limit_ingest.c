/* The limit of ingest: downloads the pages of a list with libcurl, parses them with cJSON and inserts the rows that alidade
 * made of them (rows.py) into the same tables with the same indexes, under the same pragmas, some pages in a transaction; elements
 * that are kept as text are printed from what was parsed. It understands nothing, checks nothing (not even foreign keys) and
 * could not go on after a crash; what alidade takes beyond it is the price of that.
 *
 *     limit-ingest LIST ROWS DATABASE LOT      LIST: an address a line; ROWS: as in rows.py; LOT: pages in a transaction
 */
#include <curl/curl.h>
#include <cjson/cJSON.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATEMENTS_MAX 64

struct bytes {
    char *at;
    size_t n, cap;
};

static void must(int ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "limit-ingest: %s\n", what);
    exit(1);
}

static void room(struct bytes *bytes, size_t n)
{
    if (n <= bytes->cap)
        return;
    bytes->cap = n * 2;
    bytes->at = realloc(bytes->at, bytes->cap);
    must(bytes->at != NULL, "memory");
}

static size_t take(char *got, size_t size, size_t n, void *ctx)
{
    struct bytes *page = ctx;
    room(page, page->n + size * n + 1);
    memcpy(page->at + page->n, got, size * n);
    page->n += size * n;
    page->at[page->n] = '\0';
    return size * n;
}

/* ---- Rows ---- */

struct store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS_MAX];
    int statements_n;
    long long rows;
};

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql, size_t n)
{
    sqlite3_stmt *q = NULL;
    must(sqlite3_prepare_v3(db, sql, (int)n, SQLITE_PREPARE_PERSISTENT, &q, NULL) == SQLITE_OK, sqlite3_errmsg(db));
    return q;
}

static void run(sqlite3_stmt *q)
{
    while (sqlite3_step(q) == SQLITE_ROW)
        ;
    must(sqlite3_reset(q) == SQLITE_OK, sqlite3_errmsg(sqlite3_db_handle(q)));
}

static uint32_t number(const char **at)
{
    uint32_t n;
    memcpy(&n, *at, sizeof n);
    *at += sizeof n;
    return n;
}

/* Its text is made as whoever keeps it must make it; what is stored is what alidade stored, which is shorter without people. */
static void print_element(const cJSON *element, const char **at)
{
    for (unsigned char depth = (unsigned char)*(*at)++; depth > 0; depth--) {
        element = element ? element->child : NULL;
        for (uint32_t i = number(at); element && i > 0; i--)
            element = element->next;
    }
    must(element != NULL, "no such element");
    char *text = cJSON_PrintUnformatted(element);
    must(text != NULL, "memory");
    cJSON_free(text);
}

static void bind_text(sqlite3_stmt *q, int i, const char **at)
{
    const uint32_t n = number(at);
    (void)sqlite3_bind_text(q, i, *at, (int)n, SQLITE_STATIC);
    *at += n;
}

static void bind_value(sqlite3_stmt *q, int i, const char **at, const cJSON *root)
{
    sqlite3_int64 integer;
    double real;
    switch (*(*at)++) {
    case 'i':
        memcpy(&integer, *at, sizeof integer);
        *at += sizeof integer;
        (void)sqlite3_bind_int64(q, i, integer);
        break;
    case 'd':
        memcpy(&real, *at, sizeof real);
        *at += sizeof real;
        (void)sqlite3_bind_double(q, i, real);
        break;
    case 'e':
        print_element(root, at);
        bind_text(q, i, at);
        break;
    case 't':
        bind_text(q, i, at);
        break;
    default:
        (void)sqlite3_bind_null(q, i);
    }
}

static void row(struct store *store, const char **at, const cJSON *root)
{
    sqlite3_stmt *q = store->statements[(unsigned char)*(*at)++];
    const int n = sqlite3_bind_parameter_count(q);
    for (int i = 1; i <= n; i++)
        bind_value(q, i, at, root);
    run(q);
    store->rows++;
}

static void play(struct store *store, const struct bytes *block, const cJSON *root)
{
    for (const char *at = block->at; at < block->at + block->n;) {
        const char command = *at++;
        if (command == 'r') {
            row(store, &at, root);
            continue;
        }
        const uint32_t n = number(&at);
        must(store->statements_n < STATEMENTS_MAX, "too many statements");
        sqlite3_stmt *q = prepare(store->db, at, n);
        at += n;
        if (command == 'p') {
            store->statements[store->statements_n++] = q;
        } else {
            run(q);
            (void)sqlite3_finalize(q);
        }
    }
}

static void next_block(FILE *file, struct bytes *block)
{
    uint32_t n = 0;
    must(fread(&n, sizeof n, 1, file) == 1, "fewer rows than pages");
    room(block, (size_t)n + 1);
    block->n = n;
    must(fread(block->at, 1, n, file) == n, "rows end early");
}

/* ---- Pages ---- */

static CURL *client(struct bytes *page)
{
    must(curl_global_init(CURL_GLOBAL_DEFAULT) == 0, "curl");
    CURL *curl = curl_easy_init();
    must(curl != NULL, "curl");
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, page);
    (void)curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    return curl;
}

static void read_page(CURL *curl, const char *url, struct bytes *page, struct store *store, const struct bytes *block)
{
    page->n = 0;
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    must(curl_easy_perform(curl) == CURLE_OK, url);
    cJSON *root = cJSON_ParseWithLength(page->at, page->n);
    must(root != NULL, "JSON");
    play(store, block, root);
    cJSON_Delete(root);
}

int main(int argc, char **argv)
{
    must(argc == 5, "usage: limit-ingest LIST ROWS DATABASE LOT");
    const size_t lot = (size_t)strtoul(argv[4], NULL, 10);
    must(lot > 0, "LOT is 1 or more");
    FILE *list = fopen(argv[1], "r"), *rows = fopen(argv[2], "rb");
    must(list != NULL, argv[1]);
    must(rows != NULL, argv[2]);
    struct store store = {0};
    struct bytes block = {0}, page = {0};
    must(sqlite3_open(argv[3], &store.db) == SQLITE_OK, argv[3]);
    next_block(rows, &block);
    play(&store, &block, NULL);
    CURL *curl = client(&page);
    char url[8192];
    size_t pages = 0;
    for (; fgets(url, sizeof url, list); pages++) {
        url[strcspn(url, "\n")] = '\0';
        next_block(rows, &block);
        if (pages % lot == 0)
            run(store.statements[0]);
        read_page(curl, url, &page, &store, &block);
        if (pages % lot == lot - 1)
            run(store.statements[1]);
    }
    if (pages % lot != 0)
        run(store.statements[1]);
    curl_easy_cleanup(curl);
    for (int i = 0; i < store.statements_n; i++)
        (void)sqlite3_finalize(store.statements[i]);
    must(sqlite3_close(store.db) == SQLITE_OK, "close");
    free(page.at);
    free(block.at);
    (void)fclose(list);
    (void)fclose(rows);
    (void)printf("%zu pages, %lld rows\n", pages, store.rows);
    return 0;
}
