/* Grammar of the language; see docs/language.md. */
%code requires {
#include "syntax.h"
}
%define api.pure full
%define api.prefix {syntax_}
%define parse.error verbose
%locations
%param { void *scanner }
%parse-param { struct reading *r }
%union { struct syntax *node; }
%code provides {
#define YYSTYPE SYNTAX_STYPE
#define YYLTYPE SYNTAX_LTYPE
}
%code {
#include <string.h>

int syntax_lex(SYNTAX_STYPE *semantic, SYNTAX_LTYPE *place, void *scanner);
int syntax_lex_init_extra(struct reading *r, void **scanner);
int syntax_lex_destroy(void *scanner);
struct yy_buffer_state *syntax__scan_bytes(const char *text, int size, void *scanner);

static void syntax_error(const SYNTAX_LTYPE *at, void *scanner, struct reading *r, const char *text) {
    (void)scanner;
    /* What the parser says when its stack is full. */
    if (strcmp(text, "memory exhausted") == 0) {
        text = "nested too deeply; split it with let or functions";
    }
    report_at(r, r->current->number, (unsigned)at->first_line, (unsigned)at->first_column,
              at->last_line == at->first_line && at->last_column > at->first_column ? (unsigned)(at->last_column - at->first_column) : 1,
              arena_format(&r->arena, "%s", text));
}

static struct syntax *make(struct reading *r, enum syntax_kind kind, const SYNTAX_LTYPE *at, struct syntax *a, struct syntax *b, struct syntax *c) {
    unsigned length = at->last_line == at->first_line && at->last_column > at->first_column ? (unsigned)(at->last_column - at->first_column) : 1;
    struct syntax *s = syntax_new(r, kind, (unsigned)at->first_line, (unsigned)at->first_column, length);
    s->end_line = (unsigned)at->last_line;
    syntax_set(r, s, 0, a);
    syntax_set(r, s, 1, b);
    syntax_set(r, s, 2, c);
    return s;
}

static struct syntax *named(struct syntax *s, const struct syntax *name) {
    s->text = name->text;
    return s;
}

static struct syntax *binary(struct reading *r, const struct syntax *operation, struct syntax *a, struct syntax *b) {
    struct syntax *s = syntax_new(r, SYNTAX_BINARY, operation->line, operation->column, operation->length);
    s->operation = operation->operation;
    s->text = operation->text;
    syntax_set(r, s, 0, a);
    syntax_set(r, s, 1, b);
    return s;
}

/* A slice with written bounds: high in `number`, low in `number_width`. */
static struct syntax *slice(struct reading *r, const SYNTAX_LTYPE *at, struct syntax *of, const struct syntax *range) {
    struct syntax *s = make(r, SYNTAX_SLICE, at, of, NULL, NULL);
    s->number = range->number;
    s->number_width = range->number_width;
    return s;
}

static struct syntax *word(struct syntax *s, int token) {
    s->operation = token;
    return s;
}

#define MAKE(kind, at, a, b, c) make(r, kind, &(at), a, b, c)
#define GIVE_UP_WHEN_DEEP if (r->gave_up) { YYABORT; }
}
%token <node> NAME "name" STRING "string" NUMBER "number" RANGE "range"
%token <node> ISA "isa" INCLUDE "include" CONSTANT "constant" TYPE "type" RECORD "record" TRAP "trap" MODE "mode" COUNTER "counter"
%token <node> RESOURCE "resource" STORAGE "storage" MEMORY "memory" CLOCK "clock" IDENTITY "identity" PARAMETER "parameter" NEXT "next" AT "at"
%token <node> WHEN "when" FUNCTION "function" PROCEDURE "procedure" TEMPLATE "template" INSTRUCTION "instruction" FORM "form"
%token <node> ENCODING "encoding" MODES "modes" WITH "with" SOURCE "source" USES "uses" NOTE "note" OPERATING "operating" PROFILE "profile"
%token <node> USER "user" SUPERVISOR "supervisor" ASSUME "assume" EACH "each" SHADOWED "shadowed" REFUSES "refuses" MAPPED "mapped" RELOCATED "relocated"
%token <node> ALIAS "alias" EXTENDS "extends" SIZES "sizes" FAMILY "family" OPERAND "operand" EXTENSION "extension" FOR "for" BESIDE "beside"
%token <node> PROLOGUE "prologue" COMPUTE "compute" FROM "from" TO "to" EMULATES "emulates" EVENT "event"
%token <node> WHERE "where" FREE "free" LET "let" IN "in" OUT "out" INOUT "inout" IF "if" THEN "then" ELSE "else" MATCH "match"
%token <node> UNDEFINED "undefined" BITS "bits" BIT "bit" AS "as" OR "or" AND "and" NOT "not" TRUE_WORD "true" FALSE_WORD "false"
%token <node> EQUAL "==" UNEQUAL "!=" AT_MOST "<=" AT_LEAST ">=" SHIFT_LEFT "<<" SHIFT_RIGHT ">>" CONCATENATE "++" ARROW "=>"
%token <node> '<' '>' '=' '|' '^' '&' '+' '-' '*' '~' '.' ',' ':' ';' '@' '(' ')' '{' '}' '[' ']'
%type <node> declaration class index opt_title type items item piece pieces any_name name opt_parameters parameters parameter_one state_tail
%type <node> header_items header_item operands operand direction body_items body_item settings setting names name_item form_parts form_part
%type <node> profile_items profile_item path paths block statements statement else_part cases case patterns
%type <node> expression or_expression and_expression not_expression comparison bit_or bit_xor bit_and concatenation shift sum product unary postfix
%type <node> opt_beside opt_extends opt_when size_value size_values size_tuple size_tuple_values size_tuples rows row truth compute_from compute_to targets
%type <node> target primary arguments opt_arguments record_values record_value expression_cases expression_case trap_arguments
%expect 0
%%
file: declarations ;
declarations: %empty
    | declarations declaration { if ($2 != NULL) { *r->last_declaration = $2; r->last_declaration = &$2->next; } GIVE_UP_WHEN_DEEP }
    ;
declaration:
      ISA NAME STRING ';'                                      { $$ = named(MAKE(SYNTAX_ISA, @2, $3, NULL, NULL), $2); }
    | INCLUDE STRING ';'                                       { $$ = named(MAKE(SYNTAX_INCLUDE, @2, NULL, NULL, NULL), $2); }
    | CONSTANT NAME '=' expression ';'                         { $$ = named(MAKE(SYNTAX_CONSTANT, @2, $4, NULL, NULL), $2); }
    | TYPE NAME '=' type ';'                                   { $$ = named(MAKE(SYNTAX_TYPE, @2, $4, NULL, NULL), $2); }
    | RECORD NAME ':' type '{' items '}'                       { $$ = named(MAKE(SYNTAX_RECORD, @2, $6, $4, NULL), $2); }
    | RECORD NAME '{' items '}'                                { $$ = named(MAKE(SYNTAX_RECORD, @2, $4, NULL, NULL), $2); }
    | TRAP NAME '=' NUMBER opt_parameters opt_title ';'        { $$ = named(MAKE(SYNTAX_TRAP_KIND, @2, $4, $5, $6), $2); }
    | class NAME index ':' type state_tail opt_title ';'       { $$ = named(MAKE(SYNTAX_STATE, @2, $5, $3, $6), $2);
                                                                 $$->operation = $1->operation; $$->child[3] = $1; $$->end_line = 0;
                                                                 if ($7 != NULL) { $$->child[3]->child[0] = $7; } }
    | RESOURCE NAME ':' type state_tail opt_title ';'          { $$ = NULL;
          report(r, $2, "a resource needs a kind before its name: relocation, interrupt, control or io"); }
    | FUNCTION NAME '(' parameters ')' ':' type opt_title '=' expression ';'
                                                               { $$ = named(MAKE(SYNTAX_FUNCTION, @2, $4, $7, $10), $2); }
    | FUNCTION NAME '(' ')' ':' type opt_title '=' expression ';' { $$ = named(MAKE(SYNTAX_FUNCTION, @2, NULL, $6, $9), $2); }
    | PROCEDURE NAME opt_parameters opt_title block            { $$ = named(MAKE(SYNTAX_PROCEDURE, @2, $3, $5, NULL), $2); }
    | TEMPLATE NAME opt_title block                            { $$ = named(MAKE(SYNTAX_TEMPLATE, @2, $4, NULL, NULL), $2); }
    | INSTRUCTION NAME opt_title header_items '{' body_items '}' { $$ = named(MAKE(SYNTAX_INSTRUCTION, @2, $4, $6, $3), $2);
                                                                 $$->end_line = (unsigned)@7.last_line; }
    | EVENT NAME opt_title header_items '{' body_items '}'     { $$ = named(MAKE(SYNTAX_EVENT, @2, $4, $6, $3), $2);
                                                                 $$->end_line = (unsigned)@7.last_line; }
    | OPERATING MODE NAME opt_title WHEN expression ';'        { $$ = named(MAKE(SYNTAX_OPERATING_MODE, @3, $6, $4, NULL), $3); }
    | OPERATING MODE NAME opt_title WHEN expression WITH settings opt_beside ';'
                                                               { $$ = named(MAKE(SYNTAX_OPERATING_MODE, @3, $6, $4, $8), $3);
                                                                 if ($9 != NULL) { syntax_set(r, $$, 3, $9); } }
    | ALIAS NAME '=' postfix opt_extends ';'                   { $$ = named(MAKE(SYNTAX_ALIAS, @2, $4, $5, NULL), $2); }
    | SIZES NAME ':' NAME '=' size_values opt_when ';'         { $$ = named(MAKE(SYNTAX_SIZES, @2, named(MAKE(SYNTAX_NAME, @4, NULL, NULL, NULL), $4), $6, $7), $2); }
    | SIZES NAME ':' '(' names ')' '=' size_tuples opt_when ';' { $$ = named(MAKE(SYNTAX_SIZES, @2, $5, $8, $9), $2); }
    | OPERAND STRING ':' type ';'                              { $$ = named(MAKE(SYNTAX_OPERAND_KIND, @2, $4, NULL, NULL), $2); }
    | OPERAND STRING ':' any_name type ';'                     { $$ = named(MAKE(SYNTAX_OPERAND_KIND, @2, $5, $4, NULL), $2); }
    | FAMILY NAME opt_title header_items '{' rows '}'          { $$ = named(MAKE(SYNTAX_FAMILY, @2, $4, $6, $3), $2); }
    | PROLOGUE block                                           { $$ = MAKE(SYNTAX_PROLOGUE, @1, $2, NULL, NULL); $$->text = "prologue"; }
    | PROFILE NAME opt_title '{' profile_items '}'             { $$ = named(MAKE(SYNTAX_PROFILE, @2, $5, $3, NULL), $2); }
    | error ';'                                                { $$ = NULL; }
    | error '}'                                                { $$ = NULL; }
    ;
opt_title: %empty { $$ = NULL; } | STRING { $$ = $1; } ;
opt_beside: %empty { $$ = NULL; } | BESIDE names { $$ = $2; } ;
opt_extends: %empty { $$ = NULL; } | EXTENDS WHEN expression { $$ = $3; } ;
opt_when: %empty { $$ = NULL; } | WHEN expression { $$ = $2; } ;
size_value: NUMBER { $$ = $1; } | STRING { $$ = $1; } | name_item { $$ = $1; } ;
size_values: size_value { $$ = MAKE(SYNTAX_CASE, @1, $1, NULL, NULL); }
    | size_values ',' size_value { $$ = syntax_append($1, MAKE(SYNTAX_CASE, @3, $3, NULL, NULL)); } ;
size_tuple: '(' size_tuple_values ')' { $$ = MAKE(SYNTAX_CASE, @1, $2, NULL, NULL); } ;
size_tuple_values: size_value { $$ = $1; } | size_tuple_values ',' size_value { $$ = syntax_append($1, $3); } ;
size_tuples: size_tuple { $$ = $1; } | size_tuples ',' size_tuple { $$ = syntax_append($1, $3); } ;
rows: %empty { $$ = NULL; } | rows row { $$ = syntax_append($1, $2); } ;
row: STRING STRING form_parts opt_when ';'
      { $$ = named(MAKE(SYNTAX_FORM, @1, syntax_append(named(MAKE(SYNTAX_ENCODING, @2, NULL, NULL, NULL), $2), $3), $4, NULL), $1); }
    | NOTE STRING ';' { $$ = named(MAKE(SYNTAX_NOTE, @2, NULL, NULL, NULL), $2); }
    | error ';' { $$ = named(MAKE(SYNTAX_NOTE, @1, NULL, NULL, NULL), syntax_new(r, SYNTAX_STRING, 1, 1, 1)); } ;
class: MODE { $$ = word($1, CLASS_MODE); $$->text = NULL; } | COUNTER { $$ = word($1, CLASS_COUNTER); $$->text = NULL; }
    | RESOURCE NAME { $$ = word($2, CLASS_RESOURCE); }
    | STORAGE { $$ = word($1, CLASS_STORAGE); $$->text = NULL; } | MEMORY { $$ = word($1, CLASS_MEMORY); $$->text = NULL; }
    | CLOCK { $$ = word($1, CLASS_CLOCK); $$->text = NULL; } | IDENTITY { $$ = word($1, CLASS_IDENTITY); $$->text = NULL; }
    | PARAMETER { $$ = word($1, CLASS_PARAMETER); $$->text = NULL; } ;
index: %empty { $$ = NULL; } | '[' type ']' { $$ = $2; } | '[' NUMBER ']' { $$ = $2; } ;
state_tail: %empty { $$ = NULL; }
    | NEXT expression { $$ = MAKE(SYNTAX_PIECE, @1, $2, NULL, NULL); }
    | AT expression WHEN expression { $$ = MAKE(SYNTAX_PIECE, @1, $2, $4, NULL); }
    ;
type: BITS '(' expression ')' { $$ = MAKE(SYNTAX_TYPE_BITS, @$, $3, NULL, NULL); }
    | BIT { $$ = MAKE(SYNTAX_TYPE_BITS, @$, NULL, NULL, NULL); }
    | NAME { $$ = named(MAKE(SYNTAX_TYPE_NAME, @$, NULL, NULL, NULL), $1); }
    | '{' items '}' { $$ = MAKE(SYNTAX_TYPE_ITEMS, @1, $2, NULL, NULL); }
    ;
items: item { $$ = $1; } | items ',' item { $$ = syntax_append($1, $3); } | items ';' item { $$ = syntax_append($1, $3); } | items ';' { $$ = $1; } ;
item: any_name { $$ = named(MAKE(SYNTAX_ITEM, @$, NULL, NULL, NULL), $1); }
    | any_name '=' NUMBER { $$ = named(MAKE(SYNTAX_ITEM, @$, NULL, NULL, $3), $1); }
    | any_name ':' type { $$ = named(MAKE(SYNTAX_ITEM, @1, NULL, $3, NULL), $1); }
    | any_name '@' pieces { $$ = named(MAKE(SYNTAX_ITEM, @1, $3, NULL, NULL), $1); }
    | any_name '@' pieces ':' type { $$ = named(MAKE(SYNTAX_ITEM, @1, $3, $5, NULL), $1); }
    | pieces { $$ = $1; }
    | pieces ':' type { $$ = $1; syntax_set(r, $$, 1, $3); }
    ;
pieces: piece { $$ = $1; } ;
piece: NUMBER { $$ = MAKE(SYNTAX_PIECE, @$, $1, NULL, NULL); } | RANGE { $$ = MAKE(SYNTAX_PIECE, @$, $1, NULL, NULL); } ;
name: NAME | FROM | TO | OPERAND | EXTENSION | FAMILY | SIZES | AT | NEXT | SOURCE | FREE | EACH | ENCODING | TYPE | MODE | MEMORY | STORAGE | COUNTER | CLOCK | IDENTITY | RECORD | FORM | USER
    | SUPERVISOR | RESOURCE | EVENT ;
any_name: NAME { $$ = $1; } | FROM | TO | OPERAND | EXTENSION | TYPE | MODE | MEMORY | SOURCE | NEXT | AT | USER | FREE | IN | OUT | BIT | BITS | FORM | RECORD | COUNTER | CLOCK
    | TRAP | IDENTITY | SUPERVISOR | STORAGE | RESOURCE | EVENT ;
opt_parameters: %empty { $$ = NULL; } | '(' ')' { $$ = NULL; } | '(' parameters ')' { $$ = $2; } ;
parameters: parameter_one { $$ = $1; } | parameters ',' parameter_one { $$ = syntax_append($1, $3); } ;
parameter_one: name ':' type { $$ = named(MAKE(SYNTAX_PARAMETER, @1, $3, NULL, NULL), $1); } ;

header_items: %empty { $$ = NULL; } | header_items header_item { $$ = syntax_append($1, $2); } ;
header_item: form_part { $$ = $1; } ;
names: name_item { $$ = $1; } | names ',' name_item { $$ = syntax_append($1, $3); } ;
name_item: NAME { $$ = named(MAKE(SYNTAX_NAME, @$, NULL, NULL, NULL), $1); } ;
form_parts: %empty { $$ = NULL; } | form_parts form_part { $$ = syntax_append($1, $2); } ;
form_part: SOURCE STRING { $$ = named(MAKE(SYNTAX_SOURCE, @$, NULL, NULL, NULL), $2); }
    | USES names { $$ = MAKE(SYNTAX_USES, @$, $2, NULL, NULL); }
    | EXTENSION STRING { $$ = named(MAKE(SYNTAX_EXTENSION, @$, NULL, NULL, NULL), $2); }
    | FOR NAME { $$ = named(MAKE(SYNTAX_FOR, @2, NULL, NULL, NULL), $2); }
    | ENCODING STRING { $$ = named(MAKE(SYNTAX_ENCODING, @$, NULL, NULL, NULL), $2); }
    | MODES names { $$ = MAKE(SYNTAX_MODES, @$, $2, NULL, NULL); }
    | '(' operands ')' { $$ = MAKE(SYNTAX_OPERANDS, @$, $2, NULL, NULL); }
    | '(' ')' { $$ = MAKE(SYNTAX_OPERANDS, @$, NULL, NULL, NULL); }
    | WITH settings { $$ = MAKE(SYNTAX_WITH, @$, $2, NULL, NULL); }
    ;
operands: operand { $$ = $1; } | operands ',' operand { $$ = syntax_append($1, $3); } ;
operand: name ':' direction type { $$ = named(MAKE(SYNTAX_OPERAND, @1, $4, NULL, NULL), $1); $$->operation = $3->operation; }
    | name ':' direction any_name type { $$ = named(MAKE(SYNTAX_OPERAND, @1, $5, $4, NULL), $1); $$->operation = $3->operation; }
    ;
direction: IN { $$ = word($1, OPERAND_IN); } | OUT { $$ = word($1, OPERAND_OUT); } | INOUT { $$ = word($1, OPERAND_INOUT); } ;
settings: setting { $$ = $1; } | settings ',' setting { $$ = syntax_append($1, $3); } ;
setting: NAME '=' NUMBER { $$ = named(MAKE(SYNTAX_SETTING, @1, $3, NULL, NULL), $1); }
    | NAME '=' name_item { $$ = named(MAKE(SYNTAX_SETTING, @1, $3, NULL, NULL), $1); }
    | NAME '=' truth { $$ = named(MAKE(SYNTAX_SETTING, @1, $3, NULL, NULL), $1); } ;
truth: TRUE_WORD { $$ = MAKE(SYNTAX_NUMBER, @1, NULL, NULL, NULL); $$->number = 1; $$->number_width = 1; }
    | FALSE_WORD { $$ = MAKE(SYNTAX_NUMBER, @1, NULL, NULL, NULL); $$->number_width = 1; } ;
body_items: %empty { $$ = NULL; } | body_items body_item { $$ = syntax_append($1, $2); } ;
body_item: FORM STRING form_parts opt_when ';' { $$ = named(MAKE(SYNTAX_FORM, @2, $3, $4, NULL), $2); }
    | NOTE STRING ';' { $$ = named(MAKE(SYNTAX_NOTE, @2, NULL, NULL, NULL), $2); }
    | statement { $$ = $1; }
    ;

profile_items: %empty { $$ = NULL; } | profile_items profile_item { $$ = syntax_append($1, $2); } ;
profile_item: USER WHEN expression ';' { $$ = MAKE(SYNTAX_USER, @1, $3, NULL, NULL); }
    | SUPERVISOR WHEN expression ';' { $$ = MAKE(SYNTAX_SUPERVISOR, @1, $3, NULL, NULL); }
    | ASSUME expression opt_title ';' { $$ = MAKE(SYNTAX_ASSUME, @1, $2, $3, NULL); }
    | ASSUME EACH NAME '[' NAME ']' ':' expression opt_title ';' { $$ = named(MAKE(SYNTAX_ASSUME_EACH, @3, $8, $9, $5), $3); }
    | SHADOWED paths ';' { $$ = MAKE(SYNTAX_SHADOWED, @1, $2, NULL, NULL); }
    | RELOCATED paths ';' { $$ = MAKE(SYNTAX_RELOCATED, @1, $2, NULL, NULL); }
    | MAPPED path '=' expression ';' { $$ = MAKE(SYNTAX_MAPPED, @1, $2, $4, NULL); }
    | PARAMETER NAME ':' type ';' { $$ = named(MAKE(SYNTAX_PARAMETER, @2, $4, NULL, NULL), $2); }
    | WHERE expression ';' { $$ = MAKE(SYNTAX_WHERE, @1, $2, NULL, NULL); }
    | FREE path '=' NUMBER opt_title ';' { $$ = MAKE(SYNTAX_FREE, @1, $2, $4, $5); }
    | EMULATES names MODES names ';' { $$ = MAKE(SYNTAX_EMULATES, @1, $2, $4, NULL); }
    | REFUSES paths ';' { $$ = MAKE(SYNTAX_REFUSES, @1, $2, NULL, NULL); }
    | EXTENDS NAME ';' { $$ = named(MAKE(SYNTAX_EXTENDS, @2, NULL, NULL, NULL), $2); }
    | NOTE STRING ';' { $$ = named(MAKE(SYNTAX_NOTE, @2, NULL, NULL, NULL), $2); }
    | error ';' { $$ = MAKE(SYNTAX_NAME, @1, NULL, NULL, NULL); }
    ;
paths: path { $$ = $1; } | paths ',' path { $$ = syntax_append($1, $3); } ;
path: NAME { $$ = named(MAKE(SYNTAX_NAME, @1, NULL, NULL, NULL), $1); }
    | path '.' any_name { $$ = MAKE(SYNTAX_FIELD, @3, $1, NULL, NULL); named($$, $3); }
    ;

block: '{' statements '}' { $$ = MAKE(SYNTAX_BLOCK, @1, $2, NULL, NULL); } ;
statements: %empty { $$ = NULL; } | statements statement { $$ = syntax_append($1, $2); GIVE_UP_WHEN_DEEP } ;
statement: LET name '=' expression ';' { $$ = named(MAKE(SYNTAX_LET, @2, $4, NULL, NULL), $2); }
    | target '=' expression ';' { $$ = MAKE(SYNTAX_ASSIGN, @1, $1, $3, NULL); }
    | NAME '(' opt_arguments ')' ';' { $$ = named(MAKE(SYNTAX_CALL_STATEMENT, @1, $3, NULL, NULL), $1); }
    | IF expression block else_part { $$ = MAKE(SYNTAX_IF, @1, $2, $3, $4); }
    | MATCH expression '{' cases '}' { $$ = MAKE(SYNTAX_MATCH, @1, $2, $4, NULL); }
    | COMPUTE compute_from compute_to ';' { $$ = MAKE(SYNTAX_COMPUTE, @1, $2, $3, NULL); }
    | TRAP NAME trap_arguments ';' { $$ = named(MAKE(SYNTAX_TRAP, @1, $3, NULL, NULL), $2); }
    | error ';' { $$ = MAKE(SYNTAX_BLOCK, @1, NULL, NULL, NULL); }
    ;
target: name { $$ = named(MAKE(SYNTAX_NAME, @1, NULL, NULL, NULL), $1); }
    | target '.' any_name { $$ = named(MAKE(SYNTAX_FIELD, @3, $1, NULL, NULL), $3); GIVE_UP_WHEN_DEEP }
    | target '[' expression ']' { $$ = MAKE(SYNTAX_INDEX, @1, $1, $3, NULL); GIVE_UP_WHEN_DEEP }
    | target '[' RANGE ']' { $$ = slice(r, &@3, $1, $3); GIVE_UP_WHEN_DEEP }
    ;
compute_from: %empty { $$ = NULL; } | FROM arguments { $$ = $2; } ;
compute_to: %empty { $$ = NULL; } | TO targets { $$ = $2; } ;
targets: target { $$ = $1; } | targets ',' target { $$ = syntax_append($1, $3); } ;
trap_arguments: %empty { $$ = NULL; } | '(' opt_arguments ')' { $$ = $2; } ;
else_part: %empty { $$ = NULL; } | ELSE block { $$ = $2; }
    | ELSE IF expression block else_part { $$ = MAKE(SYNTAX_IF, @2, $3, $4, $5); GIVE_UP_WHEN_DEEP } ;
cases: case { $$ = $1; } | cases case { $$ = syntax_append($1, $2); } ;
case: patterns ARROW block { $$ = MAKE(SYNTAX_CASE, @1, $1, $3, NULL); }
    | patterns ARROW block ',' { $$ = MAKE(SYNTAX_CASE, @1, $1, $3, NULL); }
    | ELSE ARROW block { $$ = MAKE(SYNTAX_CASE, @1, NULL, $3, NULL); }
    ;
patterns: bit_or { $$ = $1; } | patterns ',' bit_or { $$ = syntax_append($1, $3); } ;

expression: or_expression { $$ = $1; GIVE_UP_WHEN_DEEP }
    | IF expression THEN expression ELSE expression { $$ = MAKE(SYNTAX_IF_EXPRESSION, @1, $2, $4, $6); GIVE_UP_WHEN_DEEP }
    | LET name '=' expression IN expression { $$ = named(MAKE(SYNTAX_LET_EXPRESSION, @2, $4, $6, NULL), $2); GIVE_UP_WHEN_DEEP }
    ;
or_expression: and_expression | or_expression OR and_expression { $$ = binary(r, $2, $1, $3); $$->operation = OR; GIVE_UP_WHEN_DEEP } ;
and_expression: not_expression | and_expression AND not_expression { $$ = binary(r, $2, $1, $3); $$->operation = AND; GIVE_UP_WHEN_DEEP } ;
not_expression: comparison | NOT not_expression { $$ = MAKE(SYNTAX_UNARY, @1, $2, NULL, NULL); $$->operation = NOT; GIVE_UP_WHEN_DEEP } ;
comparison: bit_or
    | bit_or EQUAL bit_or { $$ = binary(r, $2, $1, $3); } | bit_or UNEQUAL bit_or { $$ = binary(r, $2, $1, $3); }
    | bit_or '<' bit_or { $$ = binary(r, $2, $1, $3); } | bit_or '>' bit_or { $$ = binary(r, $2, $1, $3); }
    | bit_or AT_MOST bit_or { $$ = binary(r, $2, $1, $3); } | bit_or AT_LEAST bit_or { $$ = binary(r, $2, $1, $3); } ;
bit_or: bit_xor | bit_or '|' bit_xor { $$ = binary(r, $2, $1, $3); GIVE_UP_WHEN_DEEP } ;
bit_xor: bit_and | bit_xor '^' bit_and { $$ = binary(r, $2, $1, $3); GIVE_UP_WHEN_DEEP } ;
bit_and: concatenation | bit_and '&' concatenation { $$ = binary(r, $2, $1, $3); GIVE_UP_WHEN_DEEP } ;
concatenation: shift | concatenation CONCATENATE shift { $$ = binary(r, $2, $1, $3); GIVE_UP_WHEN_DEEP } ;
shift: sum | shift SHIFT_LEFT sum { $$ = binary(r, $2, $1, $3); GIVE_UP_WHEN_DEEP } | shift SHIFT_RIGHT sum { $$ = binary(r, $2, $1, $3); GIVE_UP_WHEN_DEEP } ;
sum: product | sum '+' product { $$ = binary(r, $2, $1, $3); GIVE_UP_WHEN_DEEP } | sum '-' product { $$ = binary(r, $2, $1, $3); GIVE_UP_WHEN_DEEP } ;
product: unary | product '*' unary { $$ = binary(r, $2, $1, $3); GIVE_UP_WHEN_DEEP } ;
unary: postfix
    | '~' unary { $$ = MAKE(SYNTAX_UNARY, @1, $2, NULL, NULL); $$->operation = '~'; GIVE_UP_WHEN_DEEP }
    | '-' unary { $$ = MAKE(SYNTAX_UNARY, @1, $2, NULL, NULL); $$->operation = '-'; GIVE_UP_WHEN_DEEP }
    ;
postfix: primary
    | postfix '.' any_name { $$ = named(MAKE(SYNTAX_FIELD, @3, $1, NULL, NULL), $3); GIVE_UP_WHEN_DEEP }
    | postfix '[' expression ']' { $$ = MAKE(SYNTAX_INDEX, @1, $1, $3, NULL); GIVE_UP_WHEN_DEEP }
    | postfix '[' RANGE ']' { $$ = slice(r, &@3, $1, $3); GIVE_UP_WHEN_DEEP }
    | postfix '[' expression ':' expression ']' { $$ = MAKE(SYNTAX_SLICE, @3, $1, $3, $5); GIVE_UP_WHEN_DEEP }
    | postfix AS type { $$ = MAKE(SYNTAX_AS, @2, $1, $3, NULL); GIVE_UP_WHEN_DEEP }
    ;
primary: name { $$ = named(MAKE(SYNTAX_NAME, @1, NULL, NULL, NULL), $1); }
    | NUMBER { $$ = $1; }
    | truth { $$ = $1; }
    | STRING { $$ = $1; }
    | UNDEFINED { $$ = MAKE(SYNTAX_UNDEFINED, @1, NULL, NULL, NULL); }
    | NAME '(' opt_arguments ')' { $$ = named(MAKE(SYNTAX_CALL, @1, $3, NULL, NULL), $1); GIVE_UP_WHEN_DEEP }
    | '(' expression ')' { $$ = $2; }
    | '{' record_values '}' { $$ = MAKE(SYNTAX_RECORD_VALUE, @1, $2, NULL, NULL); GIVE_UP_WHEN_DEEP }
    | MATCH expression '{' expression_cases '}' { $$ = MAKE(SYNTAX_MATCH_EXPRESSION, @1, $2, $4, NULL); GIVE_UP_WHEN_DEEP }
    ;
opt_arguments: %empty { $$ = NULL; } | arguments ;
arguments: expression { $$ = MAKE(SYNTAX_CASE, @1, $1, NULL, NULL); }
    | arguments ',' expression { $$ = syntax_append($1, MAKE(SYNTAX_CASE, @3, $3, NULL, NULL)); } ;
record_values: record_value | record_values ',' record_value { $$ = syntax_append($1, $3); } ;
record_value: any_name '=' expression { $$ = named(MAKE(SYNTAX_SETTING, @1, $3, NULL, NULL), $1); } ;
expression_cases: expression_case | expression_cases ',' expression_case { $$ = syntax_append($1, $3); } | expression_cases ',' { $$ = $1; } ;
expression_case: patterns ARROW expression { $$ = MAKE(SYNTAX_CASE, @1, $1, $3, NULL); }
    | ELSE ARROW expression { $$ = MAKE(SYNTAX_CASE, @1, NULL, $3, NULL); } ;
%%

void parse_file(struct reading *r) {
    void *scanner = NULL;
    if (syntax_lex_init_extra(r, &scanner) != 0) {
        longjmp(r->exhausted, 1);
    }
    (void)syntax__scan_bytes(r->current->text, (int)r->current->size, scanner);
    r->gave_up = false;
    (void)syntax_parse(scanner, r);
    (void)syntax_lex_destroy(scanner);
}
