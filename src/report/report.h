/* report.h - a document of runs as one web page, as a table and as lines of JSON.
 *
 * The document is what `export` prints as JSON (cli/view.h has the parts):
 *   {program, created, language, title, runs: [run], groups: [group], comparisons: [comparison],
 *    samples: [sample, each with its "run"]}
 * Missing parts count as empty. Output grows in `out` up to its limit (E_LIMIT past it). */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "base/json.h"

/* One self-contained page: works from file://, asks for nothing, in English and Chinese.
 * The document's text is data in it: no part of it can become markup or script. */
Status report_html(const Json *document, StrBuf *out, Err *err) MUST_CHECK;

/* The samples as a table: names of columns first, then a row a sample; a cell without a value is
 * null. The columns "extracted" and "target" go with the first judgement. */
typedef Status (*ReportRow)(void *user, const Json *cells, size_t n, Err *err);
Status report_table(const Json *document, ReportRow row, void *user, Err *err) MUST_CHECK;

/* That table for spreadsheets: UTF-8 with a byte order mark, CR LF, and an apostrophe
 * before text that a spreadsheet would take for a formula (numbers stay as they are). */
Status report_csv(const Json *document, StrBuf *out, Err *err) MUST_CHECK;

/* A line of JSON a sample: {run, model, task, sample, ...}. */
Status report_jsonl(const Json *document, StrBuf *out, Err *err) MUST_CHECK;

/* The run of `document` with this number (a JSON number); NULL when it is not there. */
const Json *report_run(const Json *document, const Json *number);

#endif
