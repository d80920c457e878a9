/* The limit of ingest: downloads the pages of a list with libcurl, parses them with cJSON and inserts as many rows into
 * SQLite as alidade did, a transaction a page. It understands nothing, checks nothing and could not go on after a crash;
 * what alidade takes beyond it is the price of that.
 *
 *     limit-ingest LIST DATABASE RAW ROWS      LIST: lines of "ELEMENTS URL"; RAW: how many elements are kept as text, ROWS:
 *                                              how many other rows there are; both are spread over the elements
 */
#include <curl/curl.h>
#include <cjson/cJSON.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct page {
    char *bytes;
    size_t n, cap;
};

static void must(int ok, const char *what)
{
    if (ok)
        return;
    (void)fprintf(stderr, "limit-ingest: %s\n", what);
    exit(1);
}

static size_t take(char *bytes, size_t size, size_t n, void *ctx)
{
    struct page *page = ctx;
    if (page->n + size * n + 1 > page->cap) {
        page->cap = (page->n + size * n + 1) * 2;
        page->bytes = realloc(page->bytes, page->cap);
        must(page->bytes != NULL, "memory");
    }
    memcpy(page->bytes + page->n, bytes, size * n);
    page->n += size * n;
    page->bytes[page->n] = '\0';
    return size * n;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q = NULL;
    must(sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK, sql);
    return q;
}

static void run(sqlite3_stmt *q)
{
    must(sqlite3_step(q) == SQLITE_DONE, "insert");
    must(sqlite3_reset(q) == SQLITE_OK, "insert");
}

static sqlite3 *open_store(const char *path)
{
    sqlite3 *db = NULL;
    must(sqlite3_open(path, &db) == SQLITE_OK, path);
    must(sqlite3_exec(db,
                      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
                      "CREATE TABLE raw (source TEXT, stream TEXT, element TEXT, raw TEXT, PRIMARY KEY (source, stream, element))"
                      " WITHOUT ROWID;"
                      "CREATE TABLE line (record INTEGER, name TEXT, ord INTEGER, value TEXT, field TEXT,"
                      " PRIMARY KEY (record, name, ord)) WITHOUT ROWID;",
                      NULL, NULL, NULL) == SQLITE_OK,
         "schema");
    return db;
}

/* The longest list of the document: its elements. */
static const cJSON *elements_of(const cJSON *root)
{
    const cJSON *best = NULL;
    for (const cJSON *child = root ? root->child : NULL; child; child = child->next)
        if (cJSON_IsArray(child) && (!best || cJSON_GetArraySize(child) > cJSON_GetArraySize(best)))
            best = child;
    return best;
}

static const char *text_of(const cJSON *object, const char *key, const char *otherwise)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(member) ? member->valuestring : otherwise;
}

struct store {
    sqlite3_stmt *raw, *line;
    double raw_each, rows_each; /* per element */
    double raw_owed, rows_owed;
    sqlite3_int64 elements, rows;
};

static void keep_raw(struct store *store, const cJSON *element, const char *id)
{
    char *raw = cJSON_PrintUnformatted(element);
    must(raw != NULL, "memory");
    (void)sqlite3_bind_text(store->raw, 1, "pager", -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(store->raw, 2, text_of(element, "type", "stream"), -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(store->raw, 3, id, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(store->raw, 4, raw, -1, SQLITE_STATIC);
    run(store->raw);
    cJSON_free(raw);
    store->rows++;
}

static void keep(struct store *store, const cJSON *element)
{
    const char *id = text_of(element, "id", "element"), *at = text_of(element, "created_at", "2026-01-01T00:00:00Z");
    store->elements++;
    store->raw_owed += store->raw_each;
    store->rows_owed += store->rows_each;
    for (; store->raw_owed >= 1; store->raw_owed--)
        keep_raw(store, element, id);
    for (int i = 0; store->rows_owed >= 1; i++, store->rows_owed--, store->rows++) {
        (void)sqlite3_bind_int64(store->line, 1, store->elements);
        (void)sqlite3_bind_text(store->line, 2, i % 2 ? "acknowledged" : id, -1, SQLITE_STATIC);
        (void)sqlite3_bind_int(store->line, 3, i);
        (void)sqlite3_bind_text(store->line, 4, at, -1, SQLITE_STATIC);
        (void)sqlite3_bind_text(store->line, 5, "log_entries.created_at", -1, SQLITE_STATIC);
        run(store->line);
    }
}

static size_t elements_in(const struct page *pages, size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += strtoul(pages[i].bytes, NULL, 10);
    return sum;
}

/* Lines of "ELEMENTS URL". */
static size_t read_list(const char *path, struct page **ret)
{
    FILE *f = fopen(path, "r");
    must(f != NULL, path);
    char line[8192];
    size_t n = 0, cap = 0;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        if (n == cap) {
            cap = cap ? cap * 2 : 256;
            *ret = realloc(*ret, cap * sizeof **ret);
            must(*ret != NULL, "memory");
        }
        (*ret)[n++] = (struct page){.bytes = strdup(line)};
    }
    must(fclose(f) == 0, path);
    return n;
}

int main(int argc, char **argv)
{
    must(argc == 5, "usage: limit-ingest LIST DATABASE RAW ROWS");
    struct page *list = NULL;
    size_t n = read_list(argv[1], &list), elements = elements_in(list, n);
    sqlite3 *db = open_store(argv[2]);
    must(elements > 0, "no elements");
    struct store store = {.raw = prepare(db, "INSERT OR REPLACE INTO raw VALUES (?1, ?2, ?3, ?4)"),
                          .line = prepare(db, "INSERT OR REPLACE INTO line VALUES (?1, ?2, ?3, ?4, ?5)"),
                          .raw_each = strtod(argv[3], NULL) / (double)elements,
                          .rows_each = strtod(argv[4], NULL) / (double)elements};
    sqlite3_stmt *begin = prepare(db, "BEGIN IMMEDIATE"), *commit = prepare(db, "COMMIT");
    must(curl_global_init(CURL_GLOBAL_DEFAULT) == 0, "curl");
    CURL *curl = curl_easy_init();
    must(curl != NULL, "curl");
    struct page page = {.n = 0};
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &page);
    (void)curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    for (size_t i = 0; i < n; i++) {
        page.n = 0;
        (void)curl_easy_setopt(curl, CURLOPT_URL, strchr(list[i].bytes, ' ') + 1);
        must(curl_easy_perform(curl) == CURLE_OK, list[i].bytes);
        cJSON *root = cJSON_ParseWithLength(page.bytes, page.n);
        must(root != NULL, "JSON");
        run(begin);
        const cJSON *found = elements_of(root);
        for (const cJSON *element = found ? found->child : NULL; element; element = element->next)
            keep(&store, element);
        run(commit);
        cJSON_Delete(root);
        free(list[i].bytes);
    }
    curl_easy_cleanup(curl);
    sqlite3_finalize(store.raw);
    sqlite3_finalize(store.line);
    sqlite3_finalize(begin);
    sqlite3_finalize(commit);
    must(sqlite3_close(db) == SQLITE_OK, "close");
    free(page.bytes);
    free(list);
    (void)printf("%zu pages, %lld elements, %lld rows\n", n, (long long)store.elements, (long long)store.rows);
    return 0;
}
