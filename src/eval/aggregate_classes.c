/* aggregate_classes.c - classification (f1, mcc) and calibration (ece, selective accuracy). */
#include "eval/aggregate_row.h"

#include "base/map.h"
#include "stats/calibration.h"
#include "stats/classify.h"

#include <math.h>

/* ---- labels ---- */

static const size_t LABELS_WIDTH = 2; /* right, predicted: numbers of classes */

/* The number of a label, from 0 in order of first sight. Labels are equal when their JSON is. */
static size_t class_of(Map *classes, const Json *label, Arena *scratch)
{
    Str text = json_dump(scratch, label);
    size_t *number = map_get(classes, text);
    if (!number) {
        number = ARENA_NEW(scratch, size_t);
        *number = classes->len;
        map_set(scratch, classes, text, number);
    }
    return *number;
}

/* An item without labels is of a class of its own, and wrong. */
static void fill_labels(const AggregateInput *in, Table *t, Arena *scratch)
{
    static const Json nothing = {.type = JSON_NULL}, one = {.type = JSON_NUMBER, .text = {"1", 1}};
    Map classes = {0};
    const Json *positive = json_get(in->entry, "pos_label");
    for (size_t i = 0; i < in->n; i++) {
        Json pair;
        double *row = t->rows + i * LABELS_WIDTH;
        bool there = json_parse(scratch, in->items[i].detail, &pair, NULL) == OK &&
                     pair.type == JSON_ARRAY && pair.len == 2;
        row[0] = (double)class_of(&classes, there ? &pair.items[0] : &nothing, scratch);
        row[1] = (double)class_of(&classes, there ? &pair.items[1] : &nothing, scratch);
        t->text_labels |= there && pair.items[0].type == JSON_STRING;
    }
    t->n_classes = classes.len;
    Str wanted = json_dump(scratch, positive ? positive : &one);
    for (t->positive = 0; t->positive < classes.len; t->positive++)
        if (str_eq(classes.entries[t->positive].key, wanted))
            break;
}

static ClassCounts count_classes(const Table *t, const uint32_t *index, size_t n)
{
    double *right = aggregate_room(t->room, 3 * t->n_classes * sizeof *right),
           *truth = right + t->n_classes, *predicted = truth + t->n_classes;
    memset(right, 0, 3 * t->n_classes * sizeof *right);
    for (size_t i = 0; i < n; i++) {
        const double *row = t->rows + index[i] * LABELS_WIDTH;
        size_t a = (size_t)row[0], b = (size_t)row[1];
        right[a] += a == b;
        truth[a]++;
        predicted[b]++;
    }
    return (ClassCounts){t->n_classes, right, truth, predicted};
}

/* As scikit-learn: of the positive class unless the entry says otherwise. Texts have none. */
static F1Average average_of(const Table *t)
{
    static const char *const names[] = {"binary", "macro", "micro", "weighted"};
    Str name = json_text(json_get(t->entry, "average"));
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_eqc(name, names[i]))
            return (F1Average)i;
    return t->text_labels ? F1_MACRO : F1_BINARY;
}

static double f1(const void *data, const uint32_t *index, size_t n)
{
    const Table *t = data;
    F1Average average = average_of(t);
    ClassCounts c = count_classes(t, index, n);
    /* scikit-learn refuses: more than two classes, or two of which neither is the positive one */
    if (average == F1_BINARY &&
        (t->n_classes > 2 || (t->n_classes == 2 && t->positive == t->n_classes)))
        return NAN;
    return f1_score(&c, average, t->positive);
}

static double weighted_f1(const void *data, const uint32_t *index, size_t n)
{
    ClassCounts c = count_classes(data, index, n);
    return f1_score(&c, F1_WEIGHTED, 0);
}

static double micro_f1(const void *data, const uint32_t *index, size_t n)
{
    ClassCounts c = count_classes(data, index, n);
    return f1_score(&c, F1_MICRO, 0);
}

static double macro_f1(const void *data, const uint32_t *index, size_t n)
{
    ClassCounts c = count_classes(data, index, n);
    return f1_score(&c, F1_MACRO, 0);
}

/* The mean over the classes 0, 1 and 2, whether or not each is there. */
static double three_f1(const void *data, const uint32_t *index, size_t n)
{
    ClassCounts c = count_classes(data, index, n);
    double classes = 0;
    for (size_t k = 0; k < c.n; k++)
        classes += c.truth[k] + c.predicted[k] > 0;
    return f1_score(&c, F1_MACRO, 0) * classes / 3;
}

static double matthews(const void *data, const uint32_t *index, size_t n)
{
    ClassCounts c = count_classes(data, index, n);
    return matthews_correlation(&c);
}

/* ---- confidence ---- */

static const size_t CONFIDENCE_WIDTH = 2; /* confidence, right */

static ConfidencePoint *gather(const Table *t, const uint32_t *index, size_t n)
{
    ConfidencePoint *points = aggregate_room(t->room, n * sizeof *points);
    for (size_t i = 0; i < n; i++) {
        const double *row = t->rows + index[i] * CONFIDENCE_WIDTH;
        points[i] = (ConfidencePoint){row[0], row[1]};
    }
    return points;
}

static double ece(const void *data, const uint32_t *index, size_t n)
{
    const Table *t = data;
    size_t bins = (size_t)json_int(json_get(t->entry, "bins"), 10);
    ConfidencePoint *points = gather(t, index, n);
    return str_eqc(json_text(json_get(t->entry, "binning")), "equal_width")
               ? ece_equal_width(points, n, bins)
               : ece_equal_mass(points, n, bins);
}

static double selective_acc(const void *data, const uint32_t *index, size_t n)
{
    const Table *t = data;
    double coverage = json_number(json_get(t->entry, "coverage"), 0.1);
    return selective_accuracy(gather(t, index, n), n, coverage);
}

static double area(const void *data, const uint32_t *index, size_t n)
{
    return selective_area(gather(data, index, n), n);
}

const AggregateRow aggregate_f1 = {"f1", f1, LMH_DRAWS, 2, fill_labels, NULL};
const AggregateRow aggregate_weighted_f1 = {"weighted_f1_score", weighted_f1, 0, 2,
                                            fill_labels,         NULL};
const AggregateRow aggregate_micro_f1 = {"micro_f1_score", micro_f1, 0, 2, fill_labels, NULL};
const AggregateRow aggregate_macro_f1 = {"macro_f1_score", macro_f1, 0, 2, fill_labels, NULL};
const AggregateRow aggregate_three_f1 = {"three_class_f1", three_f1, 0, 2, fill_labels, NULL};
const AggregateRow aggregate_mcc = {"mcc", matthews, LMH_DRAWS, 2, fill_labels, NULL};
const AggregateRow aggregate_matthews = {"matthews_corrcoef", matthews, LMH_DRAWS, 2,
                                         fill_labels,         NULL};
const AggregateRow aggregate_ece = {"ece", ece, 0, 2, aggregate_fill_numbers, NULL};
const AggregateRow aggregate_selective_acc = {"selective_acc",        selective_acc, 0, 2,
                                              aggregate_fill_numbers, NULL};
const AggregateRow aggregate_selective_area = {"selective_area",       area, 0, 2,
                                               aggregate_fill_numbers, NULL};
