/* The commands and what they share. One row per command in commands.c. */
#pragma once

#include "session.h"

/** One for each row of commands.c: does what `alidade COMMAND --help` says and prints it. *ret_code becomes the exit code where all
 *  went well and the code is not 0 (3: incomplete, 4: too thin); an error has its code in the table of err.h. */
enum ald_rc ald_cmd_analyze(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_completion(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_backup(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_doctor(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_explain(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_export(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_forget(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_import(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_ingest(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_init(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_list(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_link(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_man(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_override(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_publish(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_quarantine(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_remap(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_report(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_review(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_run(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_status(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_story(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_tag(struct ald_session *s, int *ret_code, struct ald_err *err);
enum ald_rc ald_cmd_unlink(struct ald_session *s, int *ret_code, struct ald_err *err);

/** Writes a row of table run, and its end; _end passes rc (and a failure that is already in *err) through. */
ALD_CHECK enum ald_rc ald_run_begin(struct ald_session *s, struct ald_err *err);
ALD_CHECK enum ald_rc ald_run_end(struct ald_session *s, enum ald_rc rc, int code, struct ald_err *err);
/** The configured sources that the command's arguments name; without arguments all. */
ALD_CHECK enum ald_rc ald_choose_sources(const struct ald_session *s, struct ald_source_cfg **ret, size_t *ret_n, struct ald_err *err);
/** Ingests these sources and prints how each fared. */
ALD_CHECK enum ald_rc ald_ingest_sources(struct ald_session *s, const struct ald_source_cfg *sources, size_t n, int *ret_code,
                                         struct ald_err *err);
int ald_outcome_code(const struct ald_source_outcome *outcome);
/** Days, hours ... since a time, for people. buf holds 48 bytes. */
const char *ald_ago(int64_t now, int64_t at, char buf[48]);
