/* Where known names occur in texts: see people_text.h. A text is read once, word by word; each word costs one look-up,
 * however many names are known. */
#include "people_text.h"

#include <string.h>

#include "people_words.h"

#define MAX_GAP 3u /* code points between two words of a name: "Doe, Jane", "jane.doe" */

/** The longest known name that begins with the word s[at..end), at most up to n: its pseudonym; ret_to: where it ends. */
static const char *name_at(const struct ald_known_names *known, const char *s, size_t n, size_t at, size_t end, size_t *ret_to)
{
    struct ald_words w;
    w.words_n = 0;
    if (!ald_words_add(&w, s, at, end, false))
        return NULL;
    unsigned counts = ald_text_names_head(known, w.text, w.ends[0]);
    size_t longest = 0;
    for (size_t i = 0; i < ALD_NAME_WORDS_MAX; i++)
        if (counts & 1u << i)
            longest = i + 1;
    if (longest)
        ald_words_more(&w, s, n, longest, MAX_GAP);
    for (size_t i = longest ? w.words_n : 0; i > 0; i--) {
        const char *pseudonym = counts & 1u << (i - 1) ? ald_text_names_term(known, w.text, w.ends[i - 1]) : NULL;
        if (pseudonym) {
            *ret_to = w.sources[i - 1];
            return pseudonym;
        }
    }
    return NULL;
}

static const char *email_person(const struct ald_text_scrub *scrub, const char *s, size_t n)
{
    if (scrub->instead)
        return scrub->instead;
    const char *known = ald_text_names_find(scrub->known, s, n);
    return known ? known : scrub->email(scrub->ctx, s, n);
}

static bool is_account(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c && strchr("._-", c));
}

/** Bytes of the account in a mention that begins at s[at], *ret_from bytes after it; 0: none does. */
static size_t mention_at(enum ald_mentions mentions, const char *s, size_t n, size_t at, size_t *ret_from)
{
    size_t len = 0;
    switch (mentions) {
    case ALD_MENTIONS_WIKI:
        if (n - at < 4 || s[at] != '[' || s[at + 1] != '~')
            return 0;
        *ret_from = 2;
        len = strcspn(s + at + 2, "] \t\r\n|[");
        return len && s[at + 2 + len] == ']' ? len : 0;
    case ALD_MENTIONS_AT:
        if (s[at] != '@' || (at > 0 && (is_account(s[at - 1]) || s[at - 1] == '/')))
            return 0;
        *ret_from = 1;
        while (is_account(s[at + 1 + len]))
            len++;
        if (s[at + 1 + len] == '/') /* a team of an organisation */
            return 0;
        while (len && strchr("._-", s[at + len])) /* of the sentence */
            len--;
        return len;
    case ALD_MENTIONS_NONE:
        break;
    }
    return 0;
}

/** Copies s[from..to) and then person; false when the text would become larger than any text may be. */
static bool replace(struct ald_buf *out, const char *s, size_t from, size_t to, const char *person)
{
    return ald_buf_add(out, s + from, to - from, NULL) == ALD_OK && ald_buf_adds(out, person, NULL) == ALD_OK;
}

const char *ald_text_scrub(void *ctx, const char *s)
{
    struct ald_text_scrub *scrub = ctx;
    size_t n = strlen(s), copied = 0, at = 0;
    struct ald_email_span email = ald_next_email(s, n, 0);
    bool fits = true;
    ald_buf_clear(&scrub->out);
    while (at < n && fits) {
        if (at == email.from) {
            fits = replace(&scrub->out, s, copied, at, email_person(scrub, s + at, email.to - at));
            copied = at = email.to;
            email = ald_next_email(s, n, at);
            continue;
        }
        size_t from = 0, account = mention_at(scrub->mentions, s, n, at, &from);
        if (account) {
            const char *who = scrub->instead ? scrub->instead : scrub->mention(scrub->ctx, s + at + from, account);
            fits = replace(&scrub->out, s, copied, at + from, who);
            copied = at = at + from + account;
            email = ald_next_email(s, n, at);
            continue;
        }
        size_t end = ald_word_end(s, n, at), to = 0;
        if (end == at) {
            enum ald_glyph glyph;
            at += ald_glyph_at(s + at, n - at, &glyph);
            continue;
        }
        size_t limit = email.from < n ? email.from : n; /* a name does not reach into an address */
        const char *person = end <= limit ? name_at(scrub->known, s, limit, at, end, &to) : NULL;
        if (person) {
            fits = replace(&scrub->out, s, copied, at, scrub->instead ? scrub->instead : person);
            copied = at = to;
        } else {
            at = end;
        }
    }
    if (copied == 0 && fits)
        return s;
    if (fits && ald_buf_add(&scrub->out, s + copied, n - copied, NULL) == ALD_OK)
        return scrub->out.data;
    return ""; /* rather no text than one with names in it */
}

bool ald_text_names_maybe(const struct ald_known_names *known, const char *json, size_t n)
{
    for (size_t at = 0; at < n;) {
        if (json[at] == '\\') { /* an escape parts words */
            at += at + 1 < n && json[at + 1] == 'u' ? 6 : 2;
            continue;
        }
        size_t end = ald_word_end(json, n, at);
        if (end == at) {
            enum ald_glyph glyph;
            at += ald_glyph_at(json + at, n - at, &glyph);
            continue;
        }
        struct ald_words w;
        w.words_n = 0;
        if (ald_words_add(&w, json, at, end, false) && ald_text_names_head(known, w.text, w.ends[0]))
            return true;
        at = end;
    }
    return false;
}
