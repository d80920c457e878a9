# The tables of test_tables.c, computed by R (base, stats) and its package survival:
#     Rscript tests/unit/analysis/tables.R > tests/unit/analysis/tables.h
# Needs r-base-core and r-cran-survival; the tests need neither.
suppressMessages(library(survival))
options(digits = 17)
f <- function(x) trimws(formatC(x, digits = 17, format = "g"))
num <- function(x) paste0("{", paste(f(x), collapse = ", "), "}")
row <- function(...) cat("    {", paste(c(...), collapse = ", "), "},\n", sep = "")
table <- function(decl, rows) { cat("static const ", decl, " = {\n", sep = ""); rows(); cat("};\n") }
cat("/* Made by tables.R with ", R.version.string, " and survival ", as.character(packageVersion("survival")), ". Not edited by hand. */\n",
    "#pragma once\n\n#include <stdbool.h>\n#include <stddef.h>\n\n", sep = "")

# Samples with ties, tiny ones, all equal ones.
samples <- list(7, c(3, 3), c(1, 2), c(5, 5, 5, 5, 5), c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5), c(0, 0, 0, 1), exp(seq(0, 6, length.out = 12)))
cat("/* quantile(x, q, type = 7) */\n")
table("struct { size_t n; double x[12], q10, q25, q50, q90, q100; } type7[]", function()
    for (x in samples) row(length(x), num(x), f(quantile(x, c(.1, .25, .5, .9, 1), type = 7))))

# cor(x, y, method = "spearman"): ties on one side, on both, and a tie of everything but one.
pairs <- list(list(c(1, 2, 3), c(3, 1, 2)), list(c(1, 2, 2, 3, 5, 8, 8, 8), c(2, 1, 4, 4, 9, 7, 7, 10)),
              list(c(0, 0, 0, 0, 1), c(5, 4, 3, 2, 1)), list(c(1, 1, 2, 2, 3, 3), c(1, 2, 1, 2, 1, 2)),
              list(c(10, 20, 30, 40, 50, 60, 70), c(1, 4, 9, 16, 25, 36, 49)))
cat("/* cor(x, y, method = \"spearman\") */\n")
table("struct { size_t n; double x[8], y[8], rho; } rank_correlation[]", function()
    for (p in pairs) row(length(p[[1]]), num(p[[1]]), num(p[[2]]), f(cor(p[[1]], p[[2]], method = "spearman"))))

cat("/* prop.test(k, n, correct = FALSE)$conf.int: Wilson's interval */\n")
table("struct { size_t k, n; double low, high; } wilson_interval[]", function()
    for (kn in list(c(0, 1), c(1, 1), c(0, 7), c(1, 3), c(5, 10), c(19, 20), c(130, 164), c(2001, 2500))) {
        ci <- suppressWarnings(prop.test(kn[1], kn[2], correct = FALSE)$conf.int)
        row(kn[1], kn[2], f(ci)) })

# Ranks by pbinom; 0: there is none.
ranks <- function(n, q) {
    l <- max(c(0, Filter(function(l) pbinom(l - 1, n, q) <= 0.025, seq_len(n))))
    u <- min(c(Inf, Filter(function(u) pbinom(u - 1, n, q) >= 0.975, seq_len(n))))
    if (l == 0 || is.infinite(u)) c(0, 0) else c(l, u) }
cat("/* l, the largest with pbinom(l - 1, n, q) <= 0.025; u, the smallest with pbinom(u - 1, n, q) >= 0.975 */\n")
table("struct { size_t n; double q; size_t l, u; } order_ranks[]", function()
    for (q in c(.5, .9)) for (n in c(1, 2, 5, 6, 9, 17, 28, 29, 35, 36, 53, 92, 164, 399, 1000, 2439)) row(n, q, ranks(n, q)))

cat("/* p.adjust(p, \"BH\") */\n")
table("struct { size_t n; double p[6], adjusted[6]; } adjusted_p[]", function()
    for (p in list(.03, c(.5, .5), c(.04, .005, .13, .011, .02), c(1, 1, 1), c(.001, .001, .001, .9), c(.2, .1, .05, .025, .0125, .00625)))
        row(length(p), num(p), num(p.adjust(p, "BH"))))

cat("/* qt(0.975, df) */\n")
table("struct { double df, t; } student[]", function() for (df in c(1, 2, 3, 5, 8, 13, 30, 90, 400)) row(df, f(qt(.975, df))))

# survfit and quantile.survfit, whose median is the midpoint of a stretch at exactly one half.
curves <- list(
    list("one", 5, 1), list("one, open", 5, 0), list("all open", c(1, 2, 3), c(0, 0, 0)), list("all equal", c(4, 4, 4, 4), c(1, 1, 1, 1)),
    list("exactly one half", c(1, 2, 5, 9), c(1, 1, 1, 1)), list("one half behind an open one", c(1, 2, 5, 9), c(1, 1, 0, 1)),
    list("one half to the end", c(1, 2, 5, 9), c(1, 1, 0, 0)), list("ends and open ones at one time", c(2, 4, 4, 7, 7, 9), c(1, 1, 0, 1, 1, 0)),
    list("open before all", c(1, 1, 3, 4, 6), c(0, 0, 1, 1, 1)), list("never below one half", c(1, 2, 3, 4, 5, 6), c(1, 0, 0, 1, 0, 0)),
    list("twelve", c(3, 5, 5, 8, 9, 12, 12, 15, 20, 21, 30, 44), c(1, 1, 0, 1, 0, 1, 1, 1, 0, 1, 0, 1)))
cat("/* survfit(Surv(t, ended) ~ 1): S at each of its times; quantile(.5), -1: none; one half to the end: its first time */\n")
table("struct { const char *what; size_t n; double t[12]; bool open[12]; size_t times_n; double times[12], s[12], median; } survival[]", function()
    for (k in curves) {
        fit <- survfit(Surv(k[[2]], k[[3]]) ~ 1)
        median <- quantile(fit, .5)$quantile
        # A curve that stays at one half to its end: R takes the middle up to the last open one, METHODS 4 the first time.
        if (min(fit$surv) == .5) median <- min(fit$time[fit$surv == .5])
        row(paste0('"', k[[1]], '"'), length(k[[2]]), num(k[[2]]), paste0("{", paste(tolower(k[[3]] == 0), collapse = ", "), "}"),
            length(fit$time), num(fit$time), num(fit$surv), if (is.na(median)) -1 else f(median)) })

# The band of a count: variance as large as the mean at least (Poisson), Student's t where it is larger.
cat("/* mean -+ q sqrt(max(var, mean) (1 + 1/k)), q = 1.959964 or qt(0.975, k - 1), rounded outwards, at least 0 */\n")
table("struct { int per[4]; double lower, upper; } count_band[]", function()
    for (x in list(c(4, 6, 5, 5), c(20, 21, 19, 20), c(10, 20, 8, 22), c(0, 1, 0, 2), c(3, 3, 3, 3), c(1, 28, 2, 15))) {
        q <- if (var(x) <= mean(x)) 1.959964 else qt(.975, 3)
        half <- q * sqrt(max(var(x), mean(x)) * 1.25)
        row(num(x), max(0, floor(mean(x) - half)), ceiling(mean(x) + half)) })

# Funnel limits with over-dispersion (Spiegelhalter 2005) for a period of four groups; the fourth is too small.
groups <- list(c(.1, .2, .15, .4, .3, .25), c(.5, .55, .6, .45, .5), c(.9, .8, .85, .95, .7, .99, .6), c(.2, .9))
all <- unlist(groups); N <- length(all); s2 <- var(all); centre <- mean(all)
big <- Filter(function(g) length(g) >= 5, groups)
se2 <- function(g) s2 / length(g) * (1 - length(g) / N)
z <- sapply(big, function(g) (mean(g) - centre) / sqrt(se2(g)))
ends <- quantile(z, c(.1, .9), type = 7)
phi <- mean(pmin(pmax(z, ends[1]), ends[2])^2)
w <- 1 / sapply(big, se2); G <- length(big)
tau2 <- max(0, (G * phi - (G - 1)) / (sum(w) - sum(w^2) / sum(w)))
cat("/* Funnel: se2 = var/n (1 - n/N); tau2 from z winsorised at quantile(z, c(.1, .9)); p = 2 pnorm(-|z|) with se2 + tau2 */\n")
cat("static const double funnel_centre = ", f(centre), ", funnel_tau2 = ", f(tau2), ";\n", sep = "")
table("struct { size_t n; double p[7], mean, low95, high998, p_value; } funnel[]", function()
    for (g in groups) { v <- sqrt(se2(g) + tau2); few <- length(g) < 5
        row(length(g), num(g), f(c(mean(g), if (few) c(0, 0, 0) else
            c(centre - 1.959964 * v, centre + 3.090232 * v, 2 * pnorm(-abs(mean(g) - centre) / v))))) })
