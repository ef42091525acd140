/* ast.h - the tree of a parsed template, between the parser and the evaluator. */
#ifndef TEMPLATE_AST_H
#define TEMPLATE_AST_H

#include "template/template.h"
#include "template/value.h"

typedef enum NodeKind {
    NODE_TEXT,   /* value: text between tags */
    NODE_OUTPUT, /* kids[0] */
    NODE_IF,     /* kids[0] condition; body; other */
    NODE_FOR,    /* kids[0] iterated, kids[1] filter or NULL; names; body; other */
    NODE_SET,    /* kids[0] value; names */
    NODE_CONST,
    NODE_NAME,    /* name */
    NODE_LIST,    /* kids */
    NODE_TUPLE,   /* kids */
    NODE_DICT,    /* kids: key, value, key, value... */
    NODE_ATTR,    /* kids[0] . name */
    NODE_ITEM,    /* kids[0] [ kids[1] ] */
    NODE_SLICE,   /* kids[0] [ kids[1] : kids[2] : kids[3] ], absent ones NULL */
    NODE_CALL,    /* global `name` (kids) */
    NODE_METHOD,  /* kids[0] . name (kids[1..]) */
    NODE_FILTER,  /* kids[0] | name (kids[1..]) */
    NODE_TEST,    /* kids[0] is name (kids[1..]) */
    NODE_NOT,
    NODE_NEGATE,
    NODE_PLUS,
    NODE_AND,
    NODE_OR,
    NODE_COMPARE, /* kids[0] ops[0] kids[1] ops[1] kids[2]... */
    NODE_BINARY,  /* kids[0] ops[0] kids[1] */
    NODE_COND,    /* kids[0] if kids[1] else kids[2] (NULL: none) */
    NODE_KINDS,
} NodeKind;

typedef enum Op {
    OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_FLOORDIV, OP_MOD, OP_CONCAT,
    OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_IN, OP_NOT_IN,
} Op;

typedef struct Node Node;
typedef VEC(Node *) NodeVec;
typedef VEC(Op) OpVec;
typedef struct Builtin Builtin;

struct Node {
    NodeKind kind;
    uint32_t offset; /* in the source, for messages */
    bool uses_loop;  /* NODE_FOR: the body reads `loop` */
    Str name;
    Value value;
    const Builtin *builtin;
    Node *const *kids;
    size_t n_kids;
    size_t height; /* nodes on the longest way down through `kids`, itself included */
    Str *kid_names; /* keyword of each kid ("" for positional); NULL when none has one */
    OpVec ops;
    StrVec names;
    NodeVec body, other;
};

struct Template {
    const char *name;
    Str source;
    bool plain;
    NodeVec body;
};

/* A rendering. */
typedef struct Local {
    Str name;
    Value value;
} Local;

typedef struct Run {
    const Template *t;
    const Json *vars;
    Arena *arena;
    StrBuf *out;
    VEC(Local) locals;
    size_t frame; /* first local of the innermost scope */
    long steps;
    int depth;
    Err *err;
} Run;

/* Arguments of a filter, test, method or global: [0] is the subject, except of a global. */
typedef struct Args {
    const Value *items;
    size_t len;
    const Node *node; /* for messages and keywords */
} Args;

/* One row of a table of things that templates can call. */
struct Builtin {
    const char *name;
    int least, most; /* arguments after the subject */
    const char *keywords; /* names of the arguments in order, blank between */
    Status (*call)(Run *r, const Args *args, Value *out);
};

const Builtin *builtin_filter(Str name);
const Builtin *builtin_test(Str name);
const Builtin *builtin_global(Str name);
const Builtin *builtin_method(const Value *subject, Str name);

/* Parsing: the statements of a template, and one expression. */
typedef enum TokenKind { TOKEN_NAME, TOKEN_INT, TOKEN_FLOAT, TOKEN_STRING, TOKEN_OP, TOKEN_END } TokenKind;

typedef struct Parser {
    Arena *arena;
    Template *t;
    Str source;
    size_t at; /* behind the current token */
    TokenKind kind;
    Str token;     /* TOKEN_END: the closing tag, such as "-%}" */
    size_t start;  /* where the current token stands */
    int brackets;  /* open brackets in this tag */
    int depth;
    size_t height; /* the greatest of any node so far */
    int n_elif;    /* so far */
    Err *err;
} Parser;

Status parser_next(Parser *p) MUST_CHECK; /* reads the next token of a tag */
bool parser_is(const Parser *p, const char *text);
Status parser_accept(Parser *p, const char *text, bool *yes) MUST_CHECK;
Status parser_expect(Parser *p, const char *text) MUST_CHECK;
Status parser_fail(const Parser *p, size_t offset, const char *fmt, ...) PRINTF_LIKE(3, 4);
Node *parser_node(Parser *p, NodeKind kind, size_t offset);
void parser_set_kids(Parser *p, Node *n, const NodeVec *kids);
Status parse_expression(Parser *p, Node **out) MUST_CHECK;
Status parse_or(Parser *p, Node **out) MUST_CHECK;    /* without `a if b` */
Status parse_tuple(Parser *p, Node **out) MUST_CHECK; /* a, b makes a tuple */

/* "NAME: line L column C: what" */
Status template_fail(const Template *t, size_t offset, Err *err, Status code, const char *fmt, ...)
    PRINTF_LIKE(5, 6);
Status template_vfail(const Template *t, size_t offset, Err *err, Status code, const char *fmt,
                      va_list args);
Status run_fail(const Run *r, const Node *n, Status code, const char *fmt, ...) PRINTF_LIKE(4, 5);

#ifdef ASSAY_ANALYSIS
/* They fail always, as err_set does (base/base.h). */
#define template_fail(...) ((void)(template_fail)(__VA_ARGS__), E_PARSE)
#define parser_fail(...) ((void)(parser_fail)(__VA_ARGS__), E_PARSE)
#define run_fail(...) ((void)(run_fail)(__VA_ARGS__), E_PARSE)
#endif

/* Evaluating. run_eval refuses an undefined result, run_eval_raw lets it pass. */
Status run_eval(Run *r, const Node *n, Value *out) MUST_CHECK;
Status run_eval_raw(Run *r, const Node *n, Value *out) MUST_CHECK;
Status run_step(Run *r, const Node *n, size_t cost) MUST_CHECK; /* charges the rendering */
Status run_binary(Run *r, const Node *n, Op op, const Value *a, const Value *b, Value *out) MUST_CHECK;
Status run_compare(Run *r, const Node *n, Op op, const Value *a, const Value *b, bool *out) MUST_CHECK;
Status run_item(Run *r, const Node *n, const Value *of, const Value *key, Value *out) MUST_CHECK;
Status run_slice(Run *r, const Node *n, const Value *of, const Value at[3], Value *out) MUST_CHECK;
/* The elements of what Python can iterate over: list, tuple, str, dict (its keys). */
Status run_elements(Run *r, const Node *n, const Value *of, ValueVec *out) MUST_CHECK;

#endif
