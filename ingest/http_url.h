/* URLs as text: what http.c and its tests share beside http.h. */
#pragma once

#include <stdbool.h>

/** True for hosts to which plain http is allowed: localhost, 127.0.0.0/8, ::1 (with or without brackets). */
bool ald_url_host_is_loopback(const char *host);
