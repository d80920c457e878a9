/* The progress line: redrawn in place on a terminal. NO_COLOR is respected by using no colour at all. */
#include "progress.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int columns(void)
{
    struct winsize size = {0};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

void ald_progress_note(const struct ald_session *session, const char *text)
{
    if (!session->progress)
        return;
    (void)fprintf(stderr, "\r\033[K%.*s", text ? columns() - 1 : 0, text ? text : "");
    (void)fflush(stderr);
}

void ald_progress_ingest(void *ctx, const struct ald_progress_event *event)
{
    const struct ald_session *session = ctx;
    char line[256];
    char bar[23] = "";
    if (!session->progress)
        return;
    if (event->total > 0) {
        int64_t full = event->done >= event->total ? 20 : event->done * 20 / event->total;
        bar[0] = '[';
        for (int i = 0; i < 20; i++)
            bar[1 + i] = i < full ? '#' : '.';
        bar[21] = ']';
        bar[22] = '\0';
        (void)snprintf(line, sizeof line, "%s %zu/%zu %s %s %lld of %lld%s%s", event->source, event->source_i + 1, event->sources_n,
                       event->stream, bar, (long long)event->done, (long long)event->total, event->note ? " - " : "",
                       event->note ? event->note : "");
    } else {
        (void)snprintf(line, sizeof line, "%s %zu/%zu %s page %lld, %lld rows%s%s", event->source, event->source_i + 1,
                       event->sources_n, event->stream, (long long)event->pages, (long long)event->rows, event->note ? " - " : "",
                       event->note ? event->note : "");
    }
    ald_progress_note(session, line);
}
