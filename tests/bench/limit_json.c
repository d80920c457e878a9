/* The limit of a JSON report: cJSON alone prints the same values, indented.
 *
 *     limit-json REPORT COPY
 *
 * Says how many bytes these are and the CPU time of printing alone: reading the report is not counted. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *read_all(const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in || fseek(in, 0, SEEK_END) != 0)
        return NULL;
    long n = ftell(in);
    char *text = n >= 0 ? calloc((size_t)n + 1, 1) : NULL;
    rewind(in);
    size_t got = text ? fread(text, 1, (size_t)n, in) : 0;
    (void)fclose(in);
    return text && got == (size_t)n ? text : NULL;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        (void)fprintf(stderr, "usage: limit-json REPORT COPY\n");
        return 2;
    }
    char *text = read_all(argv[1]);
    cJSON *report = text ? cJSON_Parse(text) : NULL;
    if (!report)
        return 1;
    free(text);
    clock_t begin = clock();
    char *printed = cJSON_Print(report);
    size_t n = printed ? strlen(printed) : 0;
    FILE *out = printed ? fopen(argv[2], "wb") : NULL;
    if (!out || fwrite(printed, 1, n, out) != n || fclose(out) != 0)
        return 1;
    (void)printf("%zu bytes in %.2f s of CPU\n", n, (double)(clock() - begin) / CLOCKS_PER_SEC);
    free(printed);
    cJSON_Delete(report);
    return 0;
}
