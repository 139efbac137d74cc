/* hl7v2.h - HL7 v2 (2.1 to 2.9) in its usual "pipe and hat" encoding, ER7.
 *
 * Reads by position and is liberal on version, message type and segment order: none is judged here.
 * Delimiters come from MSH-1 and MSH-2; segments end with CR, LF or CRLF; a byte order mark, MLLP
 * framing bytes and blanks before MSH, and blank lines anywhere, are passed over. A line that does
 * not begin with a segment id (two letters or digits after a letter) and the field separator is
 * refused with its offset: no line is ever guessed to belong to the one before it. A VT or FS
 * anywhere else is refused, alone (hl7v2.vt, hl7v2.fs: the message) or with a header behind it
 * (hl7v2.nested: the rest of the unit from that message on). Either can be read for what it
 * restricts, the latter up to there. MSH-2 names different delimiters, in this order: component,
 * repetition, escape, subcomponent, truncation. What it ends before is not in use: that character
 * is text. Delimiters after the fifth are passed over. Fewer than four with one of ^ ~ \ & out of
 * its usual place (^\&) are refused: which one is missing could only be guessed.
 *
 * Paths: "PID-5", "PID-5.1", "PID-5.1.1", "PID-3(2).1" (second repetition), "OBX(2)-5" (second
 * OBX), "PID-3[4=NHS|NHSNMBR].1" (first repetition whose component 4 is one of these, whatever its
 * letters' case), "[4!=NHS,5!=NH]" (comma: and). A path without component is the first component,
 * and without subcomponent the first subcomponent: for a simple field that is its whole value.
 * MSH-1 is the separator itself, MSH-2 raw. Bases of an each: "NK1" (segments), "PID-5"
 * (repetitions, also with a selector); relative paths in them: "-2.1" (of the segment), ".1.1" (of
 * the repetition). Empty repetitions count, so that two fields can be walked side by side; a
 * selector never accepts one.
 *
 * Values: blanks at both ends dropped, escapes undone once, as UTF-8. `""` is FOUND_CLEARED, and so
 * is every part of what is `""` as a whole; empty is FOUND_ABSENT. Bytes from 0x80 on follow MSH-18
 * (table 0211): 8859/1 is read as windows-1252 (a superset), 8859/2 to 8859/9 and 8859/15 as
 * themselves, none, ASCII and UNICODE as UTF-8 where well-formed and as windows-1252 where not. The
 * Japanese, Chinese and Korean sets, switches from one set to another and names that the table
 * lacks are refused in words, and so is UTF-16; where all is ASCII no name matters. Highlighting
 * (\H\ \N\) is dropped; escapes without meaning for plain text (\.in\, \C..\, \Z..\) stay as they
 * are.
 *
 * Threads: no state. Errors: hl7v2.short, hl7v2.header, hl7v2.segment, hl7v2.limit, hl7v2.vt,
 * hl7v2.fs, hl7v2.nested, hl7v2.control_id, hl7v2.path, hl7v2.charset, hl7v2.render (ERR_REJECT);
 * memory.limit (ERR_RETRY). */
#ifndef CONCORDAT_FORMAT_HL7V2_H
#define CONCORDAT_FORMAT_HL7V2_H

#include "contract/format.h"

#define HL7V2_MESSAGE_MAX ((size_t)16 * 1024 * 1024)
#define HL7V2_SEGMENTS_MAX 10000
#define HL7V2_CONTROL_ID_MAX 256 /* bytes of MSH-10 */
/* in one segment; also of repetitions, components and so on */
#define HL7V2_FIELDS_MAX 1000
#define HL7V2_ALL_FIELDS_MAX 1000000 /* in one message */

extern const struct format format_hl7v2;

#endif
