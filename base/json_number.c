/* The texts of numbers in JSON. What printf would write, at a tenth of its cost where that takes whole numbers only. */
#include "json_priv.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

enum { DIGITS_MOST = 17, POWERS = 20, MANTISSA_BITS = 53 };

static const uint64_t powers[POWERS] = {UINT64_C(1),
                                        UINT64_C(10),
                                        UINT64_C(100),
                                        UINT64_C(1000),
                                        UINT64_C(10000),
                                        UINT64_C(100000),
                                        UINT64_C(1000000),
                                        UINT64_C(10000000),
                                        UINT64_C(100000000),
                                        UINT64_C(1000000000),
                                        UINT64_C(10000000000),
                                        UINT64_C(100000000000),
                                        UINT64_C(1000000000000),
                                        UINT64_C(10000000000000),
                                        UINT64_C(100000000000000),
                                        UINT64_C(1000000000000000),
                                        UINT64_C(10000000000000000),
                                        UINT64_C(100000000000000000),
                                        UINT64_C(1000000000000000000),
                                        UINT64_C(10000000000000000000)};

/* Writes the digits of v, at least `least` of them; no end. */
static char *write_digits(char *end, uint64_t v, size_t least)
{
    char digits[24];
    size_t n = 0;
    for (; v > 0 || n < least; v /= 10)
        digits[n++] = (char)('0' + v % 10);
    while (n > 0)
        *end++ = digits[--n];
    return end;
}

char *ald_json_int_text(int64_t v, char out[ALD_JSON_NUMBER_BYTES])
{
    char *end = out;
    if (v < 0)
        *end++ = '-';
    *write_digits(end, v < 0 ? -(uint64_t)v : (uint64_t)v, 1) = '\0';
    return out;
}

/* v * 10^power to the nearest whole number, halves to the even one, v = mantissa / 2^shift. */
static uint64_t scaled(uint64_t mantissa, int shift, int power)
{
    wide product = (wide)mantissa * powers[power]; /* 53 and 64 bits */
    wide rest = product & (((wide)1 << shift) - 1), half = (wide)1 << (shift - 1);
    uint64_t whole = (uint64_t)(product >> shift);
    return whole + (rest > half || (rest == half && (whole & 1)));
}

/* How many digits stand before the point; 0, -1, -2, -3: how many zeros behind it stand before the first digit. */
static int first_digit(double size)
{
    int n = 0;
    if (size < 1)
        return size >= 0.1 ? 0 : size >= 0.01 ? -1 : size >= 0.001 ? -2 : -3;
    while (size >= (double)powers[n])
        n++;
    return n;
}

/* As %.*g writes what needs no exponent. @return false: it may need one, or is out of the range that this knows. */
static bool plain_text(double v, int digits, char out[ALD_JSON_NUMBER_BYTES])
{
    double size = fabs(v);
    if (!(size >= 1e-4 && size < 1e12) || digits < 6 || digits > DIGITS_MOST)
        return false;
    char *end = out;
    if (v < 0)
        *end++ = '-';
    if (trunc(size) == size && size < (double)powers[digits]) {
        *write_digits(end, (uint64_t)size, 1) = '\0';
        return true;
    }
    int exponent = 0, power = digits - first_digit(size);
    uint64_t mantissa = (uint64_t)ldexp(frexp(size, &exponent), MANTISSA_BITS);
    if (power < 1 || power >= POWERS)
        return false;
    uint64_t all = scaled(mantissa, MANTISSA_BITS - exponent, power);
    if (all >= powers[digits]) /* rounding has made it longer */
        return false;
    end = write_digits(end, all / powers[power], 1);
    *end++ = '.';
    end = write_digits(end, all % powers[power], (size_t)power);
    while (end[-1] == '0')
        end--;
    end -= end[-1] == '.';
    *end = '\0';
    return true;
}

char *ald_json_double_text(double v, int digits, char out[ALD_JSON_NUMBER_BYTES])
{
    if (plain_text(v, digits, out))
        return out;
    (void)snprintf(out, ALD_JSON_NUMBER_BYTES, "%.*g", digits, v);
    const char *point = localeconv()->decimal_point;
    size_t point_len = strlen(point);
    char *at = strcmp(point, ".") == 0 || point_len == 0 ? NULL : strstr(out, point);
    if (at) {
        *at = '.';
        memmove(at + 1, at + point_len, strlen(at + point_len) + 1);
    }
    return out;
}

char *ald_json_exact_text(double v, char out[ALD_JSON_NUMBER_BYTES])
{
    if (fabs(v) <= ALD_JSON_EXACT_INT && trunc(v) == v)
        return ald_json_int_text((int64_t)v, out);
    for (int digits = 15; digits <= 17; digits++) {
        ald_json_double_text(v, digits, out);
        if (ald_json_number_value(out, strlen(out)) == v)
            break;
    }
    /* Digits alone would be read as an integer beyond 2^53 and become text. */
    if (!strpbrk(out, ".en"))
        (void)strncat(out, ".0", ALD_JSON_NUMBER_BYTES - strlen(out) - 1);
    return out;
}
