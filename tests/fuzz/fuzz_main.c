/* Replays every file of the folders given as arguments through the fuzzer it is linked with, so that corpora are
 * ordinary regression tests where libFuzzer is not at hand. Knows nothing of what is fuzzed. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_BYTES (64u << 20)

/* Reads into a block of exactly the file's size, so that AddressSanitizer sees the first byte beyond it. */
static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = -1;
    if (file && fseek(file, 0, SEEK_END) == 0)
        size = ftell(file);
    if (size < 0 || size > (long)MOST_BYTES || fseek(file, 0, SEEK_SET) != 0) {
        fprintf(stderr, "cannot read %s\n", path);
        if (file)
            (void)fclose(file);
        return -1;
    }
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    int rc = -1;
    if (data && fread(data, 1, (size_t)size, file) == (size_t)size) {
        (void)LLVMFuzzerTestOneInput(data, (size_t)size);
        rc = 0;
    }
    free(data);
    (void)fclose(file);
    return rc;
}

static int replay_folder(const char *folder)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, NULL, alphasort), count = 0, failed = 0;
    if (n < 0) {
        fprintf(stderr, "cannot read %s\n", folder);
        return 1;
    }
    for (int i = 0; i < n; i++) {
        size_t size = strlen(folder) + strlen(entries[i]->d_name) + 2;
        char *path = malloc(size);
        if (path && entries[i]->d_name[0] != '.') {
            (void)snprintf(path, size, "%s/%s", folder, entries[i]->d_name);
            failed += replay(path) != 0;
            count++;
        }
        free(path);
        free(entries[i]);
    }
    free(entries);
    printf("%s: %d inputs replayed\n", folder, count);
    if (count == 0)
        fprintf(stderr, "%s is empty\n", folder);
    return count == 0 || failed;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;
    if (failed)
        fprintf(stderr, "usage: %s FOLDER...\n", argv[0]);
    for (int i = 1; i < argc; i++)
        failed |= replay_folder(argv[i]);
    return failed;
}
