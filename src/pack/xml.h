/* xml.h - XML as office files have it, read token by token.
 *
 * Elements, attributes, text, CDATA, character references; comments and processing
 * instructions are skipped. A document type (and with it any entity) is refused. Prefixes of
 * names are dropped: "x:row" is "row". UTF-8 only. */
#ifndef PACK_XML_H
#define PACK_XML_H

#include "base/str.h"

typedef enum XmlKind { XML_END, XML_OPEN, XML_CLOSE, XML_TEXT } XmlKind;

typedef struct XmlReader {
    Str in;
    size_t at;
    int depth;
    bool empty; /* the element just opened closes at once: <a/> */
    Str name;   /* of the element opened or closed */
    Str attributes, text;
} XmlReader;

XmlReader xml_reader(Str document);

/* Moves to the next token; XML_END at the end of the document. Text is decoded into `arena`
 * (or points into the document). An empty element gives XML_OPEN and then XML_CLOSE. */
Status xml_next(XmlReader *reader, Arena *arena, XmlKind *out, Err *err) MUST_CHECK;

/* The value of an attribute of the element just opened, prefix dropped; ptr NULL when absent. */
Str xml_attribute(const XmlReader *reader, Arena *arena, const char *name);

#endif
