/* md: Markdown, for wikis and chats, and a brief per story for its teller. The work is done in reports/markdown.c. */
#include "markdown.h"

extern const struct ald_format ald_format_md;
const struct ald_format ald_format_md = {"md", ".md", true, false, .write = ald_markdown_write};
