/* extract_claim.c - what the words around an option letter say of it. */
#include "text/extract_choice.h"

enum { WINDOW = 90, BACK_STEPS = 14, CONDITION = 160 };

enum {
    CUE = 1, /* names the answer */
    FOLLOWS, /* draws a conclusion */
    COPULA,  /* "is" */
    NOT,     /* turns what follows round */
    OUT,     /* takes options away */
    NAME,    /* "option" */
    FILLER,  /* means nothing here */
    DASH,    /* "Answer - B" */
    RIGHT,   /* after a letter: it is right */
    WRONG,   /* it is wrong */
    WINS,    /* it is the answer */
    LEAVES,  /* it is wrong, or the letter behind the word is: "选D不选A" */
    DOUBT,   /* it may be */
};

static const Word before[] = {
    /* English */
    {"answer", CUE},
    {"answers", CUE},
    {"ans", CUE},
    {"correct option", CUE},
    {"correct options", CUE},
    {"correct choice", CUE},
    {"right choice", CUE},
    {"best choice", CUE},
    {"right option", CUE},
    {"best option", CUE},
    {"correct response", CUE},
    {"choose", CUE},
    {"select", CUE},
    {"pick", CUE},
    {"go with", CUE},
    {"going with", CUE},
    {"guess", CUE},
    {"leaning towards", CUE},
    {"lean towards", CUE},
    {"solution", CUE},
    {"choice", CUE},
    {"so", FOLLOWS},
    {"therefore", FOLLOWS},
    {"thus", FOLLOWS},
    {"hence", FOLLOWS},
    {"it's", FOLLOWS},
    {"it is", FOLLOWS},
    {"it must be", FOLLOWS},
    {"yes", FOLLOWS},
    {"leaves", FOLLOWS},
    {"corresponds to", FOLLOWS},
    {"matches", FOLLOWS},
    {"say", FOLLOWS},
    {"likely", FOLLOWS},
    {"believe", FOLLOWS},
    {"is", COPULA},
    {"are", COPULA},
    {"be", COPULA},
    {"was", COPULA},
    {"=", COPULA},
    {"-", DASH},
    {"–", DASH},
    {"—", DASH},
    {"but", FOLLOWS},
    {"namely", FOLLOWS},
    {"i.e.", FOLLOWS},
    {"not", NOT},
    {"isn't", NOT},
    {"can't be", NOT},
    {"cannot be", NOT},
    {"neither", NOT},
    {"instead of", NOT},
    {"rather than", NOT},
    {"than", NOT},
    {"eliminate", OUT},
    {"rule out", OUT},
    {"ruled out", OUT},
    {"exclude", OUT},
    {"option", NAME},
    {"options", NAME},
    {"choices", NAME},
    {"statement", NAME},
    {"statements", NAME},
    {"letter", NAME},
    {"the", FILLER},
    {"to", FILLER},
    {"would", FILLER},
    {"should", FILLER},
    {"must", FILLER},
    {"will", FILLER},
    {"indeed", FILLER},
    {"probably", FILLER},
    {"most", FILLER},
    {"most likely", FOLLOWS},
    {"clearly", FILLER},
    {"however", FILLER},
    {"both", FILLER},
    {"simply", FILLER},
    {"therefore,", FOLLOWS},
    {"actually", FILLER},
    {"me", FILLER},
    /* Chinese */
    {"答案", CUE},
    {"答", CUE},
    {"选", CUE},
    {"选择", CUE},
    {"正确选项", CUE},
    {"最佳选项", CUE},
    {"正确的选项", CUE},
    {"符合题意的", CUE},
    {"正确的", CUE},
    {"应为", CUE},
    {"而是", CUE},
    {"锁定", CUE},
    {"正确项", CUE},
    {"倾向于", CUE},
    {"正确的有", CUE},
    {"应该是", FOLLOWS},
    {"应是", FOLLOWS},
    {"所以", FOLLOWS},
    {"因此", FOLLOWS},
    {"故", FOLLOWS},
    {"认为是", FOLLOWS},
    {"认为", FOLLOWS},
    {"大概率是", FOLLOWS},
    {"还是", FOLLOWS},
    {"对应", FOLLOWS},
    {"只有", FOLLOWS},
    {"结论", CUE},
    {"即", FOLLOWS},
    {"可知", FOLLOWS},
    {"可得", FOLLOWS},
    {"可见", FOLLOWS},
    {"因而", FOLLOWS},
    {"从而", FOLLOWS},
    {"是", COPULA},
    {"为", COPULA},
    {"不", NOT},
    {"不是", NOT},
    {"并非", NOT},
    {"而不是", NOT},
    {"不能", NOT},
    {"不应", NOT},
    {"不要", NOT},
    {"非", NOT},
    {"没有", NOT},
    {"排除", OUT},
    {"除", OUT},
    {"排除了", OUT},
    {"选项", NAME},
    {"应该", FILLER},
    {"应当", FILLER},
    {"应", FILLER},
    {"可能", FILLER},
    {"更", FILLER},
    {"最", FILLER},
    {"就", FILLER},
    {"也", FILLER},
    {"了", FILLER},
    {"会", FILLER},
    {"于", FILLER},
    {"的", FILLER},
    {"只", FILLER},
    {"能", FILLER},
    {"项", FILLER},
};

static const Word after[] = {
    /* English */
    {"correct", RIGHT},
    {"right", RIGHT},
    {"true", RIGHT},
    {"accurate", RIGHT},
    {"best", RIGHT},
    {"fits", RIGHT},
    {"holds", RIGHT},
    {"makes the most sense", RIGHT},
    {"contradicts", WRONG},
    {"yes", RIGHT},
    {"incorrect", WRONG},
    {"wrong", WRONG},
    {"false", WRONG},
    {"not", WRONG},
    {"isn't", WRONG},
    {"aren't", WRONG},
    {"irrelevant", WRONG},
    {"eliminated", WRONG},
    {"ruled out", WRONG},
    {"mistake", WRONG},
    {"bad", WRONG},
    {"no", WRONG},
    {"is the answer", WINS},
    {"is the correct", WINS},
    {"is the right", WINS},
    {"is my answer", WINS},
    {"are the answers", WINS},
    {"is the best answer", WINS},
    {"seems", DOUBT},
    {"would be", DOUBT},
    {"may be", DOUBT},
    {"could be", DOUBT},
    {"might be", DOUBT},
    {"possible", DOUBT},
    {"plausible", DOUBT},
    {"looks", DOUBT},
    {"also", DOUBT},
    /* Chinese */
    {"正确", RIGHT},
    {"是对的", RIGHT},
    {"对的", RIGHT},
    {"对。", RIGHT},
    {"均对", RIGHT},
    {"都对", RIGHT},
    {"√", RIGHT},
    {"✓", RIGHT},
    {"✅", RIGHT},
    {"没有问题", RIGHT},
    {"没问题", RIGHT},
    {"成立", RIGHT},
    {"符合", RIGHT},
    {"不成立", WRONG},
    {"不正确", WRONG},
    {"错误", WRONG},
    {"错", WRONG},
    {"不对", WRONG},
    {"有误", WRONG},
    {"有问题", WRONG},
    {"不符合", WRONG},
    {"不符", WRONG},
    {"排除", LEAVES},
    {"×", WRONG},
    {"❌", WRONG},
    {"✗", WRONG},
    {"不选", LEAVES},
    {"不当选", WRONG},
    {"干扰", WRONG},
    {"外都", WRONG},
    {"无关", WRONG},
    {"当选", WINS},
    {"符合题意", WINS},
    {"正确答案", WINS},
    {"最佳答案", WINS},
    {"最佳选项", WINS},
    {"为答案", WINS},
    {"似乎", DOUBT},
    {"看起来", DOUBT},
    {"也有", DOUBT},
    {"也可以", DOUBT},
    {"都有", DOUBT},
};

/* A bracket or mark in front of the letter says that it is the answer. */
static const char *mark_before(Str t, size_t at)
{
    while (at && strchr(" \n([\"'", t.ptr[at - 1]) && t.ptr[at - 1])
        at--;
    char c = (char)(at ? t.ptr[at - 1] : 0);
    return c == BOX_OPEN ? "boxed" : c == TAG_OPEN ? "tag" : c == HASH_CUE ? "hash" : NULL;
}

/* What one word before the letter adds; true when the words before it may say more. */
static bool take_word(Claim *c, int role, bool *linked)
{
    switch (role) {
    case CUE:
        c->stated = true;
        return true;
    case FOLLOWS:
        c->follows = true;
        return true;
    case COPULA:
        *linked = true;
        return true;
    case NOT:
        c->negative = true;
        return true;
    case OUT:
        c->wrong = true;
        return false;
    case NAME:
        c->named = true;
        return true;
    default:
        return role == FILLER || role == DASH;
    }
}

/* A heading or a colon has its letter in the next line. */
static size_t to_line_before(Str t, size_t at)
{
    size_t start = at;
    while (at && (t.ptr[at - 1] == '\n' || t.ptr[at - 1] == ' '))
        at--;
    return at < start && memchr(t.ptr + at, '\n', start - at) ? at : start;
}

/* Whether a word may belong to the letter when a comma or a line break lies between them. */
static bool may_follow(const Claim *c, int role, bool commas, bool crossed)
{
    if (role == CUE)
        return !c->stated;
    if (role == FOLLOWS)
        return true;
    if (role == NOT)
        return !commas || c->stated || c->follows;
    return !commas && (!crossed || role == NAME || role == COPULA);
}

static void words_before(Scan *s, const Mention *m, Claim *c)
{
    size_t at = m->from, low = m->from > WINDOW ? m->from - WINDOW : 0;
    bool linked = false, commas = false, crossed = false;
    for (int i = 0; i < BACK_STEPS && at > low; i++) {
        at = scan_skip_back(s->text, at);
        size_t above = crossed ? at : to_line_before(s->text, at);
        crossed = crossed || above < at;
        at = scan_skip_back(s->text, above);
        if (!commas && at && s->text.ptr[at - 1] == ',') {
            commas = true;
            at--;
            continue;
        }
        const Word *w = scan_word_before(s, (Words){before, COUNT(before)}, at);
        if (!w || !may_follow(c, w->role, commas, crossed) || !take_word(c, w->role, &linked))
            break;
        at -= strlen(w->text);
    }
    c->follows = c->follows || (linked && !c->stated);
}

/* "If they ask for the cause, choose A": said of another question. */
static bool is_conditional(Scan *s, size_t at)
{
    static const Word ifs[] = {{"if", 1}, {"如果", 1},  {"若", 1},
                               {"问", 2}, {"asked", 2}, {"asks", 2}};
    size_t low = at > CONDITION ? at - CONDITION : 0;
    bool asks = false;
    while (at > low) {
        at--;
        char c = s->text.ptr[at];
        if (c == '\n' || c == ';' || str_starts(str_after(s->text, at), STR("。")) ||
            (c == '.' && at + 1 < s->text.len && s->text.ptr[at + 1] == ' '))
            return false;
        const Word *w = scan_word_at(s, (Words){ifs, COUNT(ifs)}, at);
        asks = asks || (w && w->role == 2);
        if (w && w->role == 1)
            return asks;
    }
    return false;
}

/* The first verdict counts, but for one that names the answer. */
static void words_after(Scan *s, const Mention *m, size_t next, Claim *c)
{
    size_t end = scan_sentence_end(s, m->to, WINDOW);
    int verdict = 0;
    bool comma = false;
    if (end < s->text.len && str_starts(str_after(s->text, end), STR("。")))
        end += 3;
    end = end < next ? end : next;
    for (size_t at = m->to; at < end; at++) {
        comma = comma || s->text.ptr[at] == ',';
        const Word *w = scan_word_at(s, (Words){after, COUNT(after)}, at);
        if (!w || at + strlen(w->text) > end)
            continue;
        int role = w->role == LEAVES ? WRONG : w->role;
        if (w->role == LEAVES && scan_skip(s->text, at + strlen(w->text)) >= next)
            break;
        if (w->role == WINS)
            c->wins = true;
        if (!verdict && !(comma && role == RIGHT && (unsigned char)s->text.ptr[at] < 0x80)) {
            verdict = role; /* "(B), it says the speaker is right" praises no option */
            c->negative = c->negative || (role == WRONG && !comma && c->stated);
        }
        at += strlen(w->text) - 1;
    }
    c->right = verdict == RIGHT;
    c->wrong = c->wrong || verdict == WRONG;
    c->doubtful = verdict == DOUBT;
}

void claim_of(Scan *s, const Mention *m, size_t next, Claim *out)
{
    Claim c = {.rule = mark_before(s->text, m->from)};
    if (c.rule) {
        c.stated = true;
        *out = c;
        return;
    }
    words_before(s, m, &c);
    words_after(s, m, next, &c);
    if ((c.stated || c.follows || c.right) && is_conditional(s, m->from)) {
        c.stated = c.follows = c.right = c.wins = false;
        c.doubtful = true;
    }
    if (c.stated)
        c.rule = "cue";
    else if (c.wins)
        c.rule = "predicate";
    *out = c;
}
