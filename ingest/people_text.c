/* Known names and where they occur in texts: see people_text.h. A text is read once, word by word; each word costs one
 * look-up, however many names are known. */
#include "people_text.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "alidade/utf8.h"
#include "people.h"

#define MAX_WORDS 16u /* of a name; what follows is not compared */
#define MAX_NAME_BYTES 256u
#define MAX_GAP 3u /* code points between two words of a name: "Doe, Jane", "jane.doe" */
#define MIN_CODE_POINTS 3u

struct ald_name_term {
    UT_hash_handle hh;
    char pseudonym[ALD_PSEUDONYM_SIZE];
    char key[]; /* words in lower case, joined by blanks where something stood between them */
};
struct ald_name_head {
    UT_hash_handle hh;
    unsigned counts; /* bit n - 1: there is a name of n words that begins so */
    char key[];
};
struct ald_name_alias {
    UT_hash_handle hh;
    char rep[ALD_PSEUDONYM_SIZE];
    char pseudonym[ALD_PSEUDONYM_SIZE];
};

static void *make(size_t bytes)
{
    void *p = calloc(1, bytes);
    if (!p)
        abort();
    return p;
}

static void copy_pseudonym(char to[ALD_PSEUDONYM_SIZE], const char *from)
{
    size_t n = strnlen(from, ALD_PSEUDONYM_SIZE - 1);
    memcpy(to, from, n);
    to[n] = '\0';
}

/* ---- Words ---- */

enum glyph { GAP, LETTER, WHOLE /* a word by itself: scripts without blanks */ };

static bool within(unsigned c, unsigned from, unsigned to)
{
    return c >= from && c <= to;
}

static enum glyph ascii_glyph(unsigned char c)
{
    return within(c, 'a', 'z') || within(c, 'A', 'Z') || within(c, '0', '9') || c == '_' ? LETTER : GAP;
}

/** Ranges of Unicode, coarse: what matters is that a name's neighbours (quotes, dashes, emoji) do not count as its
 * letters. */
static enum glyph glyph_of(unsigned c)
{
    static const struct {
        unsigned to;
        enum glyph glyph;
    } ranges[] = {
        {0xA9, GAP},       {0xAA, LETTER},   {0xB4, GAP},       {0xB5, LETTER},   {0xB9, GAP},      {0xBA, LETTER},
        {0xBF, GAP},       {0xD6, LETTER},   {0xD7, GAP},       {0xF6, LETTER},   {0xF7, GAP},      {0xDFF, LETTER},
        {0x109F, WHOLE},   {0x10FF, LETTER}, {0x11FF, WHOLE},   {0x177F, LETTER}, {0x17FF, WHOLE},  {0x1FFF, LETTER},
        {0x2BFF, GAP},     {0x2DFF, LETTER}, {0x2E7F, GAP},     {0x2FFF, WHOLE},  {0x3004, GAP},    {0x3007, WHOLE},
        {0x3020, GAP},     {0xA4CF, WHOLE},  {0xABFF, LETTER},  {0xD7FF, WHOLE},  {0xF8FF, GAP},    {0xFAFF, WHOLE},
        {0xFDFF, LETTER},  {0xFE6F, GAP},    {0xFEFE, LETTER},  {0xFF0F, GAP},    {0xFF19, LETTER}, {0xFF20, GAP},
        {0xFF3A, LETTER},  {0xFF40, GAP},    {0xFF5A, LETTER},  {0xFF65, GAP},    {0xFFDC, WHOLE},  {0xFFFF, GAP},
        {0x1EFFF, LETTER}, {0x1FFFF, GAP},   {0x10FFFF, WHOLE},
    };
    if (c < 0x80)
        return ascii_glyph((unsigned char)c);
    size_t i = 0;
    while (i + 1 < sizeof ranges / sizeof ranges[0] && c > ranges[i].to)
        i++;
    return ranges[i].glyph;
}

static size_t glyph_at(const char *s, size_t n, enum glyph *ret)
{
    if ((unsigned char)*s < 0x80) {
        *ret = ascii_glyph((unsigned char)*s);
        return 1;
    }
    unsigned c;
    size_t len = ald_utf8_next(s, n, &c);
    *ret = glyph_of(c);
    return len;
}

/** End of the word that begins at s[at]; at itself when none does. */
static size_t word_end(const char *s, size_t n, size_t at)
{
    enum glyph glyph;
    for (size_t from = at; at < n;) {
        size_t len = glyph_at(s + at, n - at, &glyph);
        if (glyph == WHOLE)
            return at == from ? at + len : at;
        if (glyph == GAP)
            return at;
        at += len;
    }
    return at;
}

/** Words of a text in the form in which names are compared. */
struct words {
    char text[MAX_NAME_BYTES];
    size_t words_n;
    size_t ends[MAX_WORDS];    /* bytes of text up to the end of each word */
    size_t sources[MAX_WORDS]; /* where each word ends in the source */
};

/** Adds the word s[from..to). False when it does not fit any more. */
static bool add_word(struct words *w, const char *s, size_t from, size_t to, bool apart)
{
    size_t used = w->words_n ? w->ends[w->words_n - 1] : 0;
    if (w->words_n == MAX_WORDS || used + 1 + (to - from) > sizeof w->text)
        return false;
    if (apart)
        w->text[used++] = ' ';
    for (size_t i = from; i < to; i++)
        w->text[used++] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] | 0x20) : s[i];
    w->ends[w->words_n] = used;
    w->sources[w->words_n++] = to;
    return true;
}

/** Reads on behind the words so far, until want words are there, the text ends, or too much stands between two words.
 */
static void more_words(struct words *w, const char *s, size_t n, size_t want, size_t max_gap)
{
    size_t at = w->words_n ? w->sources[w->words_n - 1] : 0;
    while (w->words_n < want && at < n) {
        size_t gap = 0, from = at;
        enum glyph glyph = GAP;
        while (from < n && gap <= max_gap) {
            size_t len = glyph_at(s + from, n - from, &glyph);
            if (glyph != GAP)
                break;
            from += len;
            gap++;
        }
        if (from >= n || gap > max_gap)
            return;
        size_t to = word_end(s, n, from);
        if (!add_word(w, s, from, to, w->words_n > 0 && gap > 0))
            return;
        at = to;
    }
}

static void read_name(struct words *w, const char *s, size_t n)
{
    w->words_n = 0;
    more_words(w, s, n, MAX_WORDS, n);
}

/* ---- Known names ---- */

struct ald_known_names *ald_known_names_new(void)
{
    return make(sizeof(struct ald_known_names));
}

void ald_known_names_free(struct ald_known_names *known)
{
    if (!known)
        return;
    struct ald_name_term *term, *next_term;
    HASH_ITER (hh, known->terms, term, next_term) {
        HASH_DEL(known->terms, term);
        free(term);
    }
    struct ald_name_head *head, *next_head;
    HASH_ITER (hh, known->heads, head, next_head) {
        HASH_DEL(known->heads, head);
        free(head);
    }
    struct ald_name_alias *alias, *next_alias;
    HASH_ITER (hh, known->aliases, alias, next_alias) {
        HASH_DEL(known->aliases, alias);
        free(alias);
    }
    free(known);
}

void ald_known_names_freep(struct ald_known_names **known)
{
    ald_known_names_free(*known);
    *known = NULL;
}

/** Accounts and placeholders that are nobody, and everyday words of the texts that we want to keep readable. */
static bool is_nobody(const char *s, size_t n)
{
    static const char *const words[] = {
        "admin",  "administrator", "alert",      "anonymous", "api",         "auto",       "automation", "bot",
        "closed", "email",         "guest",      "incident",  "integration", "monitoring", "new",        "nobody",
        "none",   "null",          "open",       "resolved",  "root",        "script",     "service",    "support",
        "system", "team",          "unassigned", "unknown",   "user",        "webhook",    "workflow"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0)
            return true;
    return false;
}

static bool has_letter(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] >= 0x80 || within((unsigned char)s[i], 'a', 'z'))
            return true;
    return false;
}

static void put(struct ald_known_names *known, const struct words *w, const char *pseudonym)
{
    size_t n = w->ends[w->words_n - 1], first_n = w->ends[0];
    struct ald_name_term *term;
    HASH_FIND(hh, known->terms, w->text, n, term);
    if (!term) {
        term = make(sizeof *term + n + 1);
        memcpy(term->key, w->text, n);
        copy_pseudonym(term->pseudonym, pseudonym);
        HASH_ADD_KEYPTR(hh, known->terms, term->key, n, term);
    } else if (strcmp(pseudonym, term->pseudonym) < 0) {
        copy_pseudonym(term->pseudonym, pseudonym);
    }
    struct ald_name_head *head;
    HASH_FIND(hh, known->heads, w->text, first_n, head);
    if (!head) {
        head = make(sizeof *head + first_n + 1);
        memcpy(head->key, w->text, first_n);
        HASH_ADD_KEYPTR(hh, known->heads, head->key, first_n, head);
    }
    head->counts |= 1u << (w->words_n - 1);
}

void ald_text_names_add(struct ald_known_names *known, const char *text, const char *pseudonym, bool turned)
{
    struct words w;
    read_name(&w, text, strlen(text));
    if (w.words_n == 0)
        return;
    size_t n = w.ends[w.words_n - 1];
    char name[MAX_NAME_BYTES + 1];
    memcpy(name, w.text, n);
    name[n] = '\0';
    if (ald_utf8_count(name) < MIN_CODE_POINTS || !has_letter(name, n) || is_nobody(name, n))
        return;
    put(known, &w, pseudonym);
    if (!turned || w.words_n != 2 || w.text[w.ends[0]] != ' ')
        return;
    struct words t = {0};
    if (add_word(&t, name, w.ends[0] + 1, n, false) && add_word(&t, name, 0, w.ends[0], true))
        put(known, &t, pseudonym);
}

const char *ald_text_names_find(const struct ald_known_names *known, const char *text, size_t n)
{
    struct words w;
    read_name(&w, text, n);
    struct ald_name_term *term = NULL;
    if (w.words_n)
        HASH_FIND(hh, known->terms, w.text, w.ends[w.words_n - 1], term);
    return term ? term->pseudonym : NULL;
}

/* ---- Aliases ---- */

static struct ald_name_alias *alias_of(struct ald_known_names *known, const char *pseudonym)
{
    struct ald_name_alias *alias;
    HASH_FIND_STR(known->aliases, pseudonym, alias);
    if (alias)
        return alias;
    alias = make(sizeof *alias);
    copy_pseudonym(alias->pseudonym, pseudonym);
    copy_pseudonym(alias->rep, pseudonym);
    HASH_ADD_STR(known->aliases, pseudonym, alias);
    return alias;
}

void ald_text_names_join(struct ald_known_names *known, const char *a, const char *b)
{
    struct ald_name_alias *one = alias_of(known, a), *other = alias_of(known, b);
    int order = strcmp(one->rep, other->rep);
    if (order == 0)
        return;
    char from[ALD_PSEUDONYM_SIZE], to[ALD_PSEUDONYM_SIZE];
    copy_pseudonym(from, order < 0 ? other->rep : one->rep);
    copy_pseudonym(to, order < 0 ? one->rep : other->rep);
    struct ald_name_alias *alias, *next;
    HASH_ITER (hh, known->aliases, alias, next) {
        if (strcmp(alias->rep, from) == 0)
            copy_pseudonym(alias->rep, to);
    }
}

const char *ald_text_names_alias(const struct ald_known_names *known, const char *pseudonym)
{
    struct ald_name_alias *alias;
    HASH_FIND_STR(known->aliases, pseudonym, alias);
    return alias ? alias->rep : NULL;
}

/* ---- E-mail addresses ---- */

struct span {
    size_t from, to; /* from == SIZE_MAX: none */
};

static bool is_local_at(const char *s, size_t at, size_t n)
{
    if (strchr(".%+-", s[at]))
        return true;
    enum glyph glyph;
    (void)glyph_at(s + at, n - at, &glyph);
    return glyph == LETTER;
}

/** Where the part before '@' begins, not before low. */
static size_t local_start(const char *s, size_t n, size_t low, size_t sign)
{
    size_t at = sign;
    while (at > low) {
        size_t before = at - 1;
        while (before > low && ((unsigned char)s[before] & 0xC0u) == 0x80u)
            before--;
        if (!is_local_at(s, before, n))
            break;
        at = before;
    }
    while (at < sign && s[at] == '.')
        at++;
    return at;
}

/** End of a host name with at least one dot and a top level of letters that begins at s[at]; at when there is none. */
static size_t domain_end(const char *s, size_t n, size_t at)
{
    size_t end = at;
    for (size_t i = at; i < n;) {
        size_t label = i;
        bool letters = true;
        for (; i < n && ((ascii_glyph((unsigned char)s[i]) == LETTER && s[i] != '_') || s[i] == '-'); i++)
            letters = letters && !within((unsigned char)s[i], '0', '9') && s[i] != '-';
        if (i == label)
            break;
        if (label > at && letters && i - label >= 2)
            end = i;
        if (i >= n || s[i] != '.')
            break;
        i++;
    }
    return end;
}

static struct span next_email(const char *s, size_t n, size_t low)
{
    for (size_t at = low; at < n;) {
        const char *sign = memchr(s + at, '@', n - at);
        if (!sign)
            break;
        size_t p = (size_t)(sign - s);
        size_t from = local_start(s, n, low, p), to = domain_end(s, n, p + 1);
        if (from < p && to > p + 1)
            return (struct span){from, to};
        at = p + 1;
    }
    return (struct span){SIZE_MAX, SIZE_MAX};
}

bool ald_is_email(const char *s)
{
    size_t n = strlen(s);
    struct span span = next_email(s, n, 0);
    return span.from == 0 && span.to == n;
}

/* ---- Texts ---- */

/** The longest known name that begins with the word s[at..end), at most up to n; ret_to: where it ends. */
static const struct ald_name_term *name_at(const struct ald_known_names *known, const char *s, size_t n, size_t at,
                                           size_t end, size_t *ret_to)
{
    struct words w = {.words_n = 0};
    if (!known->heads || !add_word(&w, s, at, end, false))
        return NULL;
    struct ald_name_head *head;
    HASH_FIND(hh, known->heads, w.text, w.ends[0], head);
    if (!head)
        return NULL;
    size_t longest = 0;
    for (size_t i = 0; i < MAX_WORDS; i++)
        if (head->counts & 1u << i)
            longest = i + 1;
    more_words(&w, s, n, longest, MAX_GAP);
    for (size_t i = w.words_n; i > 0; i--) {
        struct ald_name_term *term = NULL;
        if (head->counts & 1u << (i - 1))
            HASH_FIND(hh, known->terms, w.text, w.ends[i - 1], term);
        if (term) {
            *ret_to = w.sources[i - 1];
            return term;
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

/** Bytes of the account in a mention "[~account]" that begins at s[at]; 0: none does. */
static size_t mention_at(const char *s, size_t n, size_t at)
{
    if (n - at < 4 || s[at] != '[' || s[at + 1] != '~')
        return 0;
    size_t len = strcspn(s + at + 2, "] \t\r\n|[");
    return len && s[at + 2 + len] == ']' ? len : 0;
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
    struct span email = next_email(s, n, 0);
    bool fits = true;
    ald_buf_clear(&scrub->out);
    while (at < n && fits) {
        if (at == email.from) {
            fits = replace(&scrub->out, s, copied, at, email_person(scrub, s + at, email.to - at));
            copied = at = email.to;
            email = next_email(s, n, at);
            continue;
        }
        size_t account = scrub->mention ? mention_at(s, n, at) : 0;
        if (account) {
            const char *who = scrub->instead ? scrub->instead : scrub->mention(scrub->ctx, s + at + 2, account);
            fits = replace(&scrub->out, s, copied, at + 2, who);
            copied = at = at + 2 + account;
            email = next_email(s, n, at);
            continue;
        }
        size_t end = word_end(s, n, at), to = 0;
        if (end == at) {
            enum glyph glyph;
            at += glyph_at(s + at, n - at, &glyph);
            continue;
        }
        size_t limit = email.from < n ? email.from : n; /* a name does not reach into an address */
        const struct ald_name_term *term = end <= limit ? name_at(scrub->known, s, limit, at, end, &to) : NULL;
        if (term) {
            fits = replace(&scrub->out, s, copied, at, scrub->instead ? scrub->instead : term->pseudonym);
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
