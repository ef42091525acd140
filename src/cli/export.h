/* export.h - runs as one document, for `assay export` and for the page that demo writes. */
#ifndef CLI_EXPORT_H
#define CLI_EXPORT_H

#include "cli/view.h"

/* Writes the report page of these runs with their first samples (1,000 a run). */
Status export_page(App *app, Db *db, RunSummary *runs, size_t n_runs, Str title, const char *file,
                   Err *err) MUST_CHECK;

#endif
