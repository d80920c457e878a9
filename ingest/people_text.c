/* Where known names occur in texts: see people_text.h. A text is read once, word by word; each word costs one look-up,
 * however many names are known. */
#include "people_text.h"

#include <string.h>

#include "people_reading.h"
#include "people_words.h"

#define MAX_GAP 3u /* code points between two words of a name: "Doe, Jane", "jane.doe" */

/** The longest known name of at least `least` words that begins with the word s[at..end), at most up to n: its pseudonym; ret_to: where it
 *  ends. */
static const char *name_at(const struct ald_known_names *known, const char *s, size_t n, size_t at, size_t end, size_t least,
                           size_t *ret_to)
{
    const unsigned counts = ald_text_names_head(known, s + at, end - at);
    struct ald_words w;
    w.words_n = 0;
    if (!counts || !ald_words_add(&w, s, at, end, false))
        return NULL;
    size_t longest = 0;
    for (size_t i = 0; i < ALD_NAME_WORDS_MAX; i++)
        if (counts & 1u << i)
            longest = i + 1;
    if (longest)
        ald_words_more(&w, s, n, longest, MAX_GAP);
    for (size_t i = longest ? w.words_n : 0; i >= least; i--) {
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

/** What one way of reading a text has come to. */
struct search {
    const struct ald_text_scrub *scrub;
    struct ald_reading read;
    struct ald_buf *out;
    size_t copied; /* of the source */
    bool again;    /* another way of reading has put pseudonyms into the source */
    bool fits;     /* the text became no larger than any text may be */
};

/** What stands in place of s[from..to) as it is read. */
static void replace(struct search *w, size_t from, size_t to, const char *person)
{
    size_t at = ald_reading_source(&w->read, from);
    w->fits = ald_buf_add(w->out, w->read.source + w->copied, at - w->copied, NULL) == ALD_OK && ald_buf_adds(w->out, person, NULL) == ALD_OK;
    w->copied = ald_reading_source(&w->read, to);
    ald_text_names_note(w->scrub->known, person, strlen(person));
}

/** Replaces who stands in the text, and notes all other words. Where underscores part words a login would be part of an identifier
 *  ("jane_queue"): only names of two words and more count there. @return false when nobody does. */
static bool search(struct search *w)
{
    const struct ald_text_scrub *scrub = w->scrub;
    const char *s = w->read.s;
    size_t n = w->read.n, at = 0;
    bool parted = w->read.kind == ALD_READ_PARTED;
    struct ald_email_span email = ald_next_email(s, parted ? 0 : n, 0);
    while (at < n && w->fits) {
        if (at == email.from) {
            replace(w, at, email.to, email_person(scrub, s + at, email.to - at));
            at = email.to;
            email = ald_next_email(s, n, at);
            continue;
        }
        size_t from = 0, account = parted ? 0 : mention_at(scrub->mentions, s, n, at, &from);
        if (account && !(w->again && ald_is_pseudonym(s + at + from, account))) {
            from += at;
            replace(w, from, from + account, scrub->instead ? scrub->instead : scrub->mention(scrub->ctx, s + from, account));
            at = from + account;
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
        const char *person = end <= limit ? name_at(scrub->known, s, limit, at, end, parted ? 2 : 1, &to) : NULL;
        if (person)
            replace(w, at, to, scrub->instead ? scrub->instead : person);
        else
            ald_text_names_note(scrub->known, s + at, end - at);
        at = person ? to : end;
    }
    size_t left = w->read.source_n - w->copied;
    w->fits = w->fits && (!w->copied || ald_buf_add(w->out, w->read.source + w->copied, left, NULL) == ALD_OK);
    return w->copied > 0 || !w->fits;
}

/** True when a name may begin with the word, or with a part of it between underscores, if it holds any. */
static bool begins_a_name(const struct ald_known_names *known, const char *s, size_t n, bool parts)
{
    if (ald_text_names_begin(known, s, n))
        return true;
    for (size_t at = 0, end; parts && at < n; at = end + 1) {
        const char *line = memchr(s + at, '_', n - at);
        end = line ? (size_t)(line - s) : n;
        if (end > at && ald_text_names_begin(known, s + at, end - at))
            return true;
    }
    return false;
}

/** Goes on behind the word at s[*at], or behind the one character, and what parts it from the next. @return true when a name may begin with the word. */
static bool pass(const struct ald_known_names *known, const char *s, size_t n, size_t *at)
{
    const size_t from = *at;
    enum ald_glyph glyph;
    unsigned are;
    *at = ald_word_ascii(s, n, from, &are);
    if (*at < n && (unsigned char)s[*at] >= 0x80) {
        *at = ald_word_end(s, n, from);
        are = 2; /* an underscore may stand behind */
    }
    const bool begins = *at > from && begins_a_name(known, s + from, *at - from, are & 2 && memchr(s + from, '_', *at - from));
    if (*at == from)
        *at += ald_glyph_at(s + from, n - from, &glyph);
    *at = ald_gap_end(s, n, *at);
    return begins;
}

/** Whether more than a known name is to be replaced at s[at], or an escape begins there that may hide one. */
static bool means(const struct ald_text_scrub *scrub, const char *s, size_t n, size_t at)
{
    size_t from;
    switch (s[at]) {
    case '@':
        return ald_email_around(s, n, at) || mention_at(scrub->mentions, s, n, at, &from);
    case '[':
        return mention_at(scrub->mentions, s, n, at, &from);
    case '%':
    case '&':
    case '\\':
        return ald_reading_begins(s + at, n - at);
    default:
        return false;
    }
}

/** False when there is nobody in the text, in whatever way it is read: nearly all are like that. */
static bool anybody(const struct ald_text_scrub *scrub, const char *s, size_t n)
{
    for (size_t at = 0; at < n;)
        if (means(scrub, s, n, at) || pass(scrub->known, s, n, &at))
            return true;
    return false;
}

/** The text without whoever stands in it, in whatever way it is read; s itself when nobody does. */
static const char *rewrite(struct ald_text_scrub *scrub, const char *s)
{
    static const enum ald_reading_kind kinds[] = {ALD_READ_ESCAPES, ALD_READ_PLAIN, ALD_READ_PARTED};
    ALD_CLEANUP(ald_buf_done) struct ald_buf before; /* what the readings so far made of it */
    bool fits = true;
    ald_buf_init(&before, scrub->out.max);
    ald_buf_clear(&scrub->out);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && fits; i++) {
        const char *text = before.len ? before.data : s;
        struct search w = {.scrub = scrub, .out = &scrub->out, .again = before.len > 0, .fits = true};
        if (ald_reading_begin(&w.read, kinds[i], text, strlen(text)) && search(&w)) {
            struct ald_buf made = scrub->out;
            scrub->out = before;
            before = made;
            ald_buf_clear(&scrub->out);
            fits = w.fits;
        }
        ald_reading_done(&w.read);
    }
    if (fits && !before.len)
        return s;
    struct ald_buf made = scrub->out;
    scrub->out = before;
    before = made;
    return fits ? scrub->out.data : ""; /* rather no text than one with names in it */
}

const char *ald_text_scrub(void *ctx, const char *s)
{
    struct ald_text_scrub *scrub = ctx;
    return anybody(scrub, s, strlen(s)) ? rewrite(scrub, s) : s;
}

bool ald_text_names_maybe(const struct ald_known_names *known, const char *json, size_t n)
{
    for (size_t at = 0; at < n;) {
        if (json[at] == '\\') { /* an escape parts words; one in the text itself is doubled here */
            if (at + 2 < n && json[at + 1] == '\\' && strchr("nrtu\"/\\", json[at + 2]))
                return true;
            at += at + 1 < n && json[at + 1] == 'u' ? 6 : 2;
            continue;
        }
        if ((json[at] == '%' || json[at] == '&') && ald_reading_begins(json + at, n - at))
            return true;
        if (pass(known, json, n, &at))
            return true;
    }
    return false;
}
