/* What people mean by the name of an incident or record, and who they are. */
#pragma once

#include "session.h"

/* The source of what people say on the command line; no configured source can be called so. */
#define ALD_SOURCE_PEOPLE ""

/** *name as the store spells it, where nothing is called so and exactly one key is but for capitals: lum-1383 for LUM-1383. */
ALD_CHECK enum ald_rc ald_named_spelt(struct ald_session *s, const char **name, struct ald_err *err);
/** The record that a name means: "source:external_id", a key, or a source's own id. A name of several records of one
 *  incident means that incident's first record; of several incidents it is refused, and they are listed. ret_id and
 *  ret_title are arena-owned; ret_title may be NULL. @return ALD_ERR_UNKNOWN. */
ALD_CHECK enum ald_rc ald_named_record(struct ald_session *s, const char *name, const char **ret_id, const char **ret_title,
                                       struct ald_err *err);
/** " (did you mean 'HD-1166'?)" for hd-1166, 1166 and HD-1167 where there is no incident of that name; else "". */
const char *ald_named_meant(const struct ald_session *s, const struct ald_analysis *an, const char *word);
/** Who decides: --by, else $USER, else the account; as pseudonym or name, as the configuration's `people` says; NULL for
 *  `people: none`. */
ALD_CHECK enum ald_rc ald_named_self(struct ald_session *s, const char **ret, struct ald_err *err);
/** What somebody writes of an incident: people whom a source named, and e-mail addresses, are replaced as the configuration's
 *  `people` says. *words may be NULL; arena-owned. */
ALD_CHECK enum ald_rc ald_named_words(struct ald_session *s, const char **words, struct ald_err *err);
/** With `people: none`, says once, unless --quiet, that names cannot be looked for, and what that means here. */
void ald_named_limits(struct ald_session *s, const char *what);
