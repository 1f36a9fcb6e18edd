/* parser.y: the grammar of the language.
 * In: the tokens of syntax_token.c. Out: parser->ast. The rules only put nodes together
 * (syntax_build.c); the wording of errors is in syntax_error.c.
 * After an error the token stream itself goes on with the next statement, so each `error` rule only
 * waits for the newline, brace or `{` behind it. */
%require "3.8"
%define api.pure full
%define api.location.type {Place}
%define api.token.prefix {T_}
%define parse.error custom
%define parse.lac full
%locations
%param {Parser *parser}
%expect 0

%code requires {
#include "syntax.h"
}

%union {
    Token token;
    List list;
    Name *name;
    Expr *expr;
    Arg *arg;
    Index *index;
    TypeExpr *type;
    Over over;
    Param *param;
    Result *result;
    Mapping *mapping;
    Line *line;
    Item *item;
    LineKind line_kind;
    ParamKind param_kind;
}

%code top {
/* Hostile nesting ends here and not in the memory; each level of brackets is two or three deep. */
#define YYMAXDEPTH 10000

#define YYLLOC_DEFAULT(all, parts, count)                                               \
    do {                                                                                \
        (all).source = YYRHSLOC(parts, (count) ? 1 : 0).source;                         \
        (all).begin = (count) ? YYRHSLOC(parts, 1).begin : YYRHSLOC(parts, 0).end;      \
        (all).end = YYRHSLOC(parts, count).end;                                         \
    } while (0)
}

%code {
static int yylex(YYSTYPE *value, Place *place, Parser *parser);
static void yyerror(Place *place, Parser *parser, const char *message);

#define BINARY(all, left, word, text, right) build_operator(parser, all, word, text, left, right)
}

%initial-action { @$ = (Place){parser->source, 0, 0}; }

/* The words of the language, from USE to NOT without a gap (see word_or_name in lexer.l). */
%token USE CELL MODEL INPUT OUTPUT TARGET WEIGHT WEIGHTS CLOCK TRAIN
%token OVER UNTIL WHEN REPEAT AS BACKWARD TOKEN DIM NUMBER FN AND OR NOT
%token NL ARROW POW EQ NE LE GE
%token <token> NAME PATH NUM STRING

%left OR
%left AND
%precedence NOT
%nonassoc EQ NE LE GE '<' '>'
%left '+' '-'
%left '*' '/' '%' '@'
%precedence NEG
%right POW

%nterm <list> items params some_params results lines names maps paths dims some_dims
%nterm <list> exprs some_exprs args some_args overs bounds indices
%nterm <line> line
%nterm <list> block
%nterm <item> item
%nterm <param> param
%nterm <param_kind> kind
%nterm <result> result
%nterm <type> type
%nterm <line_kind> io
%nterm <over> bound until
%nterm <mapping> map
%nterm <name> path
%nterm <expr> call count expr post
%nterm <arg> arg
%nterm <index> index

%%

file: items                     { parser->ast->items = $items.first; } ;
items: item                     { $$ = $item ? list_of($item) : (List){0}; }
     | items[all] end item      { $$ = !$item ? $all : $all.first ? list_add($all, $item) : list_of($item); }
     ;
end: NL                         { yyerrok; } ;
open: '{'                       { yyerrok; } ;

item: %empty                    { $$ = NULL; }
    | USE STRING                { $$ = build_item(parser, ITEM_USE, @$, build_name(parser, &$STRING)); }
    | NAME '=' expr             {
          $$ = build_item(parser, ITEM_CONSTANT, @$, build_name(parser, &$NAME));
          $$->value = $expr;
      }
    | CELL path '(' params ')' ARROW results block {
          $$ = build_item(parser, ITEM_CELL, @$, $path);
          $$->params = $params.first;
          $$->results = $results.first;
          $$->lines = $block.first;
      }
    | MODEL NAME block          {
          $$ = build_item(parser, ITEM_MODEL, @$, build_name(parser, &$NAME));
          $$->lines = $block.first;
      }
    | MODEL NAME '(' params ')' block {
          $$ = build_item(parser, ITEM_MODEL, @$, build_name(parser, &$NAME));
          $$->params = $params.first;
          $$->lines = $block.first;
      }
    | CELL error block          { $$ = NULL; }
    | MODEL error block         { $$ = NULL; }
    | error                     { $$ = NULL; }
    ;

params: %empty                  { $$ = (List){0}; } | some_params ;
some_params: param              { $$ = list_of($param); }
           | some_params[all] ',' param { $$ = list_add($all, $param); }
           ;
param: NAME                     { $$ = build_param(parser, &$NAME, PARAM_VALUE, NULL); }
     | NAME '=' expr            { $$ = build_param(parser, &$NAME, PARAM_VALUE, $expr); }
     | NAME ':' type overs      {
           $$ = build_param(parser, &$NAME, PARAM_VALUE, NULL);
           $$->type = $type;
           $$->over = $overs.first;
       }
     | NAME ':' type overs '=' expr {
           $$ = build_param(parser, &$NAME, PARAM_VALUE, $expr);
           $$->type = $type;
           $$->over = $overs.first;
       }
     | NAME ':' kind            { $$ = build_param(parser, &$NAME, $kind, NULL); }
     | NAME ':' kind '=' expr   { $$ = build_param(parser, &$NAME, $kind, $expr); }
     ;
kind: DIM                       { $$ = PARAM_DIM; }
    | NUMBER                    { $$ = PARAM_NUMBER; }
    | FN                        { $$ = PARAM_FN; }
    ;
results: result                 { $$ = list_of($result); }
       | results[all] ',' result { $$ = list_add($all, $result); }
       ;
result: NAME                    { $$ = build_result(parser, &$NAME, NULL); }
      | NAME ':' type           { $$ = build_result(parser, &$NAME, $type); }
      ;

type: '[' dims ']'              { $$ = build_type(parser, @$, false, $dims.first); }
    | TOKEN '[' expr ']'        { $$ = build_type(parser, @$, true, build_dim(parser, $expr)); }
    ;
dims: %empty                    { $$ = (List){0}; } | some_dims ;
some_dims: expr                 { $$ = list_of(build_dim(parser, $expr)); }
         | some_dims[all] ',' expr { $$ = list_add($all, build_dim(parser, $expr)); }
         ;
overs: %empty                   { $$ = (List){0}; }
     | overs[all] OVER NAME     {
           Name *clock = build_name(parser, &$NAME);
           $$ = $all.first ? list_add($all, clock) : list_of(clock);
       }
     ;

block: open lines '}'           { $$ = $lines; } ;
lines: line                     { $$ = $line ? list_of($line) : (List){0}; }
     | lines[all] end line      { $$ = !$line ? $all : $all.first ? list_add($all, $line) : list_of($line); }
     ;
line: %empty                    { $$ = NULL; }
    | io names ':' type bounds  {
          $$ = build_line(parser, $io, @$);
          $$->names = $names.first;
          $$->type = $type;
          $$->over = $bounds.first;
      }
    | WEIGHT names ':' type     {
          $$ = build_line(parser, LINE_WEIGHT, @$);
          $$->names = $names.first;
          $$->type = $type;
      }
    | WEIGHT names ':' type '=' expr {
          $$ = build_line(parser, LINE_WEIGHT, @$);
          $$->names = $names.first;
          $$->type = $type;
          $$->value = $expr;
      }
    | CLOCK NAME bound          {
          $$ = build_line(parser, LINE_CLOCK, @$);
          $$->over = build_over(parser, &$NAME, &$bound);
      }
    | CLOCK NAME '=' expr[value] WHEN expr[condition] {
          $$ = build_line(parser, LINE_CLOCK_WHEN, @$);
          $$->names = build_name(parser, &$NAME);
          $$->value = $value;
          $$->when = $condition;
      }
    | CELL NAME '=' call        {
          $$ = build_line(parser, LINE_CELL, @$);
          $$->names = build_name(parser, &$NAME);
          $$->value = $call;
      }
    | CELL path '(' params ')' ARROW results block {
          syntax_spoil(parser, place_join(@CELL, $path->place), "a cell cannot be defined inside of a block");
          diag_hint(parser->diag, "move it out; `cell c = %s(...)` then fixes its arguments here", $path->text);
          $$ = NULL;
      }
    | names '=' expr            {
          $$ = build_line(parser, LINE_EQUATION, @$);
          $$->names = $names.first;
          $$->value = $expr;
      }
    | NAME '[' '-' NUM ']' '=' expr {
          $$ = build_line(parser, LINE_START, @$);
          $$->names = build_name(parser, &$NAME);
          $$->delay = build_delay(parser, &$NUM);
          $$->value = $expr;
      }
    | call                      {
          $$ = build_line(parser, LINE_CALL, @$);
          $$->value = $call;
      }
    | WEIGHTS STRING            {
          $$ = build_line(parser, LINE_WEIGHTS, @$);
          $$->file = build_name(parser, &$STRING);
      }
    | WEIGHTS STRING open maps '}' {
          $$ = build_line(parser, LINE_WEIGHTS, @$);
          $$->file = build_name(parser, &$STRING);
          $$->maps = $maps.first;
      }
    | TRAIN block               {
          $$ = build_line(parser, LINE_TRAIN, @$);
          $$->lines = $block.first;
      }
    | error                     { $$ = NULL; }
    ;
io: INPUT                       { $$ = LINE_INPUT; }
  | OUTPUT                      { $$ = LINE_OUTPUT; }
  | TARGET                      { $$ = LINE_TARGET; }
  ;
names: NAME                     { $$ = list_of(build_name(parser, &$NAME)); }
     | names[all] ',' NAME      { $$ = list_add($all, build_name(parser, &$NAME)); }
     ;
bounds: %empty                  { $$ = (List){0}; }
      | bounds[all] OVER NAME bound {
            Over *over = build_over(parser, &$NAME, &$bound);
            $$ = $all.first ? list_add($all, over) : list_of(over);
        }
      ;
bound: until
     | LE expr until            { $$ = $until; $$.bound = BOUND_AT_MOST; $$.limit = $expr; }
     | '=' expr until           { $$ = $until; $$.bound = BOUND_EXACT; $$.limit = $expr; }
     ;
until: %empty                   { $$ = (Over){0}; }
     | UNTIL expr               { $$ = (Over){.until = $expr}; }
     ;

maps: map                       { $$ = $map ? list_of($map) : (List){0}; }
    | maps[all] end map         { $$ = !$map ? $all : $all.first ? list_add($all, $map) : list_of($map); }
    ;
map: %empty                     { $$ = NULL; }
   | paths '=' expr             { $$ = build_mapping(parser, @$, $paths.first, $expr); }
   | error                      { $$ = NULL; }
   ;
paths: path                     { $$ = list_of($path); }
     | paths[all] ',' path      { $$ = list_add($all, $path); }
     ;
path: NAME                      { $$ = build_name(parser, &$NAME); }
    | PATH                      { $$ = build_name(parser, &$PATH); }
    ;

call: path '(' args ')'         { $$ = build_call(parser, @$, $path, $args.first); }
    | BACKWARD call[inner]      { $$ = build_backward(parser, @$, @BACKWARD, $inner); }
    | REPEAT count call[inner]  { $$ = build_repeat(parser, @$, @REPEAT, $count, NULL, $inner); }
    | REPEAT count AS NAME call[inner] {
          $$ = build_repeat(parser, @$, @REPEAT, $count, build_name(parser, &$NAME), $inner);
      }
    ;
count: NUM                      { $$ = build_atom(parser, EXPR_NUMBER, &$NUM); }
     | NAME                     { $$ = build_atom(parser, EXPR_NAME, &$NAME); }
     | '(' expr ')'             { $$ = build_parenthesised($expr, @$); }
     ;
args: %empty                    { $$ = (List){0}; } | some_args ;
some_args: arg                  { $$ = list_of($arg); }
         | some_args[all] ',' arg { $$ = list_add($all, $arg); }
         ;
arg: expr overs                 { $$ = build_arg(parser, NULL, $expr, $overs.first); }
   | NAME '=' expr overs        { $$ = build_arg(parser, &$NAME, $expr, $overs.first); }
   ;

expr: expr[a] OR expr[b]        { $$ = BINARY(@$, $a, @OR, "or", $b); }
    | expr[a] AND expr[b]       { $$ = BINARY(@$, $a, @AND, "and", $b); }
    | NOT expr[a]               { $$ = BINARY(@$, $a, @NOT, "not", NULL); }
    | expr[a] EQ expr[b]        { $$ = BINARY(@$, $a, @EQ, "==", $b); }
    | expr[a] NE expr[b]        { $$ = BINARY(@$, $a, @NE, "!=", $b); }
    | expr[a] LE expr[b]        { $$ = BINARY(@$, $a, @LE, "<=", $b); }
    | expr[a] GE expr[b]        { $$ = BINARY(@$, $a, @GE, ">=", $b); }
    | expr[a] '<' expr[b]       { $$ = BINARY(@$, $a, @2, "<", $b); }
    | expr[a] '>' expr[b]       { $$ = BINARY(@$, $a, @2, ">", $b); }
    | expr[a] '+' expr[b]       { $$ = BINARY(@$, $a, @2, "+", $b); }
    | expr[a] '-' expr[b]       { $$ = BINARY(@$, $a, @2, "-", $b); }
    | expr[a] '*' expr[b]       { $$ = BINARY(@$, $a, @2, "*", $b); }
    | expr[a] '/' expr[b]       { $$ = BINARY(@$, $a, @2, "/", $b); }
    | expr[a] '%' expr[b]       { $$ = BINARY(@$, $a, @2, "%", $b); }
    | expr[a] '@' expr[b]       { $$ = BINARY(@$, $a, @2, "@", $b); }
    | expr[a] POW expr[b]       { $$ = BINARY(@$, $a, @POW, "**", $b); }
    | '-' expr[a] %prec NEG     { $$ = BINARY(@$, $a, @1, "neg", NULL); }
    | post
    ;
post: NAME                      { $$ = build_atom(parser, EXPR_NAME, &$NAME); }
    | PATH                      { $$ = build_atom(parser, EXPR_NAME, &$PATH); }
    | NUM                       { $$ = build_atom(parser, EXPR_NUMBER, &$NUM); }
    | STRING                    { $$ = build_atom(parser, EXPR_STRING, &$STRING); }
    | call
    | '(' expr ')'              { $$ = build_parenthesised($expr, @$); }
    | '[' exprs ']'             { $$ = build_list(parser, @$, $exprs.first); }
    | post[inner] '[' indices ']' {
          $$ = build_index(parser, @$, place_join(@2, @4), $inner, $indices.first);
      }
    ;
exprs: %empty                   { $$ = (List){0}; } | some_exprs ;
some_exprs: expr                { $$ = list_of(build_arg(parser, NULL, $expr, NULL)); }
          | some_exprs[all] ',' expr { $$ = list_add($all, build_arg(parser, NULL, $expr, NULL)); }
          ;
indices: index                  { $$ = list_of($index); }
       | indices[all] ',' index { $$ = list_add($all, $index); }
       ;
index: expr                     { $$ = build_slice(parser, @$, false, $expr, NULL); }
     | ':'                      { $$ = build_slice(parser, @$, true, NULL, NULL); }
     | expr ':'                 { $$ = build_slice(parser, @$, true, $expr, NULL); }
     | ':' expr                 { $$ = build_slice(parser, @$, true, NULL, $expr); }
     | expr[low] ':' expr[high] { $$ = build_slice(parser, @$, true, $low, $high); }
     ;

%%

static int yylex(YYSTYPE *value, Place *place, Parser *parser)
{
    value->token = tokens_next(parser);
    *place = value->token.place;
    return value->token.kind;
}

/* Only called where the stack has grown to YYMAXDEPTH. */
static void yyerror(Place *place, Parser *parser, const char *message)
{
    (void)message;
    if (!parser->spoiled)
        syntax_spoil(parser, *place, "this is nested too deeply");
}

/* The token that bison's internal number stands for. */
static int token_of(yysymbol_kind_t symbol)
{
    for (int token = 0; token <= YYMAXUTOK; token++)
        if (YYTRANSLATE(token) == symbol)
            return token;
    return T_YYUNDEF;
}

static int yyreport_syntax_error(const yypcontext_t *context, Parser *parser)
{
    yysymbol_kind_t symbols[YYNTOKENS];
    int expected[YYNTOKENS], count = yypcontext_expected_tokens(context, symbols, YYNTOKENS);
    if (count < 0)
        return count;
    for (int i = 0; i < count; i++)
        expected[i] = token_of(symbols[i]);
    syntax_error(parser, expected, (size_t)count);
    return 0;
}

Ast *parse(Arena *arena, Diag *diag, const Source *source)
{
    Parser parser = {.arena = arena, .diag = diag, .source = source, .fresh = true, .pending = {.kind = -1}};
    parser.ast = arena_alloc(arena, sizeof *parser.ast);
    parser.current.kind = T_NL;
    parser.current.place.source = source;
    scanner_open(&parser);
    int failed = yyparse(&parser);
    scanner_close(&parser);
    return failed || parser.failed ? NULL : parser.ast;
}
