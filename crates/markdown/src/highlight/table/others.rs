//! Functional languages, those for databases, and the rest.

use super::PLAIN;
use crate::highlight::class::Class;
use crate::highlight::language::{Language, Quote, Trait, long, quote, raw, with};

const DOUBLE: Quote = quote("\"", Class::Text);

const LISP: Language = Language {
    line_comments: &[";"],
    block_comments: &[("#|", "|#")],
    nested_comments: true,
    quotes: &[Quote { long: true, ..DOUBLE }],
    word_chars: "-?!*+/<>=",
    sigils: &[(':', Class::Symbol)],
    punctuation: "()[]{}",
    traits: &[Trait::Lists],
    ..PLAIN
};

const SQL: Language = Language {
    line_comments: &["--"],
    block_comments: &[("/*", "*/")],
    words: &[
        (
            Class::Keyword,
            "add all alter analyze and any as asc begin between by cascade case cast check collate column commit conflict constraint \
             count create cross current database default deferrable delete desc distinct do drop each else end escape except exclude \
             execute exists explain false fetch filter first following for foreign from full function grant group having if ignore \
             immediate in index inner insert intersect into is join key last lateral left like limit lock materialized natural no not \
             notnull null nulls of offset on only or order outer over partition plan pragma preceding primary procedure range recursive \
             references reindex release rename replace restrict returning returns revoke right rollback row rows savepoint schema select \
             sequence set show some table temp temporary then to transaction trigger true truncate unbounded union unique update using \
             vacuum values view virtual when where window with without",
        ),
        (
            Class::Builtin,
            "bigint bigserial blob boolean bool bytea char character date datetime decimal double float int int2 int4 int8 integer \
             interval json jsonb money numeric precision real serial smallint text time timestamp timestamptz tinyint uuid varchar",
        ),
    ],
    quotes: &[
        Quote { escapes: false, long: true, ..quote("'", Class::SingleQuoted) },
        Quote { escapes: false, long: true, ..quote("\"", Class::Symbol) },
        raw("`", "`", Class::Name),
    ],
    traits: &[Trait::AnyCase],
    ..PLAIN
};

pub(super) const LANGUAGES: &[Language] = &[
    Language { names: &["SQL", "PostgreSQL SQL dialect"], ..SQL },
    Language {
        names: &["Haskell"],
        line_comments: &["--"],
        block_comments: &[("{-", "-}")],
        nested_comments: true,
        words: &[
            (
                Class::Reserved,
                "as case class data default deriving do else family forall foreign hiding if in infix infixl infixr instance let newtype \
                 of qualified then type where _",
            ),
            (Class::Import, "import module"),
        ],
        naming: &[(Class::Namespace, "import module")],
        uppercase: Some(Class::Type),
        word_chars: "'",
        quotes: &[DOUBLE],
        ..PLAIN
    },
    Language {
        names: &["Elm"],
        line_comments: &["--"],
        block_comments: &[("{-", "-}")],
        nested_comments: true,
        words: &[(
            Class::Reserved,
            "alias as case else exposing if import in infix let module of port then type where",
        )],
        naming: &[(Class::Namespace, "import module")],
        uppercase: Some(Class::Type),
        quotes: &[long("\"\"\"", Class::Text), DOUBLE, quote("'", Class::Char)],
        ..PLAIN
    },
    Language {
        names: &["OCaml", "F#"],
        line_comments: &["//"],
        block_comments: &[("(*", "*)")],
        nested_comments: true,
        words: &[
            (
                Class::Keyword,
                "and as assert async begin class constraint do done downto elif else end exception external for fun function functor if \
                 in include inherit initializer lazy let match member method module mutable namespace new object of open private rec \
                 sig static struct then to try type use val virtual when while with yield",
            ),
            (Class::Type, "array bool char exn float int list option string unit"),
            (Class::WordOperator, "asr land lor lsl lsr lxor mod not or"),
            (Class::Constant, "false true"),
        ],
        naming: &[(Class::Namespace, "open module namespace")],
        uppercase: Some(Class::TypeName),
        word_chars: "'",
        quotes: &[long("\"\"\"", Class::Text), Quote { long: true, ..DOUBLE }],
        ..PLAIN
    },
    Language {
        names: &["Erlang"],
        line_comments: &["%"],
        words: &[
            (Class::Keyword, "after begin case catch cond end fun if let of query receive try when maybe else"),
            (Class::WordOperator, "and andalso band bnot bor bsl bsr bxor div not or orelse rem xor"),
        ],
        uppercase: Some(Class::Variable),
        quotes: &[Quote { long: true, ..DOUBLE }, quote("'", Class::Symbol)],
        sigils: &[('?', Class::NameConstant), ('#', Class::Label)],
        ..PLAIN
    },
    Language {
        names: &["Clojure"],
        words: &[
            (
                Class::Declaration,
                "def defmacro defmethod defmulti defn defn- defonce defprotocol defrecord defstruct deftype fn ns",
            ),
            (
                Class::Keyword,
                "case catch cond do doseq dotimes finally for if if-let if-not let letfn loop new quote recur set! throw try var when \
                 when-let when-not",
            ),
            (Class::Constant, "false nil true"),
        ],
        naming: &[(Class::Function, "defn defn- defmacro"), (Class::Variable, "def defonce"), (Class::Namespace, "ns")],
        ..LISP
    },
    Language {
        names: &["Common Lisp", "EmacsLisp", "Scheme", "Racket"],
        words: &[
            (
                Class::Keyword,
                "and begin case catch cond define define-record-type define-syntax defclass defconst defconstant defcustom defgeneric \
                 defmacro defmethod defpackage defparameter defstruct defun defvar delay destructuring-bind do dolist dotimes else flet \
                 handler-case if interactive labels lambda let let* letrec loop match multiple-value-bind or progn provide quote require \
                 return save-excursion set! setf setq struct unless unwind-protect when while",
            ),
            (Class::Constant, "nil t #t #f"),
        ],
        naming: &[
            (Class::Function, "defun defmacro defgeneric defmethod"),
            (Class::Variable, "defvar defparameter defconst defcustom"),
        ],
        ..LISP
    },
    Language {
        names: &["Prolog"],
        line_comments: &["%"],
        block_comments: &[("/*", "*/")],
        uppercase: Some(Class::Variable),
        words: &[(Class::Builtin, "append assert fail findall is member not true write nl")],
        quotes: &[quote("\"", Class::DoubleQuoted), quote("'", Class::SingleQuoted)],
        ..PLAIN
    },
    Language {
        names: &["Lean", "Lean4"],
        line_comments: &["--"],
        block_comments: &[("/-", "-/")],
        nested_comments: true,
        words: &[
            (
                Class::Declaration,
                "abbrev axiom class constant def example inductive instance lemma macro noncomputable notation private protected \
                 structure syntax theorem variable variables",
            ),
            (Class::Import, "import namespace open section end"),
            (
                Class::Keyword,
                "assume at begin by calc do else extends for from fun have if in let match mut obtain rcases return show suffices then \
                 where with exact apply intro rw simp sorry",
            ),
            (Class::Type, "Prop Type Sort"),
        ],
        naming: &[(Class::Namespace, "import namespace open section end")],
        word_chars: "'",
        quotes: &[Quote { long: true, ..DOUBLE }],
        sigils: &[('@', Class::Decorator)],
        ..PLAIN
    },
    Language {
        names: &["Nix"],
        line_comments: &["#"],
        block_comments: &[("/*", "*/")],
        words: &[
            (Class::Keyword, "assert else if in inherit let or rec then with"),
            (Class::Builtin, "abort baseNameOf builtins derivation fetchTarball import map throw toString"),
            (Class::Constant, "false null true"),
        ],
        word_chars: "-'",
        quotes: &[with("${", raw("''", "''", Class::Text)), with("${", Quote { long: true, ..DOUBLE })],
        ..PLAIN
    },
    Language {
        names: &["Fortran"],
        line_comments: &["!"],
        words: &[
            (
                Class::Keyword,
                "allocatable allocate call case close contains continue cycle deallocate dimension do else elseif end enddo endif exit \
                 format function go goto if implicit in inout inquire intent interface module none only open optional out parameter \
                 pointer print private procedure program public pure read recursive result return rewind save select stop subroutine \
                 target then type use where while write",
            ),
            (Class::Type, "character complex double integer logical precision real"),
        ],
        naming: &[(Class::Function, "function subroutine"), (Class::Namespace, "module program use")],
        quotes: &[Quote { escapes: false, ..DOUBLE }, Quote { escapes: false, ..quote("'", Class::SingleQuoted) }],
        traits: &[Trait::AnyCase],
        ..PLAIN
    },
    Language {
        names: &["Matlab"],
        line_comments: &["%"],
        block_comments: &[("%{", "%}")],
        words: &[
            (
                Class::Keyword,
                "break case catch classdef continue else elseif end for function global if otherwise parfor persistent return switch try \
                 while",
            ),
            (Class::Builtin, "disp error false figure fprintf length numel ones plot size sum true zeros"),
        ],
        quotes: &[Quote { escapes: false, ..DOUBLE }],
        ..PLAIN
    },
    Language {
        names: &["VimL"],
        words: &[(
            Class::Keyword,
            "augroup autocmd call catch command echo else elseif endfor endfunction endif endtry endwhile execute finally for function if \
             inoremap let map nmap nnoremap noremap return set setlocal silent syntax throw try vnoremap while",
        )],
        naming: &[(Class::Function, "function")],
        word_chars: "!",
        quotes: &[raw("'", "'", Class::SingleQuoted)],
        ..PLAIN
    },
    Language {
        names: &["TeX"],
        line_comments: &["%"],
        sigils: &[('\\', Class::Keyword)],
        quotes: &[quote("$", Class::Text)],
        ..PLAIN
    },
    Language {
        names: &["ARM"],
        line_comments: &["@", "//", ";"],
        block_comments: &[("/*", "*/")],
        quotes: &[DOUBLE],
        sigils: &[('.', Class::Attribute), ('#', Class::Integer)],
        ..PLAIN
    },
];
