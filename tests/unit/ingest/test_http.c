/* http.c against a real server on loopback that plays tests/http/scenarios/NAME.json; the clock sleeps in no time. */
#include "http.h"

#include <errno.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "alidade/hash.h"
#include "alidade/limits.h"
#include "http_url.h"

/** One scenario: its server, and a client whose clock is ours. */
struct scene {
    pid_t pid;
    int to_server;
    int port;
    char base[64];
    struct ald_arena *arena;
    struct ald_http *http;
    struct ald_http_cfg cfg;
    struct ald_secret user, token;
    char user_text[32], token_text[64];
    int64_t now, slept;
    int waits, stop_after_waits; /* stop_after_waits 0: never */
    FILE *log_file;
    char *log_text;
    size_t log_n;
    struct ald_log log;
    struct ald_err err;
    struct ald_http_res res;
};

static int64_t clock_now(void *ctx)
{
    return ((struct scene *)ctx)->now;
}

static void clock_sleep(void *ctx, int64_t ms)
{
    struct scene *scene = ctx;
    assert_in_range(ms, 1, 200); /* slices, so that stop is polled */
    scene->now += ms;
    scene->slept += ms;
}

static void on_waiting(void *ctx, int64_t ms, const char *why)
{
    struct scene *scene = ctx;
    assert_true(ms >= 0 && *why);
    scene->waits++;
}

static bool on_stop(void *ctx)
{
    const struct scene *scene = ctx;
    return scene->stop_after_waits && scene->waits >= scene->stop_after_waits;
}

/** Folder tests/, for the server and its scenarios. */
static void tests_folder(char *ret, size_t size)
{
    const char *given = getenv("ALD_TESTS");
    if (given) {
        (void)snprintf(ret, size, "%s", given);
        return;
    }
    (void)snprintf(ret, size, "%s", __FILE__);
    char *slash = strrchr(ret, '/');
    size_t used = slash ? (size_t)(slash - ret) : 0;
    (void)snprintf(ret + used, size - used, "/../..");
}

static void start_server(struct scene *scene, const char *name)
{
    char folder[1024], script[1100], scenario[1200];
    tests_folder(folder, sizeof folder);
    (void)snprintf(script, sizeof script, "%s/http/server.py", folder);
    (void)snprintf(scenario, sizeof scenario, "%s/http/scenarios/%s.json", folder, name);
    int in[2], out[2];
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    posix_spawn_file_actions_t actions;
    assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_addclose(&actions, in[1]);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    char python[] = "/usr/bin/python3", option[] = "--seconds", seconds[] = "60";
    char *argv[] = {python, script, scenario, option, seconds, NULL};
    char path[] = "PATH=/usr/bin:/bin";
    char *environment[] = {path, NULL};
    assert_int_equal(posix_spawn(&scene->pid, python, &actions, NULL, argv, environment), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    scene->to_server = in[1];
    FILE *port = fdopen(out[0], "r");
    char line[32] = "";
    assert_non_null(fgets(line, sizeof line, port));
    fclose(port);
    scene->port = (int)strtol(line, NULL, 10);
    assert_in_range(scene->port, 1, 65535);
    (void)snprintf(scene->base, sizeof scene->base, "http://127.0.0.1:%d", scene->port);
}

/** name NULL: no server, base is a port that nobody listens on. */
static void begin(struct scene *scene, const char *name)
{
    *scene =
        (struct scene){.arena = ald_arena_new(), .now = 1793700000000LL, .base = "http://127.0.0.1:1", .to_server = -1};
    if (name)
        start_server(scene, name);
    (void)snprintf(scene->user_text, sizeof scene->user_text, "ada");
    (void)snprintf(scene->token_text, sizeof scene->token_text, "s3cret token");
    scene->user = (struct ald_secret){scene->user_text, strlen(scene->user_text)};
    scene->token = (struct ald_secret){scene->token_text, strlen(scene->token_text)};
    scene->log_file = open_memstream(&scene->log_text, &scene->log_n);
    struct ald_clock clock = {clock_now, clock_sleep, scene};
    scene->log = (struct ald_log){.out = scene->log_file, .level = ALD_LOG_DEBUG, .clock = clock};
    scene->cfg = (struct ald_http_cfg){.base_url = scene->base,
                                       .user_agent = "alidade/test",
                                       .user = &scene->user,
                                       .token = &scene->token,
                                       .clock = clock,
                                       .jitter_seed = 42,
                                       .log = &scene->log,
                                       .waiting = on_waiting,
                                       .stop = on_stop,
                                       .ctx = scene};
}

static void connect_client(struct scene *scene)
{
    assert_int_equal(ald_http_open(&scene->cfg, &scene->http, &scene->err), ALD_OK);
}

static enum ald_rc ask(struct scene *scene, const char *path, const char *body, enum ald_auth auth, const char *scheme)
{
    if (!scene->http)
        connect_client(scene);
    struct ald_http_req *req = ald_alloc(scene->arena, sizeof *req);
    *req =
        (struct ald_http_req){.url = strstr(path, "://") ? path : ald_sprintf(scene->arena, "%s%s", scene->base, path),
                              .body = body,
                              .auth = auth,
                              .auth_scheme = scheme,
                              .headers = {{"Accept", "application/json"}, {"X-Client", "tests"}},
                              .headers_n = 2};
    scene->res = (struct ald_http_res){0};
    scene->err = (struct ald_err){0};
    return ald_http_fetch(scene->http, req, scene->arena, &scene->res, &scene->err);
}

static enum ald_rc fetch_as(struct scene *scene, const char *path, enum ald_auth auth, const char *scheme)
{
    return ask(scene, path, NULL, auth, scheme);
}

static enum ald_rc fetch(struct scene *scene, const char *path)
{
    return fetch_as(scene, path, ALD_AUTH_BASIC, NULL);
}

static void assert_no_secret(const char *text)
{
    static const char *const secrets[] = {"s3cret", "t0ken", "YWRhOnMzY3JldCB0b2tlbg"};
    for (size_t i = 0; text && i < sizeof secrets / sizeof secrets[0]; i++)
        if (strstr(text, secrets[i]))
            fail_msg("a secret stands in: %s", text);
}

/** Ends the server; it must be content with what it was asked. */
static void end(struct scene *scene)
{
    ald_http_closep(&scene->http);
    if (scene->to_server >= 0) {
        close(scene->to_server);
        int status = 0;
        while (waitpid(scene->pid, &status, 0) < 0 && errno == EINTR)
            ;
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
    fclose(scene->log_file);
    assert_no_secret(scene->log_text);
    assert_no_secret(scene->err.msg);
    free(scene->log_text);
    ald_arena_free(scene->arena);
}

#define assert_fails(scene, rc, path, text)                                                                            \
    do {                                                                                                               \
        assert_int_equal(fetch(scene, path), rc);                                                                      \
        if (!strstr((scene)->err.msg, text))                                                                           \
            fail_msg("'%s' does not say '%s'", (scene)->err.msg, text);                                                \
        assert_no_secret((scene)->err.msg);                                                                            \
    } while (0)

static void two_pages(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "two_pages");
    assert_int_equal(fetch(&s, "/list?page=1"), ALD_OK);
    assert_int_equal(s.res.status, 200);
    assert_string_equal(s.res.body, "{\"page\": 1}");
    assert_int_equal(s.res.body_n, strlen(s.res.body));
    assert_string_equal(ald_http_header(&s.res, "x-total-count"), "2");
    assert_null(ald_http_header(&s.res, "X-Total-Count"));
    assert_non_null(strstr(ald_http_header(&s.res, "link"), "page=2"));
    assert_int_equal(s.res.server_date, 1793700000000LL);
    assert_int_equal(fetch(&s, "/list?page=2"), ALD_OK);
    assert_string_equal(s.res.body, "{\"page\": 2}");
    assert_int_equal(s.res.server_date, ALD_TIME_NONE);
    assert_int_equal(s.waits, 0);
    end(&s);
}

static void rate_limit(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "rate_limit");
    assert_int_equal(fetch(&s, "/a"), ALD_OK);
    assert_int_equal(s.waits, 4);
    assert_in_range(s.slept, 7000 + 20000 + 30000, 7000 + 20000 + 30000 + 3 * 1000 + 16000);
    end(&s);
}

static void failed_then_ok(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "failed_then_ok");
    s.cfg.max_body_bytes = 1000; /* a large error page is no reason for smaller pages */
    assert_int_equal(fetch(&s, "/a"), ALD_OK);
    assert_int_equal(s.waits, 2);
    assert_in_range(s.slept, 0, 3000);
    end(&s);
    begin(&s, "always_failing");
    assert_fails(&s, ALD_ERR_NET, "/a", "HTTP 502 from 127.0.0.1");
    assert_int_equal(s.waits, ALD_MAX_RETRIES);
    end(&s);
    begin(&s, "spent");
    assert_fails(&s, ALD_ERR_NET, "/a", "HTTP 403 from 127.0.0.1");
    assert_fails(&s, ALD_ERR_NET, "/b", "HTTP 429 from 127.0.0.1");
    end(&s);
}

/* A question with a body is asked again like any other, goes nowhere else, and leaves nothing behind for the next request. */
static void posted(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "post");
    assert_int_equal(ask(&s, "/a", "{\"q\":1}", ALD_AUTH_BASIC, NULL), ALD_OK);
    assert_int_equal(s.waits, 1);
    assert_int_equal(fetch(&s, "/b"), ALD_OK);
    assert_int_equal(ask(&s, "/c", "{}", ALD_AUTH_BASIC, NULL), ALD_ERR_NET);
    assert_non_null(strstr(s.err.msg, "redirect of a POST from 127.0.0.1"));
    end(&s);
}

static void cut_short(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "cut");
    assert_int_equal(fetch(&s, "/a"), ALD_OK);
    assert_string_equal(s.res.body, "{\"page\": 1}");
    assert_int_equal(s.waits, 5);
    end(&s);
    begin(&s, "always_cut");
    assert_fails(&s, ALD_ERR_NET, "/a", "cut short");
    end(&s);
}

static void compressed(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "gzip");
    assert_int_equal(fetch(&s, "/a"), ALD_OK);
    assert_int_equal(s.res.body_n, 40000);
    assert_memory_equal(s.res.body, "alidade alidade ", 16);
    end(&s);
}

static void too_large(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "huge");
    s.cfg.max_body_bytes = 100000;
    assert_fails(&s, ALD_ERR_LIMIT, "/plain", "more than 100000 bytes");
    assert_fails(&s, ALD_ERR_LIMIT, "/gzip", "more than 100000 bytes"); /* what counts is the size unpacked */
    assert_int_equal(fetch(&s, "/fits"), ALD_OK);
    assert_fails(&s, ALD_ERR_LIMIT, "/heads", "headers");
    assert_int_equal(s.waits, 0);
    end(&s);
}

static void redirects(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "redirect_same");
    assert_int_equal(fetch(&s, "/old"), ALD_OK);
    assert_string_equal(s.res.body, "{\"page\": 1}");
    end(&s);
    /* Another name of the same machine is another origin; the server checks that no credential arrives, not even when
     * it sends us back, and not for a link that leads there. */
    begin(&s, "redirect_other");
    assert_int_equal(fetch(&s, "/old"), ALD_OK);
    char *next = ald_sprintf(s.arena, "http://localhost:%d/next", s.port);
    assert_int_equal(fetch(&s, next), ALD_OK);
    assert_fails(&s, ALD_ERR_NET, next, "no credentials are sent");
    end(&s);
    begin(&s, "redirect_loop");
    assert_fails(&s, ALD_ERR_NET, "/a", "redirect loop");
    assert_fails(&s, ALD_ERR_NET, "/0", "more than 5 redirects");
    assert_fails(&s, ALD_ERR_NET, "/plain", "http to example.invalid is refused");
    assert_fails(&s, ALD_ERR_NET, "/file", "redirect");
    assert_fails(&s, ALD_ERR_NET, "/user", "user name");
    assert_int_equal(s.waits, 0);
    end(&s);
}

static void expired_token(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "expired");
    (void)snprintf(s.token_text, sizeof s.token_text, "t0ken");
    assert_int_equal(fetch_as(&s, "/heals", ALD_AUTH_TOKEN, "Bearer"), ALD_OK);
    assert_int_equal(s.waits, 1);
    assert_int_equal(fetch_as(&s, "/a", ALD_AUTH_TOKEN, "Bearer"), ALD_ERR_AUTH);
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "HTTP 401 from 127.0.0.1:%d", s.port);
    assert_string_equal(s.err.msg, wanted);
    end(&s);
}

static void token_schemes(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "schemes");
    (void)snprintf(s.token_text, sizeof s.token_text, "t0ken");
    assert_int_equal(fetch_as(&s, "/a", ALD_AUTH_TOKEN, "Token token="), ALD_OK);
    assert_int_equal(fetch_as(&s, "/b", ALD_AUTH_TOKEN, NULL), ALD_OK);
    assert_int_equal(fetch_as(&s, "/c", ALD_AUTH_NONE, NULL), ALD_OK);
    (void)snprintf(s.token_text, sizeof s.token_text, "t0ken\r\nX-Evil: 1");
    assert_int_equal(fetch_as(&s, "/d", ALD_AUTH_TOKEN, "Bearer"), ALD_ERR_CONFIG);
    s.token.value = NULL;
    assert_int_equal(fetch_as(&s, "/d", ALD_AUTH_TOKEN, "Bearer"), ALD_ERR_CONFIG);
    end(&s);
}

static void left_to_the_caller(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "judged");
    static const struct {
        const char *path;
        long status;
    } cases[] = {{"/404", 404}, {"/403", 403}, {"/204", 204}, {"/html", 200}, {"/caret?q=a%5Eb^c d", 200}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(fetch(&s, cases[i].path), ALD_OK);
        assert_int_equal(s.res.status, cases[i].status);
        assert_non_null(s.res.body);
    }
    assert_int_equal(s.waits, 0);
    end(&s);
}

static void silent_server(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, "slow");
    s.cfg.total_ms = 200;
    assert_fails(&s, ALD_ERR_NET, "/a", "no answer in time");
    assert_int_equal(s.waits, 2);
    end(&s);
}

static void server_down(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, NULL);
    assert_fails(&s, ALD_ERR_NET, "/a", "cannot connect to 127.0.0.1:1 after 3 tries");
    assert_in_range(s.slept, 0, 2000);
    end(&s);
}

static void stop_is_heard(void **state)
{
    (void)state;
    struct scene s;
    begin(&s, NULL);
    s.stop_after_waits = 1;
    assert_fails(&s, ALD_ERR_STOPPED, "/a", "stopped");
    assert_int_equal(s.slept, 0);
    end(&s);
}

static void forbidden_urls(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://example.com/",
                                       "http://localhost.example.com/",
                                       "http://10.0.0.1/",
                                       "http://127.0.0.1.nip.io/x",
                                       "ftp://127.0.0.1/",
                                       "file:///etc/hostname",
                                       "https://ada:s3cret@x.test/",
                                       "://",
                                       "http://[::2]/"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct scene s;
        begin(&s, NULL);
        connect_client(&s);
        assert_fails(&s, ALD_ERR_CONFIG, urls[i], "");
        assert_int_equal(s.waits, 0);
        ald_http_closep(&s.http);
        s.cfg.base_url = urls[i];
        assert_int_equal(ald_http_open(&s.cfg, &s.http, &s.err), ALD_ERR_CONFIG);
        assert_non_null(strstr(s.err.msg, "base_url"));
        end(&s);
    }
}

static void loopback_hosts(void **state)
{
    (void)state;
    static const char *const here[] = {"localhost", "LOCALHOST", "127.0.0.1", "127.255.0.9", "[::1]", "::1"};
    static const char *const there[] = {"localhost.", "128.0.0.1", "126.0.0.1", "127.0.0.1.x", "[::2]", "", "127"};
    for (size_t i = 0; i < sizeof here / sizeof here[0]; i++)
        assert_true(ald_url_host_is_loopback(here[i]));
    for (size_t i = 0; i < sizeof there / sizeof there[0]; i++)
        assert_false(ald_url_host_is_loopback(there[i]));
}

static void redact(void **state)
{
    (void)state;
    static const struct {
        const char *url, *shown;
    } cases[] = {
        {"https://x.test/a/b", "https://x.test/a/b"},
        {"https://x.test/a?limit=5&offset=10", "https://x.test/a?limit=5&offset=10"},
        {"https://x.test/a?token=abc&limit=5", "https://x.test/a?token=***&limit=5"},
        {"https://x.test/a?limit=5&API_KEY=abc", "https://x.test/a?limit=5&API_KEY=***"},
        {"https://x.test/a?X-Amz-Signature=abc;sig=1&secret=",
         "https://x.test/a?X-Amz-Signature=***;sig=***&secret=***"},
        {"https://x.test/?pass%77ord=abc", "https://x.test/?pass%77ord=***"},
        {"https://x.test/?filter[apiKey]=abc&q=a^b", "https://x.test/?filter[apiKey]=***&q=a^b"},
        {"https://ada:pw@x.test:8/a@b?c=d@e", "https://***@x.test:8/a@b?c=d@e"},
        {"https://x.test/#access_token=abc", "https://x.test/#access_token=***"},
        {"https://x.test/?authorization=a=b", "https://x.test/?authorization=***"},
        {"https://x.test?sysparm_query=sys_updated_on%3E%3D2026",
         "https://x.test?sysparm_query=sys_updated_on%3E%3D2026"},
        {"/relative?key=1", "/relative?key=***"},
        {"/?PHPSID=1&auth_code=2&user_pass=3&jwt=4&session=5&pwd=6&credentials=7&xapikey=8&side=9",
         "/?PHPSID=***&auth_code=***&user_pass=***&jwt=***&session=***&pwd=***&credentials=***&xapikey=***&side=9"},
        {"https://x.test/?flag&%4", "https://x.test/?flag&%4"},
        {"", ""},
    };
    struct ald_arena *arena = ald_arena_new();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(ald_http_redact(arena, cases[i].url), cases[i].shown);
    assert_string_equal(ald_url_encode(arena, "aZ09-._~ ^=&/+\xC3\xA9%"), "aZ09-._~%20%5E%3D%26%2F%2B%C3%A9%25");
    assert_string_equal(ald_url_encode(arena, ""), "");
    assert_string_equal(ald_url_param(arena, "https://x.example/a?page=2&after=x%2By%3d+z&b=1#after=0", "after"), "x+y= z");
    assert_string_equal(ald_url_param(arena, "?offset=5", "offset"), "5");
    assert_string_equal(ald_url_param(arena, "?o=a%00b%4", "o"), "a b%4"); /* a NUL would hide what follows */
    assert_null(ald_url_param(arena, "https://x.example/offset=5", "offset"));
    assert_null(ald_url_param(arena, "?offset=&x=1", "offset"));
    assert_null(ald_url_param(arena, "?offsets=5&offse=4&offset", "offset"));
    ald_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(redact),        cmocka_unit_test(loopback_hosts),     cmocka_unit_test(forbidden_urls),
        cmocka_unit_test(two_pages),     cmocka_unit_test(rate_limit),         cmocka_unit_test(failed_then_ok),
        cmocka_unit_test(cut_short),     cmocka_unit_test(compressed),         cmocka_unit_test(too_large),
        cmocka_unit_test(redirects),     cmocka_unit_test(expired_token),      cmocka_unit_test(token_schemes),
        cmocka_unit_test(silent_server), cmocka_unit_test(left_to_the_caller), cmocka_unit_test(server_down),
        cmocka_unit_test(stop_is_heard), cmocka_unit_test(posted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
