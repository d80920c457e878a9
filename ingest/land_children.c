/* What belongs to a record: moments, values, refs, services, teams and people, of its own element or of a detail
 * (origin). Rows come as lists of cells in canonical order. */
#include "land_priv.h"

#include <stdlib.h>
#include <string.h>

struct ald_cell ald_cell_text(const char *s)
{
    return (struct ald_cell){.type = ALD_CELL_TEXT, .text = s};
}

struct ald_cell ald_cell_text_or(const char *s, const char *otherwise)
{
    return ald_cell_text(s ? s : otherwise);
}

struct ald_cell ald_cell_number(int64_t v)
{
    return (struct ald_cell){.type = ALD_CELL_NUMBER, .number = v};
}

struct ald_cell ald_cell_at(int64_t ms)
{
    return (struct ald_cell){.type = ALD_CELL_TIME, .number = ms};
}

void ald_cells_bind(struct ald_q *q, int first, const struct ald_cell *cells, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int param = first + (int)i;
        switch (cells[i].type) {
        case ALD_CELL_TEXT:
            ald_q_text_lent(q, param, cells[i].text);
            break;
        case ALD_CELL_NUMBER:
            ald_q_int(q, param, cells[i].number);
            break;
        case ALD_CELL_TIME:
            ald_q_time(q, param, cells[i].number);
            break;
        }
    }
}

static enum ald_rc spell_text(struct ald_buf *buf, const char *text, struct ald_err *err)
{
    if (!text)
        return ald_buf_adds(buf, "-,", err);
    size_t n = strlen(text);
    ALD_TRY(ald_buf_addi(buf, (int64_t)n, err));
    ALD_TRY(ald_buf_add(buf, ":", 1, err));
    ALD_TRY(ald_buf_add(buf, text, n, err));
    return ald_buf_add(buf, ",", 1, err);
}

enum ald_rc ald_cells_spell(struct ald_buf *buf, const struct ald_cell *cells, size_t n, struct ald_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (cells[i].type == ALD_CELL_TEXT) {
            ALD_TRY(spell_text(buf, cells[i].text, err));
            continue;
        }
        ALD_TRY(ald_buf_addi(buf, cells[i].number, err));
        ALD_TRY(ald_buf_add(buf, ",", 1, err));
    }
    return ALD_OK;
}

/* ---- Children ---- */

enum child { MOMENT, VALUE, REF, SERVICE, TEAM, PERSON, CHILDREN_ };
static const struct {
    const char *clear, *add;
} statements[] = {
    [MOMENT] = {"land_moments_clear", "land_moment_add"}, [VALUE] = {"land_values_clear", "land_value_add"},
    [REF] = {"land_refs_clear", "land_ref_add"},          [SERVICE] = {"land_services_clear", "land_service_add"},
    [TEAM] = {"land_teams_clear", "land_team_add"},       [PERSON] = {"land_people_clear", "land_person_add"},
};

static size_t children_n(const struct ald_row_record *rec, enum child child)
{
    switch (child) {
    case MOMENT:
        return rec->moments_n;
    case VALUE:
        return rec->values_n;
    case REF:
        return rec->refs_n;
    case SERVICE:
        return rec->services_n;
    case TEAM:
        return rec->teams_n;
    case PERSON:
        return rec->people_n;
    case CHILDREN_:
        break;
    }
    return 0;
}

/** Cells in the order of the add statement's parameters, from ?3. */
static size_t child_cells(const struct ald_row_record *rec, enum child child, size_t i, struct ald_cell ret[ALD_CELLS_MAX])
{
    size_t n = 0;
    switch (child) {
    case MOMENT:
        ret[n++] = ald_cell_text(rec->moments[i].moment);
        ret[n++] = ald_cell_number(rec->moments[i].rank);
        ret[n++] = ald_cell_text_or(rec->moments[i].field, "");
        ret[n++] = ald_cell_at(rec->moments[i].at);
        break;
    case VALUE:
        ret[n++] = ald_cell_text(rec->values[i].name);
        ret[n++] = ald_cell_number(rec->values[i].ord);
        ret[n++] = ald_cell_text(rec->values[i].value);
        ret[n++] = ald_cell_text_or(rec->values[i].field, "");
        break;
    case REF:
        ret[n++] = ald_cell_text(rec->refs[i].kind);
        ret[n++] = ald_cell_text(rec->refs[i].value);
        ret[n++] = ald_cell_text_or(rec->refs[i].field, "");
        break;
    case SERVICE:
        ret[n++] = ald_cell_text(rec->services[i].service);
        ret[n++] = ald_cell_at(rec->services[i].at);
        ret[n++] = ald_cell_number(rec->services[i].at_start);
        ret[n++] = ald_cell_number(rec->services[i].stand_in);
        ret[n++] = ald_cell_text_or(rec->services[i].field, "");
        break;
    case TEAM:
        ret[n++] = ald_cell_text(rec->teams[i].team);
        ret[n++] = ald_cell_text_or(rec->teams[i].role, "");
        ret[n++] = ald_cell_at(rec->teams[i].at);
        ret[n++] = ald_cell_text_or(rec->teams[i].field, "");
        break;
    case PERSON:
        ret[n++] = ald_cell_text(rec->people[i].person);
        ret[n++] = ald_cell_text_or(rec->people[i].role, "");
        ret[n++] = ald_cell_at(rec->people[i].at);
        ret[n++] = ald_cell_text_or(rec->people[i].field, "");
        break;
    case CHILDREN_:
        break;
    }
    return n;
}

static int by_spelling(const void *a, const void *b)
{
    const struct ald_line *x = a, *y = b;
    if (x->child != y->child)
        return x->child < y->child ? -1 : 1;
    return strcmp(x->spelt, y->spelt);
}

enum ald_rc ald_landing_children_sort(struct ald_landing *l, const struct ald_row_record *rec, struct ald_line **ret,
                                      size_t *ret_n, struct ald_err *err)
{
    size_t n = 0, k = 0;
    for (int child = 0; child < CHILDREN_; child++)
        n += children_n(rec, (enum child)child);
    struct ald_line *lines = ald_calloc(l->scratch, n, sizeof *lines);
    for (int child = 0; child < CHILDREN_; child++) {
        for (size_t i = 0; i < children_n(rec, (enum child)child); i++) {
            struct ald_cell cells[ALD_CELLS_MAX];
            size_t cells_n = child_cells(rec, (enum child)child, i, cells);
            ald_buf_clear(&l->text);
            ALD_TRY(ald_cells_spell(&l->text, cells, cells_n, err));
            lines[k++] = (struct ald_line){ald_strndup(l->scratch, l->text.data, l->text.len), child, i};
        }
    }
    qsort(lines, n, sizeof *lines, by_spelling);
    *ret = lines;
    *ret_n = n;
    return ALD_OK;
}

enum ald_rc ald_landing_children_clear(struct ald_landing *l, int64_t record, const char *origin, struct ald_err *err)
{
    for (int child = 0; child < CHILDREN_; child++) {
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, statements[child].clear, &q, err));
        ald_q_int(q, 1, record);
        ald_q_text_lent(q, 2, origin);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

enum ald_rc ald_landing_children_add(struct ald_landing *l, const struct ald_row_record *rec, int64_t record,
                                     const char *origin, const struct ald_line *lines, size_t n, struct ald_err *err)
{
    for (size_t k = 0; k < n; k++) {
        struct ald_cell cells[ALD_CELLS_MAX];
        size_t cells_n = child_cells(rec, (enum child)lines[k].child, lines[k].i, cells);
        ALD_CLEANUP(ald_q_closep) struct ald_q *q = NULL;
        ALD_TRY(ald_q_open(l->land->store, statements[lines[k].child].add, &q, err));
        ald_q_int(q, 1, record);
        ald_q_text_lent(q, 2, origin);
        ald_cells_bind(q, 3, cells, cells_n);
        ALD_TRY(ald_q_run(q, err));
    }
    return ALD_OK;
}

enum ald_rc ald_landing_children_spell(struct ald_landing *l, const struct ald_line *lines, size_t n, struct ald_err *err)
{
    for (size_t k = 0; k < n; k++) {
        ALD_TRY(ald_buf_add(&l->text, "\n", 1, err));
        ALD_TRY(ald_buf_addi(&l->text, lines[k].child, err));
        ALD_TRY(ald_buf_add(&l->text, " ", 1, err));
        ALD_TRY(ald_buf_adds(&l->text, lines[k].spelt, err));
    }
    return ALD_OK;
}
