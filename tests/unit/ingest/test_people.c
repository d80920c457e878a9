/* People are replaced where a connector declares them and wherever their names stand in texts. */
#include "people.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "people_text.h"

static const struct ald_person_path paths[] = {
    {.stream = "tickets", .path = "result[].assigned_to", .primary = true},
    {.stream = "tickets", .path = "result[].caller", .id_key = "value", .name_key = "display_value"},
    {.stream = "tickets", .path = "result[].created_by", .login = true},
    {.stream = "tickets", .path = "result[].watchers[].user", .id_key = "id", .name_key = "name", .email_key = "email"},
    {.stream = "tickets", .path = "result[].watch_list"},
    {.stream = "audit", .path = "result[].user", .login = true},
    {.stream = "audit", .path = "result[].new", .when_key = "field", .when_values = "assigned_to resolved_by"},
    {.stream = "users",
     .path = "result[]",
     .defines = true,
     .id_key = "sys_id",
     .login_key = "user_name",
     .email_key = "email",
     .name_key = "name"},
    {.stream = "logs", .path = "data[].owner", .login = true, .bot_values = "System|Alert API|API"},
    {.stream = "closed", .path = "by", .login = true, .by_email = true},
    {.stream = "logs", .path = "**", .own_key = "type", .own_values = "user", .name_key = "name", .bot_key = "name", .bot_values = "System"},
    {.stream = "lines", .path = "[].actor"},
    {.stream = "line", .path = "actor", .email_key = "mail", .name_key = "name"},
};
static const struct ald_connector connector = {.people = paths, .people_n = sizeof paths / sizeof paths[0]};

struct bench {
    struct ald_arena *arena;
    struct ald_key key;
    struct ald_scrub scrub;
    struct ald_people_rows rows;
    char text[8192];
};

static int begin(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    if (!b)
        return 1;
    b->arena = ald_arena_new();
    memset(b->key.bytes, 7, sizeof b->key.bytes);
    b->scrub = (struct ald_scrub){.key = &b->key, .source = "desk"};
    *state = b;
    return 0;
}

static int end(void **state)
{
    struct bench *b = *state;
    ald_known_names_free(b->scrub.known);
    ald_arena_free(b->arena);
    free(b);
    return 0;
}

/** Pseudonym of an identity. */
static const char *p(struct bench *b, const char *identity)
{
    char *ret = ald_alloc(b->arena, ALD_PSEUDONYM_SIZE);
    ald_pseudonym(&b->key, identity, ret);
    return ret;
}

/** The scrubbed document as text. */
static const char *scrub(struct bench *b, const char *stream, const char *json)
{
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = NULL;
    struct ald_err err = {0};
    struct ald_jv root;
    if (ald_json_parse(json, strlen(json), &doc, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    ald_json_root(doc, &root);
    b->rows = (struct ald_people_rows){0};
    if (ald_people_scrub(b->arena, &b->scrub, &connector, stream, &root, &b->rows, &err) != ALD_OK)
        fail_msg("%s", err.msg);
    ALD_CLEANUP(ald_buf_done) struct ald_buf text;
    ald_buf_init(&text, 64u << 20);
    assert_int_equal(ald_json_text(&root, &text, &err), ALD_OK);
    return ald_strdup(b->arena, text.data);
}

static const struct ald_person_row *row(const struct bench *b, const char *pseudonym)
{
    const struct ald_person_row *found = NULL;
    for (size_t i = 0; i < b->rows.n; i++)
        if (strcmp(b->rows.rows[i].pseudonym, pseudonym) == 0) {
            assert_null(found); /* one row each */
            found = &b->rows.rows[i];
        }
    return found;
}

static void assert_row(struct bench *b, const char *identity, const char *canonical, bool mapped)
{
    const struct ald_person_row *r = row(b, p(b, identity));
    if (!r)
        fail_msg("no row for %s", identity);
    else {
        assert_string_equal(r->canonical, p(b, canonical));
        assert_int_equal(r->mapped, mapped);
        assert_null(r->name);
    }
}

static void bare_values(void **state)
{
    struct bench *b = *state;
    const char *got = scrub(b, "tickets",
                            "{\"result\":[{\"assigned_to\":\"u1\",\"created_by\":\"jdoe\",\"n\":1},"
                            "{\"assigned_to\":42,\"created_by\":\"\"},{\"assigned_to\":\"\"},{\"assigned_to\":null},"
                            "{\"assigned_to\":\"Ada@X.org\"},{\"watch_list\":\"u1,ada@x.org,,u7\"}]}");
    char *want =
        ald_sprintf(b->arena,
                    "{\"result\":[{\"assigned_to\":\"%s\",\"created_by\":\"%s\",\"n\":1},"
                    "{\"assigned_to\":\"%s\",\"created_by\":\"\"},{\"assigned_to\":\"\"},{\"assigned_to\":null},"
                    "{\"assigned_to\":\"%s\"},{\"watch_list\":\"%s,%s,%s\"}]}",
                    p(b, "desk:u1"), p(b, "desk:login:jdoe"), p(b, "desk:42"), p(b, "ada@x.org"), p(b, "desk:u1"),
                    p(b, "ada@x.org"), p(b, "desk:u7"));
    assert_string_equal(got, want);
    assert_int_equal(b->rows.n, 5);
    assert_row(b, "desk:u1", "desk:u1", true);
    assert_row(b, "desk:42", "desk:42", true);
    assert_row(b, "desk:login:jdoe", "desk:login:jdoe", false); /* nobody said who that is */
    assert_row(b, "desk:u7", "desk:u7", false);
    /* Streams and paths of others stay alone. */
    assert_string_equal(scrub(b, "other", "{\"result\":[{\"assigned_to\":\"u1\"}]}"),
                        "{\"result\":[{\"assigned_to\":\"u1\"}]}");
    assert_int_equal(b->rows.n, 0);
}

static void objects(void **state)
{
    struct bench *b = *state;
    const char *got =
        scrub(b, "tickets",
              "{\"result\":[{\"caller\":{\"link\":\"https://x/u2\",\"value\":\"u2\"}},"
              "{\"caller\":{\"display_value\":\"Jane Doe\",\"value\":\"u3\"},\"t\":\"asked Jane Doe\"},"
              "{\"caller\":{\"display_value\":\"\",\"value\":\"\"}},{\"caller\":{}},"
              "{\"assigned_to\":{\"link\":\"https://x/u4\",\"value\":\"u4\"}},"
              "{\"watchers\":[{\"user\":{\"id\":9,\"name\":\"Bo Li\",\"email\":\"BO@x.org\"}},{\"user\":null}]}]}");
    char *want =
        ald_sprintf(b->arena,
                    "{\"result\":[{\"caller\":\"%s\"},{\"caller\":\"%s\",\"t\":\"asked %s\"},{\"caller\":null},"
                    "{\"caller\":null},{\"assigned_to\":\"%s\"},{\"watchers\":[{\"user\":\"%s\"},{\"user\":null}]}]}",
                    p(b, "desk:u2"), p(b, "desk:u3"), p(b, "desk:u3"), p(b, "desk:u4"), p(b, "bo@x.org"));
    assert_string_equal(got, want);
    assert_row(b, "desk:u2", "desk:u2", false);
    assert_row(b, "desk:u4", "desk:u4", true);
    assert_row(b, "bo@x.org", "bo@x.org", true);
    assert_row(b, "desk:9", "bo@x.org", true); /* the object joined its id to its e-mail */
    assert_int_equal(b->rows.n, 5);
}

static void shapes_of_lists(void **state)
{
    struct bench *b = *state;
    const char *u1 = p(b, "desk:u1");
    assert_string_equal(
        scrub(b, "lines", "[{\"actor\":\"u1\"},{\"actor\":[\"u1\",{\"value\":\"u1\"},7.0,true]},3,[],{}]"),
        ald_sprintf(b->arena, "[{\"actor\":\"%s\"},{\"actor\":[\"%s\",\"%s\",\"%s\",true]},3,[],{}]", u1, u1, u1,
                    p(b, "desk:7")));
    /* An id that reads like a name is looked for in texts; one that does not is not. */
    assert_string_equal(scrub(b, "lines", "[{\"actor\":\"jane\",\"t\":\"Jane, u1\"},{\"actor\":\"u1\"}]"),
                        ald_sprintf(b->arena, "[{\"actor\":\"%s\",\"t\":\"%s, u1\"},{\"actor\":\"%s\"}]",
                                    p(b, "desk:jane"), p(b, "desk:jane"), u1));
    /* One record where a list was expected. */
    assert_string_equal(scrub(b, "tickets", "{\"result\":{\"assigned_to\":\"u1\"}}"),
                        ald_sprintf(b->arena, "{\"result\":{\"assigned_to\":\"%s\"}}", u1));
    assert_string_equal(scrub(b, "tickets", "{\"result\":\"none\"}"), "{\"result\":\"none\"}");
    assert_string_equal(scrub(b, "tickets", "null"), "null");
}

static void only_when(void **state)
{
    struct bench *b = *state;
    const char *got =
        scrub(b, "audit",
              "{\"result\":[{\"field\":\"assigned_to\",\"new\":\"u1\"},{\"field\":\"state\",\"new\":\"u1\"},"
              "{\"field\":{\"value\":\"resolved_by\"},\"new\":\"u1\"},{\"field\":\"assigned\",\"new\":\"u1\"},"
              "{\"new\":\"u1\"}]}");
    const char *u1 = p(b, "desk:u1");
    assert_string_equal(
        got, ald_sprintf(b->arena,
                         "{\"result\":[{\"field\":\"assigned_to\",\"new\":\"%s\"},{\"field\":\"state\",\"new\":\"u1\"},"
                         "{\"field\":{\"value\":\"resolved_by\"},\"new\":\"%s\"},{\"field\":\"assigned\",\"new\":"
                         "\"u1\"},{\"new\":\"u1\"}]}",
                         u1, u1));
}

static void defining_objects(void **state)
{
    struct bench *b = *state;
    const char *got =
        scrub(b, "users",
              "{\"result\":[{\"sys_id\":\"u1\",\"user_name\":\"jdoe\",\"name\":\"Jane Doe\",\"email\":\"Jane@X.org\","
              "\"note\":\"JDOE sits by Doe, Jane\"},{\"sys_id\":\"u2\",\"user_name\":\"bo.li\",\"name\":\"\","
              "\"email\":\"\"}]}");
    char *want = ald_sprintf(
        b->arena,
        "{\"result\":[{\"sys_id\":\"%s\",\"user_name\":\"%s\",\"name\":null,\"email\":null,"
        "\"note\":\"%s sits by %s\"},{\"sys_id\":\"%s\",\"user_name\":\"%s\",\"name\":\"\",\"email\":\"\"}]}",
        p(b, "desk:u1"), p(b, "desk:login:jdoe"), p(b, "jane@x.org"), p(b, "jane@x.org"), p(b, "desk:u2"),
        p(b, "desk:login:bo.li"));
    assert_string_equal(got, want);
    assert_int_equal(b->rows.n, 5);
    assert_row(b, "desk:u1", "jane@x.org", true);
    assert_row(b, "desk:login:jdoe", "jane@x.org", true);
    assert_row(b, "jane@x.org", "jane@x.org", true);
    assert_row(b, "desk:u2", "desk:u2", true);
    assert_row(b, "desk:login:bo.li", "desk:u2", true);
}

static void aliases(void **state)
{
    struct bench *b = *state;
    static const char *const pairs[] = {"desk:u1", "pager:P1", "pager:P1", "chat:c1", "desk:u9", "Ada@x.org", NULL};
    b->scrub.aliases = pairs;
    const char *all[] = {p(b, "desk:u1"), p(b, "pager:P1"), p(b, "chat:c1")};
    const char *least = all[0];
    for (size_t i = 1; i < 3; i++)
        least = strcmp(all[i], least) < 0 ? all[i] : least;
    assert_string_equal(scrub(b, "lines", "[{\"actor\":\"u1\"}]"),
                        ald_sprintf(b->arena, "[{\"actor\":\"%s\"}]", least));
    assert_non_null(row(b, least));
    assert_string_equal(row(b, p(b, "desk:u1"))->canonical, least);
    assert_true(row(b, p(b, "desk:u1"))->mapped);
    b->scrub.source = "pager";
    assert_string_equal(scrub(b, "lines", "[{\"actor\":\"P1\"},{\"actor\":\"u1\"}]"),
                        ald_sprintf(b->arena, "[{\"actor\":\"%s\"},{\"actor\":\"%s\"}]", least, p(b, "pager:u1")));
    b->scrub.source = "desk";
    const char *mail = p(b, "ada@x.org"), *u9 = p(b, "desk:u9");
    const char *ada = strcmp(mail, u9) < 0 ? mail : u9;
    assert_string_equal(scrub(b, "lines", "[{\"actor\":\"u9\",\"t\":\"to ADA@x.org\"}]"),
                        ald_sprintf(b->arena, "[{\"actor\":\"%s\",\"t\":\"to %s\"}]", ada, ada));
}

/* Of identities that aliases make two people of, the least stands for both, whichever is told first. */
static void aliases_of_both_identities(void **state)
{
    struct bench *b = *state;
    static const char *const pairs[] = {"desk:u1", "chat:c1", "a@x.org", "chat:d1", "desk:u2", "chat:c2", "b@x.org", "chat:d2", "desk:u3", "chat:c3",
                                        "c@x.org", "chat:d3", "desk:u4", "chat:c4", "d@x.org", "chat:d4", NULL};
    b->scrub.aliases = pairs;
    for (size_t i = 0; pairs[i]; i += 4) {
        const char *least = p(b, pairs[i]);
        for (size_t k = 1; k < 4; k++)
            least = strcmp(p(b, pairs[i + k]), least) < 0 ? p(b, pairs[i + k]) : least;
        const char *doc = ald_sprintf(b->arena, "{\"result\":[{\"watchers\":[{\"user\":{\"id\":\"%s\",\"email\":\"%s\"}}]}]}", pairs[i] + 5, pairs[i + 2]);
        assert_string_equal(scrub(b, "tickets", doc), ald_sprintf(b->arena, "{\"result\":[{\"watchers\":[{\"user\":\"%s\"}]}]}", least));
    }
}

/* Two people of one name: texts mean the same one, in whatever order they were told. */
static void one_name_of_two_people(void **state)
{
    struct bench *b = *state;
    static const char *const people[] = {"00000000000000aa", "00000000000000bb"};
    for (size_t first = 0; first < 2; first++) {
        struct ald_known_names *known = ald_known_names_new(b->scrub.key);
        ald_text_names_add(known, "Jane Doe", people[first], true);
        ald_text_names_add(known, "jane doe", people[1 - first], true);
        assert_string_equal(ald_text_names_find(known, "JANE DOE", 8), people[0]);
        assert_string_equal(ald_text_names_find(known, "Doe, Jane", 9), people[0]);
        ald_known_names_free(known);
    }
}

static void texts(void **state)
{
    struct bench *b = *state;
    struct ald_known_names *known = b->scrub.known = ald_known_names_new(b->scrub.key);
    ald_text_names_add(known, "Jane Doe", "<JD>", true);
    ald_text_names_add(known, "Jane", "<J>", false);
    ald_text_names_add(known, "Jane Doe-Smith", "<JDS>", false);
    ald_text_names_add(known, "jdoe", "<L>", false);
    ald_text_names_add(known, "x_y", "<XY>", false);
    ald_text_names_add(known, "O'Brien", "<OB>", false);
    ald_text_names_add(known, "J\xC3\xBCrgen Gro\xC3\x9F", "<JG>", true);
    ald_text_names_add(known, "\xC3\x96zil", "<O>", false);
    ald_text_names_add(known, "\xC5\x81ukasz \xC5\xBB\xC3\xB3\xC5\x82\xC4\x87", "<LZ>", true);
    ald_text_names_add(known, "\xD0\x9F\xD1\x91\xD1\x82\xD1\x80 \xD0\xA0\xD1\x8B\xD0\xB1\xD0\xB0", "<PR>", false);
    ald_text_names_add(known, "\xCE\x86\xCE\xBD\xCE\xBD\xCE\xB1", "<A>", false);
    ald_text_names_add(known, "\xE5\xB1\xB1\xE7\x94\xB0\xE5\xA4\xAA\xE9\x83\x8E", "<YT>", false);
    ald_text_names_add(known, "root@localhost", "<RL>", false);
    ald_text_names_add(known, "Al", "<NO>", false);     /* two letters */
    ald_text_names_add(known, "12345", "<NO>", false);  /* no letter */
    ald_text_names_add(known, "System", "<NO>", false); /* a machine's word */
    ald_text_names_add(known, " -- ", "<NO>", false);
    ald_text_names_add(known, "", "<NO>", false);
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"", ""},
        {"nothing here", "nothing here"},
        {"Jane Doe", "<JD>"},
        {"ask JANE DOE.", "ask <JD>."},
        {"Jane Doe's, (jane doe) jane  doe Jane\nDoe jane.doe Doe, Jane", "<JD>'s, (<JD>) <JD> <JD> <JD> <JD>"},
        {"Jane Doe-Smith and Jane Dough", "<JDS> and <J> Dough"},
        {"Janet, mjane, jane_, 1jane", "Janet, mjane, jane_, 1jane"},
        {"Jane and Doe", "<J> and Doe"},
        {"Jane ---- Doe", "<J> ---- Doe"},
        {"jdoe/jdoe@jdoe", "<L>/<L>@<L>"},
        {"a x_y b", "a <XY> b"},
        {"O'Brien O'BRIEN Brien", "<OB> <OB> Brien"},
        {"\xE2\x80\x9CJane Doe\xE2\x80\x9D\xE2\x80\x94jdoe\xF0\x9F\x98\x80",
         "\xE2\x80\x9C<JD>\xE2\x80\x9D\xE2\x80\x94<L>\xF0\x9F\x98\x80"},
        {"J\xC3\xBCrgen Gro\xC3\x9F, Gro\xC3\x9F J\xC3\xBCrgen; J\xC3\xBCrgens", "<JG>, <JG>; J\xC3\xBCrgens"},
        {"\xE6\x8B\x85\xE5\xBD\x93\xE3\x81\xAF\xE5\xB1\xB1\xE7\x94\xB0\xE5\xA4\xAA\xE9\x83\x8E\xE3\x81\xA7\xE3\x81\x99",
         "\xE6\x8B\x85\xE5\xBD\x93\xE3\x81\xAF<YT>\xE3\x81\xA7\xE3\x81\x99"},
        {"to root@localhost", "to <RL>"},
        {"J\xC3\x9CRGEN GRO\xC3\x9F", "<JG>"},
        {"ask \xC3\x96zil, \xC3\xB6zil or \xC3\x96ZIL", "ask <O>, <O> or <O>"},
        {"\xC5\x82ukasz \xC5\xBB\xC3\x93\xC5\x81\xC4\x86", "<LZ>"}, /* small, then capitals */
        {"\xD0\x9F\xD0\x81\xD0\xA2\xD0\xA0 \xD1\x80\xD1\x8B\xD0\xB1\xD0\xB0", "<PR>"},
        {"\xCE\x86\xCE\x9D\xCE\x9D\xCE\x91", "<A>"},
        {"the system has 12345 of Al", "the system has 12345 of Al"},
        {"Jane Doe Jane Doe jdoe", "<JD> <JD> <L>"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_text_scrub text = {.known = known};
        ald_buf_init(&text.out, 100000);
        assert_string_equal(ald_text_scrub(&text, cases[i].text), cases[i].want);
        ald_buf_done(&text.out);
    }
}

/* Names where addresses, pages and documents write characters otherwise; the rest of the text stays as it was. */
static void escapes(void **state)
{
    struct bench *b = *state;
    struct ald_known_names *known = b->scrub.known = ald_known_names_new(b->scrub.key);
    ald_text_names_add(known, "Jane Doe", "<JD>", true);
    ald_text_names_add(known, "jdoe", "<L>", false);
    ald_text_names_add(known, "jane.doe+ops@x.org", "<M>", false);
    ald_text_names_add(known, "J\xC3\xBCrgen Gro\xC3\x9F", "<JG>", true);
    ald_text_names_add(known, "Nina", "<N>", false);
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"https://w.example/a%20b/Jane%20Doe?x=%2F", "https://w.example/a%20b/<JD>?x=%2F"},
        {"https://w.example/?next=https%3A%2F%2Fw.example%2FJane%2520Doe%26u%3Djdoe", "https://w.example/?next=https%3A%2F%2Fw.example%2F<JD>%26u%3D<L>"},
        {"?q=Jane+Doe&by=jane.doe%2Bops%40x.org&z=1", "?q=<JD>&by=<M>&z=1"},
        {"mailto%3Ajane.doe%2Bops@x.org", "mailto%3A<M>"},
        {"~Doe%2CJane %7Ejdoe %2fjdoe", "~<JD> %7E<L> %2f<L>"},
        {"J%C3%BCrgen%20Gro%C3%9F, J%FCrgen+Gro%DF, %4A%C3%BCrgen Gro\xC3\x9F", "<JG>, <JG>, <JG>"},
        {"<a title=\"Jane&nbsp;Doe\">J&#252;rgen&#32;Gro&#xDF;</a> jane.doe+ops&#64;x.org", "<a title=\"<JD>\"><JG></a> <M>"},
        {"{\"by\":\"J\\u00fcrgen Gro\\u00DF\",\"t\":\"on call:\\njdoe\\tJane Doe\"}", "{\"by\":\"<JG>\",\"t\":\"on call:\\n<L>\\t<JD>\"}"},
        {"Jane_Doe.pdf notes_of_Doe_Jane_2 jdoe_queue Jane%5FDoe", "<JD>.pdf notes_of_<JD>_2 jdoe_queue <JD>"},
        {"C:\\nina\\new up 100%Nina 50%20 &c; &#; &#x; % %4 \\", "C:\\<N>\\new up 100%<N> 50%20 &c; &#; &#x; % %4 \\"},
        {"%00Jane%00Doe%80%FF%ED%A0%80 \\ud83d\\ude00jdoe\\ud83d", "%00<JD>%80%FF%ED%A0%80 \\ud83d\\ude00<L>\\ud83d"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct ald_text_scrub text = {.known = known};
        ald_buf_init(&text.out, 100000);
        assert_string_equal(ald_text_scrub(&text, cases[i].text), cases[i].want);
        assert_true(ald_text_names_maybe(known, cases[i].text, strlen(cases[i].text)));
        ald_buf_done(&text.out);
    }
    static const char *const plain = "[\"a\\nb \\u00e9 100% of a&b=c&d, x_y_z\"]";
    assert_false(ald_text_names_maybe(known, plain, strlen(plain)));
}

/* Words of which only the hash is known, as those of an earlier run, are found as well, and of all lengths in whatever case. */
static void names_of_the_store(void **state)
{
    struct bench *b = *state;
    static const char *const names[] = {"Ann", "janedoe", "Janettte", "Wilhelmina", "Karl-Theodor Maria", "\xC3\x96zlem"};
    static const char *const told[] = {"by ANN.", "(JaneDoe)", "janettte,", "WILHELMINA:", "karl THEODOR maria", "\xC3\x96ZLEM"};
    for (int from_store = 0; from_store < 2; from_store++) {
        struct ald_known_names *run = ald_known_names_new(b->scrub.key), *late = ald_known_names_new(b->scrub.key);
        size_t n = 0;
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
            ald_text_names_add(run, names[i], "<P>", true);
        const struct ald_name_row *rows = ald_text_names_fresh(run, &n);
        for (size_t i = 0; i < n; i++) {
            struct ald_name_row row = rows[i];
            row.number = from_store ? 0 : row.number;
            ald_text_names_put(late, &row);
        }
        for (size_t i = 0; i < sizeof told / sizeof told[0]; i++)
            assert_true(ald_text_names_maybe(late, told[i], strlen(told[i])));
        assert_false(ald_text_names_maybe(late, "Anna and Kar-l", 14));
        ald_known_names_free(run);
        ald_known_names_free(late);
    }
}

/* A document that was gone over need not be searched for names whose first words it does not hold, in whatever way it is read: and where it
 * need not, a search finds none. */
static void words_that_stood(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *text;
        bool stands;
    } cases[] = {
        {"asked jane DOE twice", true},         {"Jane%20Doe", true},          {"see Doe, Jane's notes", true}, {"Jane&#32;Doe & co", true},
        {"notes_of_Jane_Doe_2.pdf", true},      {"a\\njane.doe\\nb", true},    {"Karl Marx and Jane Doe", true}, {"k.marx@people.example: Jane%2520Doe", true},
        {"nobody asked Karl Marx", false},      {"k.marx@people.example", false}, {"100% of janedoe_queue", false}, {"Jan Do", false},
        {"\xE4\xBD\x90\xE8\x97\xA4 Jane Doe", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ald_known_names_freep(&b->scrub.known);
        struct ald_known_names *known = b->scrub.known = ald_known_names_new(b->scrub.key), *late = ald_known_names_new(b->scrub.key);
        ald_text_names_add(known, "Karl Marx", "<K>", true);
        ald_text_names_settle(known);
        ald_text_names_remember(known);
        const char *kept = ald_strdup(b->arena, scrub(b, "other", ald_sprintf(b->arena, "[{\"t\":\"%s\"}]", cases[i].text))), *found;
        size_t n;
        ald_text_names_add(known, "Jane Doe", "<J>", true);
        const struct ald_name_row *fresh = ald_text_names_fresh(known, &n);
        for (size_t k = 0; k < n; k++)
            ald_text_names_put(late, &fresh[k]);
        assert_int_equal(ald_text_names_stood(known, late), cases[i].stands);
        assert_int_equal(ald_people_rewrite(b->arena, &b->scrub, late, kept, true, &found, NULL), ALD_OK);
        assert_int_equal(found != NULL, cases[i].stands);
        ald_known_names_free(late);
    }
}

static void emails(void **state)
{
    struct bench *b = *state;
    static const char *const whole[] = {"a@b.co", "jane.doe+x@mail.example.org", "J\xC3\xBCrg@x.de", "a_b%c-d@x-y.io"};
    static const char *const none[] = {"",         "@",       "a@b",    "a@b.c",   "a@.co",  "@b.co",
                                       "a b@c.de", "a@b.co ", "a@b.12", "a@b..co", "a@@b.co"};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++) {
        assert_true(ald_is_email(whole[i]));
        char *json = ald_sprintf(b->arena, "[\"to <%s>, then\",\"mailto:%s.\",\"%s %s\"]", whole[i], whole[i], whole[i],
                                 whole[i]);
        char low[64];
        (void)snprintf(low, sizeof low, "%s", whole[i]);
        if (low[0] == 'J')
            low[0] = 'j';
        const char *x = p(b, low);
        assert_string_equal(scrub(b, "other", json),
                            ald_sprintf(b->arena, "[\"to <%s>, then\",\"mailto:%s.\",\"%s %s\"]", x, x, x, x));
        assert_int_equal(b->rows.n, 0); /* who is only mentioned is no row */
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(ald_is_email(none[i]));
    assert_string_equal(scrub(b, "other", "[\"5 @ 10.2.3.4, @team, a@b, x@\"]"), "[\"5 @ 10.2.3.4, @team, a@b, x@\"]");
}

static void names_of_the_run(void **state)
{
    struct bench *b = *state;
    const char *users =
        "{\"result\":[{\"sys_id\":\"u1\",\"user_name\":\"jdoe\",\"name\":\"Jane Doe\",\"email\":\"\"}]}";
    const char *later = "[{\"t\":\"Jane Doe (jdoe) on it\"}]";
    (void)scrub(b, "users", users);
    assert_string_equal(scrub(b, "other", later), later); /* without memory each document stands alone */
    b->scrub.known = ald_known_names_new(b->scrub.key);
    (void)scrub(b, "users", users);
    const char *u1 = p(b, "desk:u1");
    assert_string_equal(scrub(b, "other", later), ald_sprintf(b->arena, "[{\"t\":\"%s (%s) on it\"}]", u1, u1));
    assert_int_equal(b->rows.n, 0);
}

/* Whoever was met by login alone is in texts who an id or an address makes them, whichever comes first. */
static void login_first(void **state)
{
    struct bench *b = *state;
    const char *by_login = "{\"result\":[{\"created_by\":\"JDoe\",\"t\":\"jdoe was here\"}]}";
    const char *by_id = "{\"result\":[{\"sys_id\":\"u1\",\"user_name\":\"JDoe\",\"name\":\"Jane Doe\",\"email\":\"\"}]}";
    const char *login = p(b, "desk:login:JDoe"), *id = p(b, "desk:u1");
    b->scrub.known = ald_known_names_new(b->scrub.key);
    const char *first = ald_strdup(b->arena, scrub(b, "tickets", by_login)), *mended;
    assert_string_equal(first, ald_sprintf(b->arena, "{\"result\":[{\"created_by\":\"%s\",\"t\":\"%s was here\"}]}", login, login));
    ald_text_names_settle(b->scrub.known);
    (void)scrub(b, "users", by_id);
    size_t n;
    struct ald_known_names *late = ald_known_names_new(b->scrub.key);
    const struct ald_name_row *fresh = ald_text_names_fresh(b->scrub.known, &n);
    for (size_t i = 0; i < n; i++)
        ald_text_names_put(late, &fresh[i]);
    assert_int_equal(ald_people_rewrite(b->arena, &b->scrub, late, first, true, &mended, NULL), ALD_OK);
    ald_known_names_free(late);
    assert_string_equal(mended, ald_sprintf(b->arena, "{\"result\":[{\"created_by\":\"%s\",\"t\":\"%s was here\"}]}", login, id));
    assert_string_equal(scrub(b, "tickets", by_login), mended); /* read again: the same */
    ald_known_names_free(b->scrub.known);
    b->scrub.known = ald_known_names_new(b->scrub.key);
    (void)scrub(b, "users", by_id);
    assert_string_equal(scrub(b, "tickets", by_login), mended); /* the other way round: the same */
}

/* Software among people, by what stands there; an e-mail where people log in by one is somebody; a name alone is whom the run's
 * lists know by it. */
static void names_and_machines(void **state)
{
    struct bench *b = *state;
    b->scrub.known = ald_known_names_new(b->scrub.key);
    const char *text = scrub(b, "logs", "{\"data\":[{\"owner\":\"Alert API\"},{\"owner\":\"API\"},{\"owner\":\"Jane@Acme.example\"}]}");
    assert_string_equal(text, ald_sprintf(b->arena, "{\"data\":[{\"owner\":\"\"},{\"owner\":\"\"},{\"owner\":\"%s\"}]}", p(b, "jane@acme.example")));
    assert_row(b, "jane@acme.example", "jane@acme.example", true);
    assert_int_equal(b->rows.n, 1);
    text = scrub(b, "logs", "{\"data\":[{\"who\":{\"type\":\"user\",\"name\":\"Jane Doe\"}},{\"who\":{\"type\":\"user\",\"name\":\"System\"}}]}");
    assert_string_equal(text, ald_sprintf(b->arena, "{\"data\":[{\"who\":\"%s\"},{\"who\":\"\"}]}", p(b, "desk:name:Jane Doe")));
    (void)scrub(b, "users", "{\"result\":[{\"sys_id\":\"u9\",\"name\":\"John Roe\",\"email\":\"john@acme.example\"}]}");
    text = scrub(b, "logs", "{\"data\":[{\"who\":{\"type\":\"user\",\"name\":\"John Roe\"}}]}");
    assert_string_equal(text, ald_sprintf(b->arena, "{\"data\":[{\"who\":\"%s\"}]}", p(b, "john@acme.example")));
    assert_string_equal(scrub(b, "closed", "{\"by\":\"John Roe\"}"), ald_sprintf(b->arena, "{\"by\":\"%s\"}", p(b, "john@acme.example")));
    assert_string_equal(scrub(b, "closed", "{\"by\":\"Alert API\"}"), "{\"by\":\"\"}");
    assert_int_equal(b->rows.n, 0);
}

static void people_none(void **state)
{
    struct bench *b = *state;
    b->scrub.mode = ALD_PEOPLE_NONE;
    assert_string_equal(
        scrub(b, "tickets",
              "{\"result\":[{\"assigned_to\":\"u1\",\"created_by\":\"jdoe\",\"caller\":{\"value\":\"u2\","
              "\"display_value\":\"Jane Doe\"},\"t\":\"jane doe, JDOE, x@y.org\"}]}"),
        "{\"result\":[{\"assigned_to\":null,\"created_by\":null,\"caller\":null,"
        "\"t\":\"someone, someone, someone\"}]}");
    assert_int_equal(b->rows.n, 0);
    assert_string_equal(
        scrub(b, "users",
              "{\"result\":[{\"sys_id\":\"u1\",\"user_name\":\"jdoe\",\"name\":\"Jane Doe\",\"email\":\"j@x.org\"}]}"),
        "{\"result\":[{\"sys_id\":\"someone\",\"user_name\":null,\"name\":null,\"email\":null}]}");
    assert_int_equal(b->rows.n, 0);
}

static void people_names(void **state)
{
    struct bench *b = *state;
    b->scrub.mode = ALD_PEOPLE_NAMES;
    const char *got = scrub(b, "tickets",
                            "{\"result\":[{\"caller\":{\"value\":\"u2\",\"display_value\":\"Jane Doe\"},"
                            "\"t\":\"Jane Doe, x@y.org\"}]}");
    assert_string_equal(
        got, ald_sprintf(b->arena, "{\"result\":[{\"caller\":\"%s\",\"t\":\"Jane Doe, x@y.org\"}]}", p(b, "desk:u2")));
    assert_int_equal(b->rows.n, 1);
    assert_string_equal(b->rows.rows[0].name, "Jane Doe");
}

static void same_again(void **state)
{
    struct bench *b = *state;
    static const struct ald_person_path twice[] = {{.stream = "s", .path = "a"},
                                                   {.stream = "s", .path = "a", .login = true}};
    const struct ald_connector two = {.people = twice, .people_n = 2};
    ALD_CLEANUP(ald_json_doc_freep) struct ald_json_doc *doc = NULL;
    struct ald_err err = {0};
    assert_int_equal(ald_json_parse("{\"a\":\"u1\"}", 10, &doc, &err), ALD_OK);
    struct ald_jv root;
    const char *a;
    ald_json_root(doc, &root);
    assert_int_equal(ald_people_scrub(b->arena, &b->scrub, &two, "s", &root, &b->rows, &err), ALD_OK);
    assert_int_equal(ald_json_str(&root, "a", &a, &err), ALD_OK);
    assert_string_equal(a, p(b, "desk:u1"));
    assert_int_equal(b->rows.n, 1);
}

/** Thousands of names that begin alike, in a long text: must take a moment, not minutes. */
static void many_names(void **state)
{
    struct bench *b = *state;
    b->scrub.known = ald_known_names_new(b->scrub.key);
    char name[32], pseudonym[ALD_PSEUDONYM_SIZE];
    for (unsigned i = 0; i < 5000; i++) {
        (void)snprintf(name, sizeof name, "Caller %u", i);
        (void)snprintf(pseudonym, sizeof pseudonym, "%016x", i);
        ald_text_names_add(b->scrub.known, name, pseudonym, true);
    }
    size_t n = 1u << 20;
    char *text = calloc(1, n + 32);
    assert_non_null(text);
    size_t used = 0;
    for (unsigned i = 0; used < n; i++)
        used += (size_t)snprintf(text + used, 32, "caller %u a@a.@ ", i % 10000);
    struct ald_text_scrub scrubber = {.known = b->scrub.known};
    ald_buf_init(&scrubber.out, 16u << 20);
    const char *got = ald_text_scrub(&scrubber, text);
    assert_memory_equal(got, "0000000000000000 a@a.@ 0000000000000001 ", 40);
    assert_non_null(strstr(got, "caller 5000 "));
    assert_null(strstr(got, "caller 4999 "));
    ald_buf_done(&scrubber.out);
    free(text);
}

/* What is remembered of people gives what would be worked out, also where more are met than are remembered; and a name that comes once more
 * says what it said, whoever else was met in between. */
static void the_same_people_again(void **state)
{
    struct bench *b = *state;
    struct ald_known_names *known = b->scrub.known = ald_known_names_new(b->scrub.key);
    char identity[32], met[ALD_PSEUDONYM_SIZE], made[ALD_PSEUDONYM_SIZE];
    for (int i = 0; i < 6000; i++) {
        (void)snprintf(identity, sizeof identity, "desk:u%d", i % 4 == 3 ? i / 100 : i % 3000);
        ald_text_names_pseudonym(known, b->scrub.key, identity, met);
        ald_pseudonym(b->scrub.key, identity, made);
        assert_string_equal(met, made);
    }
    assert_false(ald_text_names_told(known, "a", 1));
    assert_true(ald_text_names_told(known, "a", 1));
    assert_false(ald_text_names_told(known, "b", 1));
    const char *jane = "{\"result\":[{\"sys_id\":\"u1\",\"name\":\"Jane Doe\"}]}", *other = "{\"result\":[{\"sys_id\":\"u2\",\"name\":\"Jane Doe\"}]}";
    const char *text = "[{\"t\":\"Jane Doe\"}]", *one = p(b, "desk:u1"), *two = p(b, "desk:u2");
    (void)scrub(b, "users", jane);
    (void)scrub(b, "users", other);
    const char *found = ald_strdup(b->arena, scrub(b, "other", text));
    (void)scrub(b, "users", jane);
    assert_string_equal(scrub(b, "other", text), found);
    assert_string_equal(found, ald_sprintf(b->arena, "[{\"t\":\"%s\"}]", strcmp(one, two) < 0 ? one : two));
}

/* A list in which the same few people stand again and again, one of them also with blanks around: each becomes whom they are, as when they
 * stand there once, and a row for each is made. */
static void many_of_the_same(void **state)
{
    struct bench *b = *state;
    static const char *const given[] = {"u1", "Ada@x.org", " u1 ", "u7", "System"};
    const char *const wanted[] = {p(b, "desk:login:u1"), p(b, "ada@x.org"), p(b, "desk:login:u1"), p(b, "desk:login:u7"), ""};
    const char *json = "{\"data\":[", *text = json;
    for (size_t i = 0; i < 100; i++) {
        const char *between = i ? "," : "";
        json = ald_sprintf(b->arena, "%s%s{\"owner\":\"%s\"}", json, between, given[i % 5]);
        text = ald_sprintf(b->arena, "%s%s{\"owner\":\"%s\"}", text, between, wanted[i % 5]);
    }
    assert_string_equal(scrub(b, "logs", ald_sprintf(b->arena, "%s]}", json)), ald_sprintf(b->arena, "%s]}", text));
    assert_int_equal(b->rows.n, 3);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        CASE(bare_values),  CASE(objects),    CASE(shapes_of_lists), CASE(only_when),        CASE(defining_objects),
        CASE(aliases), CASE(aliases_of_both_identities), CASE(one_name_of_two_people),
        CASE(texts),      CASE(escapes), CASE(login_first), CASE(emails),        CASE(names_of_the_run), CASE(names_and_machines), CASE(people_none),
        CASE(names_of_the_store), CASE(words_that_stood), CASE(people_names), CASE(same_again), CASE(many_names), CASE(the_same_people_again), CASE(many_of_the_same),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}
