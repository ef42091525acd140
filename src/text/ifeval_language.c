/* ifeval_language.c - the language of a text by script, frequent words and letters. */
#include "text/ifeval_language.h"

#include "base/utf8.h"
#include "text/normalise.h"

#include <utf8proc.h>

/* ---- scripts ---- */

typedef enum Script { LATIN, CYRILLIC, ARABIC, DEVANAGARI, HAN, KANA, FIRST_OWN } Script;

/* Ranges of code points; scripts of one language name it. */
static const struct {
    int32_t from, to;
    Script script;
    const char *language;
} ranges[] = {
    {'A', 'Z', LATIN, NULL},           {'a', 'z', LATIN, NULL},
    {0xC0, 0x24F, LATIN, NULL},        {0x1E00, 0x1EFF, LATIN, NULL},
    {0x400, 0x52F, CYRILLIC, NULL},    {0x600, 0x6FF, ARABIC, NULL},
    {0x750, 0x77F, ARABIC, NULL},      {0xFB50, 0xFDFF, ARABIC, NULL},
    {0x900, 0x97F, DEVANAGARI, NULL},  {0x4E00, 0x9FFF, HAN, NULL},
    {0x3400, 0x4DBF, HAN, NULL},       {0x20000, 0x323AF, HAN, NULL},
    {0x3040, 0x30FF, KANA, NULL},      {0x370, 0x3FF, FIRST_OWN, "el"},
    {0x530, 0x58F, FIRST_OWN, "hy"},   {0x590, 0x5FF, FIRST_OWN, "he"},
    {0x980, 0x9FF, FIRST_OWN, "bn"},   {0xA00, 0xA7F, FIRST_OWN, "pa"},
    {0xA80, 0xAFF, FIRST_OWN, "gu"},   {0xB80, 0xBFF, FIRST_OWN, "ta"},
    {0xC00, 0xC7F, FIRST_OWN, "te"},   {0xC80, 0xCFF, FIRST_OWN, "kn"},
    {0xD00, 0xD7F, FIRST_OWN, "ml"},   {0xD80, 0xDFF, FIRST_OWN, "si"},
    {0xE00, 0xE7F, FIRST_OWN, "th"},   {0xE80, 0xEFF, FIRST_OWN, "lo"},
    {0x1000, 0x109F, FIRST_OWN, "my"}, {0x10A0, 0x10FF, FIRST_OWN, "ka"},
    {0x1200, 0x137F, FIRST_OWN, "am"}, {0x1780, 0x17FF, FIRST_OWN, "km"},
    {0xAC00, 0xD7A3, FIRST_OWN, "ko"}, {0x1100, 0x11FF, FIRST_OWN, "ko"},
};

/* ---- languages that share a script ---- */

/* `words`: frequent ones, each with a space on both sides; `letters`: those that the others of the
 * script lack or rarely have. A letter counts a third of a word. */
static const struct {
    const char *code;
    Script script;
    const char *words, *letters;
} languages[] = {
    {"en", LATIN,
     " the of and to in is that it for you was with on as are be this have from or not but what "
     "all "
     "were we when your can an which their if will how about they he she his her would there been "
     "has more my do no so at by me us our than i ",
     ""},
    {"es", LATIN,
     " de la que el en y los se del las un por con una su para es al lo como más pero sus le ya o "
     "fue este ha sí porque esta son entre está cuando muy sin sobre ser también me hasta hay "
     "donde "
     "yo tu mi hoy nos ",
     "ñ¿¡"},
    {"pt", LATIN,
     " de que e o da em um para é com não uma os no se na por mais as dos como mas foi ao ele das "
     "tem à seu sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre "
     "você são ",
     "ãõ"},
    {"fr", LATIN,
     " de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont "
     "avec son cette aux ou nous vous je mais comme leur été elle être fait ont tout ces sa ses "
     "très c'est ",
     "œêàùç"},
    {"de", LATIN,
     " der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an "
     "werden aus er hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum "
     "war haben nur oder aber vor zur ich du wir ",
     "ßäöü"},
    {"it", LATIN,
     " di e il la che in un è per una sono non con del si da le dei come più al della nel anche lo "
     "gli alla ha ma questo i suo essere o se delle dalla era mi io sua ci cosa degli molto "
     "perché questa ",
     "òìù"},
    {"pl", LATIN,
     " w i na z się nie do to że jest o od po za jak ale co dla tym tego przez by już tylko są lub "
     "oraz czy może ma być ich jego ja ",
     "łąęśżźćń"},
    {"vi", LATIN,
     " và của là có cho không được một trong với các người này đã khi để những về tôi từ đến ra "
     "cũng như bạn sẽ đó vào nhiều ",
     "đơưạảấầậắếềểệọốồộớờợụứừựỳ"},
    {"sw", LATIN,
     " ya na wa kwa ni la za katika kuwa cha hii hiyo kama yake wake au lakini pia hivyo kila "
     "watu mtu sana huu hili bila baada kutoka ili zaidi mimi wewe yako yangu hakuna vya ",
     ""},
    {"fi", LATIN,
     " ja on ei se että oli hän mutta tai kun ovat niin myös joka kuin sen en ole minä sinä tämä "
     "mitä sitä ne vain voi jos nyt olen sekä olla hyvä hei me he te kanssa paljon ",
     "äö"},
    {"nl", LATIN,
     " de het een en van in is dat op te zijn met voor niet aan er om ook als dan maar bij nog uit "
     "door over ze zich hij wat deze naar heeft worden ik je ",
     ""},
    {"sv", LATIN,
     " och att det i en på är som för med av till den inte om ett har de var jag så från men vi "
     "kan "
     "när vid eller ska ",
     "å"},
    {"da", LATIN,
     " og at det i en er på som for med af til den ikke et har de var jeg så fra men vi kan ved "
     "eller skal blev ",
     "æøå"},
    {"tr", LATIN,
     " ve bir bu da de için ile çok olarak olan gibi daha ne en kadar sonra her ben sen değil ama "
     "ki "
     "mi var ",
     "ışğ"},
    {"id", LATIN,
     " yang dan di untuk dengan ini dari dalam tidak pada akan adalah itu ke juga oleh saya kami "
     "bisa atau karena anda dapat sebagai mereka ",
     ""},
    {"ro", LATIN,
     " și de în a la cu pe un o că nu din este care pentru mai sunt sau ca fi au prin să am ce ",
     "șțăâ"},
    {"cs", LATIN, " je v na se že s z o jako za ale pro jsou po když nebo ", "ěřů"},
    {"hu", LATIN, " a az és hogy nem is egy ez de van meg azt volt csak el mint vagy ", "őű"},
    {"tl", LATIN, " ang ng sa mga na ay at ko ka si ito hindi para kung po ni ", ""},
    {"ru", CYRILLIC,
     " и в не на я что с он как это по но они к у ты из мы за вы так же от для о его она все то "
     "бы было если при или ",
     "ыэё"},
    {"uk", CYRILLIC,
     " і в не на я що з він як це по але вони до у ти із ми за ви так від для про його вона та "
     "є або якщо ",
     "іїєґ"},
    {"bg", CYRILLIC,
     " и в не на се да за от с че по е са като но до ще към той или този това които тя при бъде "
     "във със много ",
     "ъщ"},
    {"hi", DEVANAGARI,
     " है में के की का और से को हैं पर एक यह भी नहीं कि ने हो तो था लिए कर इस जो आप मैं हम या ", ""},
    {"mr", DEVANAGARI,
     " आहे आणि आहेत या हे ते तो ती मध्ये एक नाही असे होते आपण मी च्या व केली पण म्हणून आपल्या ", "ळ"},
    {"ne", DEVANAGARI,
     " छ र हो छन् यो पनि गर्न लागि मा को त्यो एक भएको हुन्छ थियो गर्ने हामी तपाईं म हुन् वा गरेको "
     "भने हरू ",
     ""},
    {"ar", ARABIC, " في من على إلى أن هذا التي الذي هو هي عن مع كان لا ما هذه و أو كل ", "ةىأإ"},
    {"fa", ARABIC, " و در به از که این را با است برای آن یک خود تا بر هم می شود من شما ", "گچپژ"},
    {"ur", ARABIC, " ہے اور کے میں کی کا سے کو ہیں یہ نے پر کہ ایک نہیں بھی ہو تو لیے آپ ",
     "ٹڈڑںےہ"},
};

typedef struct Tally {
    size_t own[COUNT(ranges)], scripts[FIRST_OWN];
    size_t marked; /* Latin letters beyond ASCII */
} Tally;

static void count_letter(Tally *t, int32_t code)
{
    for (size_t i = 0; i < COUNT(ranges); i++) {
        if (code < ranges[i].from || code > ranges[i].to)
            continue;
        utf8proc_category_t c = utf8proc_category(code);
        if (c < UTF8PROC_CATEGORY_LU || c > UTF8PROC_CATEGORY_LO)
            return;
        if (ranges[i].language)
            t->own[i]++;
        else
            t->scripts[ranges[i].script]++;
        t->marked += ranges[i].script == LATIN && code > 0x7F;
        return;
    }
}

static Tally tally(Str text)
{
    Tally t = {0};
    for (size_t at = 0; at < text.len;)
        count_letter(&t, utf8_next(text, &at));
    return t;
}

bool ifeval_has_letters(Str text)
{
    for (size_t at = 0; at < text.len;) {
        utf8proc_category_t c = utf8proc_category(utf8_next(text, &at));
        if (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO)
            return true;
    }
    return false;
}

static bool is_word_part(int32_t code)
{
    utf8proc_category_t c = utf8proc_category(code);
    return (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_ME) || code == '\'' ||
           code == 0x200C;
}

/* Three for each frequent word, one for each telling letter. */
static void add_word(Str word, size_t *points)
{
    enum { LONGEST = 40 };
    char spaced[LONGEST + 3];
    if (!word.len || word.len > LONGEST)
        return;
    int n = snprintf(spaced, sizeof spaced, " %.*s ", (int)word.len, word.ptr);
    for (size_t i = 0; i < COUNT(languages); i++)
        points[i] += strstr(languages[i].words, spaced) && n > 0 ? 3 : 0;
}

static void add_letter(Str letter, size_t *points)
{
    for (size_t i = 0; letter.len > 1 && i < COUNT(languages); i++)
        points[i] += str_find(str_from(languages[i].letters), letter) >= 0;
}

static const char *by_words(Str text, Script script, bool marked)
{
    SCOPED_ARENA(a);
    size_t points[COUNT(languages)] = {0};
    Str lower = text_lower(&a, text);
    size_t start = 0, at = 0;
    while (at < lower.len) {
        size_t from = at;
        if (is_word_part(utf8_next(lower, &at))) {
            add_letter(str_slice(lower, from, at), points);
            continue;
        }
        add_word(str_slice(lower, start, from), points);
        start = at;
    }
    add_word(str_after(lower, start), points);
    size_t best = COUNT(languages);
    for (size_t i = 0; i < COUNT(languages); i++)
        if (languages[i].script == script && points[i] &&
            (best == COUNT(languages) || points[i] > points[best]))
            best = i;
    if (best < COUNT(languages))
        return languages[best].code;
    static const char *const otherwise[] = {
        [LATIN] = "en", [CYRILLIC] = "ru", [ARABIC] = "ar", [DEVANAGARI] = "hi"};
    return script == LATIN && marked ? NULL : otherwise[script];
}

const char *ifeval_language_of(Str text)
{
    text = utf8_cut(text, IFEVAL_LANGUAGE_READ);
    Tally t = tally(text);
    size_t most = 0;
    const char *own = NULL;
    Script script = FIRST_OWN;
    for (size_t i = 0; i < COUNT(ranges); i++)
        if (t.own[i] > most) {
            most = t.own[i];
            own = ranges[i].language;
        }
    /* Han characters and kana are one script here: a tenth of kana make it Japanese. */
    size_t han = t.scripts[HAN] + t.scripts[KANA];
    if (2 * han > most) { /* a Han character stands for a word rather than for a letter */
        most = 2 * han;
        own = 10 * t.scripts[KANA] > han ? "ja" : "zh";
    }
    for (Script s = LATIN; s <= DEVANAGARI; s++)
        if (t.scripts[s] > most) {
            most = t.scripts[s];
            script = s;
        }
    return script < FIRST_OWN ? by_words(text, script, t.marked > 0) : own;
}
