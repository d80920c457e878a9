/* What the reference lists of one run of one source said, for the pages of its other streams. */
#pragma once

#include "connector.h"

/** Nothing known yet. The caller's to free; _freep takes NULL. */
struct ald_facts *ald_facts_new(void);
void ald_facts_freep(struct ald_facts **facts);
/** Takes over what a page said; of two words on one key the later holds. */
void ald_facts_take(struct ald_facts *facts, const struct ald_rows *rows);
