/* html: one self-contained page for people who read in a browser or on paper. The work is done in reports/html_*.c. */
#include "html_priv.h"

extern const struct ald_format ald_format_html;
const struct ald_format ald_format_html = {"html", ".html", false, false, .write = ald_html_write};
