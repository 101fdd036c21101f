//! Languages of scripts and of shells.

use super::PLAIN;
use crate::highlight::class::Class;
use crate::highlight::language::{Language, Quote, Trait, long, quote, raw, with};

const SCRIPT: Language = Language {
    line_comments: &["#"],
    quotes: &[quote("\"", Class::DoubleQuoted), quote("'", Class::SingleQuoted)],
    ..PLAIN
};

const PYTHON: Language = Language {
    words: &[
        (
            Class::Keyword,
            "as assert async await break case class continue def del elif else except finally for global if lambda match \
             nonlocal pass raise return try while with yield",
        ),
        (Class::Import, "from import"),
        (Class::WordOperator, "and in is not or"),
        (Class::Constant, "False None True"),
        (Class::Itself, "self cls Ellipsis NotImplemented"),
        (
            Class::Builtin,
            "__import__ abs aiter all any anext ascii bin bool bytearray bytes callable chr classmethod compile complex delattr \
             dict dir divmod enumerate eval exec filter float format frozenset getattr globals hasattr hash help hex id input int \
             isinstance issubclass iter len list locals map max memoryview min next object oct open ord pow print property range \
             repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip",
        ),
        (
            Class::Exception,
            "ArithmeticError AssertionError AttributeError BaseException BlockingIOError BrokenPipeError ConnectionError \
             ConnectionRefusedError ConnectionResetError DeprecationWarning EOFError Exception ExceptionGroup FileExistsError \
             FileNotFoundError ImportError IndentationError IndexError InterruptedError IsADirectoryError KeyError \
             KeyboardInterrupt LookupError MemoryError ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError \
             OverflowError PermissionError ProcessLookupError RecursionError ReferenceError RuntimeError RuntimeWarning \
             StopAsyncIteration StopIteration SyntaxError SystemError SystemExit TabError TimeoutError TypeError UnboundLocalError \
             UnicodeDecodeError UnicodeEncodeError UnicodeError UserWarning ValueError Warning ZeroDivisionError",
        ),
        (
            Class::Magic,
            "__aenter__ __aexit__ __aiter__ __anext__ __call__ __contains__ __del__ __delitem__ __enter__ __eq__ __exit__ __get__ \
             __getattr__ __getitem__ __hash__ __init__ __init_subclass__ __iter__ __len__ __new__ __next__ __post_init__ __repr__ \
             __set__ __setattr__ __setitem__ __str__",
        ),
        (
            Class::MagicVariable,
            "__all__ __class__ __dict__ __doc__ __file__ __main__ __module__ __name__ __slots__ __version__",
        ),
    ],
    naming: &[(Class::Function, "def"), (Class::TypeName, "class"), (Class::Namespace, "from import")],
    affixes: "rbfut",
    quotes: &[
        with("{", long("\"\"\"", Class::DoubleQuoted)),
        with("{", long("'''", Class::SingleQuoted)),
        with("{", quote("\"", Class::DoubleQuoted)),
        with("{", quote("'", Class::SingleQuoted)),
    ],
    sigils: &[('@', Class::Decorator)],
    punctuation: "()[]{},;:",
    traits: &[Trait::DocStrings],
    ..SCRIPT
};

pub(super) const LANGUAGES: &[Language] = &[
    Language { names: &["Python", "Python 2.x"], ..PYTHON },
    Language {
        names: &["Bash"],
        words: &[
            (
                Class::Keyword,
                "case coproc do done elif else esac fi for function if in select then time until while break continue exit return",
            ),
            (
                Class::Builtin,
                "alias bg bind builtin caller cd command declare dirs disown echo enable eval exec export false fc fg getopts hash \
                 help history jobs kill let local logout popd printf pushd pwd read readonly set shift shopt source suspend test \
                 times trap true type typeset ulimit umask unalias unset wait",
            ),
        ],
        quotes: &[
            Quote { long: true, ..quote("\"", Class::DoubleQuoted) },
            raw("'", "'", Class::SingleQuoted),
            quote("`", Class::Backticks),
        ],
        word_chars: "-/.:~+%@",
        punctuation: "",
        traits: &[Trait::Dollars],
        ..SCRIPT
    },
    Language {
        names: &["PowerShell"],
        words: &[
            (
                Class::Keyword,
                "begin break catch class continue data do dynamicparam else elseif end exit filter finally for foreach function if \
                 in param process return switch throw trap try until while",
            ),
            (
                Class::Operator,
                "-and -as -contains -eq -ge -gt -in -is -join -le -like -lt -match -ne -not -notlike -or -replace -split",
            ),
        ],
        naming: &[(Class::Function, "function"), (Class::TypeName, "class")],
        block_comments: &[("<#", "#>")],
        quotes: &[
            Quote { escapes: false, long: true, ..quote("\"", Class::DoubleQuoted) },
            raw("'", "'", Class::SingleQuoted),
        ],
        word_chars: "-",
        sigils: &[('$', Class::Variable)],
        traits: &[Trait::AnyCase],
        ..SCRIPT
    },
    Language {
        names: &["Batchfile"],
        line_comments: &["::", "rem ", "REM ", "@rem ", "@REM "],
        words: &[(
            Class::Keyword,
            "call cd cls copy del dir do echo else endlocal errorlevel exist exit for goto if in mkdir move not off on pause rd ren \
             rmdir set setlocal shift start type",
        )],
        quotes: &[Quote { escapes: false, ..quote("\"", Class::DoubleQuoted) }, quote("%", Class::Text)],
        traits: &[Trait::AnyCase],
        ..PLAIN
    },
    Language {
        names: &["Ruby"],
        words: &[
            (
                Class::Keyword,
                "BEGIN END alias begin break case class def defined? do else elsif end ensure for if in module next redo rescue retry \
                 return super then undef unless until when while yield raise",
            ),
            (Class::WordOperator, "and not or"),
            (
                Class::Pseudo,
                "attr_accessor attr_reader attr_writer extend false include nil private protected public prepend self true",
            ),
            (
                Class::Builtin,
                "catch freeze gets lambda loop p print printf proc puts rand require require_relative sleep sprintf",
            ),
            (Class::Itself, "__FILE__ __LINE__ __method__"),
        ],
        naming: &[(Class::Function, "def"), (Class::TypeName, "class"), (Class::Namespace, "module")],
        quotes: &[
            with("#{", Quote { long: true, ..quote("\"", Class::DoubleQuoted) }),
            Quote { long: true, ..quote("'", Class::SingleQuoted) },
            with("#{", quote("`", Class::Backticks)),
        ],
        block_comments: &[("=begin", "=end")],
        word_chars: "?",
        uppercase: Some(Class::NameConstant),
        sigils: &[('@', Class::InstanceVariable), ('$', Class::Variable), (':', Class::Symbol)],
        traits: &[Trait::Regexes],
        ..SCRIPT
    },
    Language {
        names: &["Perl"],
        words: &[
            (
                Class::Keyword,
                "case continue do else elsif for foreach if last my next our redo return sub unless until when while package use no \
                 require local BEGIN END",
            ),
            (Class::WordOperator, "and cmp eq ge gt le lt ne not or x xor"),
            (
                Class::Builtin,
                "bless chomp close defined delete die each eof exists grep join keys lc length map open pop print printf push ref \
                 reverse say scalar shift sort splice split sprintf substr uc undef unshift values wantarray warn",
            ),
        ],
        naming: &[(Class::Function, "sub"), (Class::Namespace, "package use")],
        sigils: &[('$', Class::Variable), ('@', Class::Variable), ('%', Class::Variable)],
        traits: &[Trait::Regexes],
        ..SCRIPT
    },
    Language {
        names: &["Lua"],
        line_comments: &["--"],
        block_comments: &[("--[[", "]]")],
        words: &[
            (Class::Keyword, "break do else elseif end for goto if in repeat return then until while"),
            (Class::Declaration, "function local"),
            (Class::WordOperator, "and not or"),
            (Class::Constant, "false nil true"),
            (
                Class::Builtin,
                "assert error getmetatable ipairs load next pairs pcall print require select setmetatable string table tonumber \
                 tostring type xpcall",
            ),
        ],
        naming: &[(Class::Function, "function")],
        quotes: &[quote("\"", Class::DoubleQuoted), quote("'", Class::SingleQuoted), raw("[[", "]]", Class::Text)],
        ..PLAIN
    },
    Language {
        names: &["R"],
        words: &[
            (Class::Keyword, "break else for function if in next repeat return while"),
            (Class::Constant, "FALSE Inf NA NULL NaN TRUE"),
            (Class::Builtin, "c cat data.frame lapply length library list names paste print sapply seq"),
        ],
        word_chars: ".",
        ..SCRIPT
    },
    Language {
        names: &["Julia"],
        block_comments: &[("#=", "=#")],
        nested_comments: true,
        words: &[
            (
                Class::Keyword,
                "abstract baremodule begin break catch const continue do else elseif end export finally for function global if import \
                 let local macro module mutable primitive quote return struct try type using where while",
            ),
            (Class::WordOperator, "in isa"),
            (Class::Constant, "false missing nothing true"),
            (Class::Type, "Any Array Bool Char Dict Float32 Float64 Int Int32 Int64 String Tuple UInt8 Vector"),
        ],
        naming: &[(Class::Function, "function macro")],
        quotes: &[long("\"\"\"", Class::Text), quote("\"", Class::Text), quote("`", Class::Backticks)],
        word_chars: "!",
        sigils: &[('@', Class::Decorator), (':', Class::Symbol)],
        ..SCRIPT
    },
    Language {
        names: &["Elixir"],
        words: &[
            (
                Class::Keyword,
                "after case catch cond do else end fn for if receive rescue try unless with quote unquote raise",
            ),
            (
                Class::Declaration,
                "alias def defdelegate defexception defguard defimpl defmacro defmacrop defmodule defp defprotocol defstruct import \
                 require use",
            ),
            (Class::WordOperator, "and in not or when"),
            (Class::Constant, "false nil true"),
        ],
        naming: &[
            (Class::Function, "def defp defmacro defmacrop defdelegate defguard"),
            (Class::Namespace, "defmodule defprotocol"),
        ],
        quotes: &[
            with("#{", long("\"\"\"", Class::Doc)),
            with("#{", Quote { long: true, ..quote("\"", Class::DoubleQuoted) }),
            quote("'", Class::SingleQuoted),
        ],
        word_chars: "?!",
        uppercase: Some(Class::TypeName),
        sigils: &[('@', Class::InstanceVariable), (':', Class::Symbol), ('&', Class::Variable)],
        ..SCRIPT
    },
    Language {
        names: &["CoffeeScript"],
        block_comments: &[("###", "###")],
        words: &[
            (
                Class::Keyword,
                "await break by case catch class continue delete do else extends finally for if loop new own return super switch then \
                 throw try unless until when while yield",
            ),
            (Class::WordOperator, "and in instanceof is isnt not of or typeof"),
            (Class::Constant, "false no null off on true undefined yes"),
            (Class::Itself, "this"),
        ],
        naming: &[(Class::TypeName, "class")],
        quotes: &[with("#{", quote("\"", Class::DoubleQuoted)), quote("'", Class::SingleQuoted)],
        sigils: &[('@', Class::InstanceVariable)],
        name: Class::OtherName,
        traits: &[Trait::Regexes],
        ..SCRIPT
    },
    Language {
        names: &["Makefile"],
        words: &[(
            Class::Keyword,
            "define else endef endif export ifdef ifeq ifndef ifneq include override unexport vpath -include",
        )],
        word_chars: "-./%",
        quotes: SCRIPT.quotes,
        traits: &[Trait::Dollars],
        ..SCRIPT
    },
    Language {
        names: &["Docker"],
        words: &[(
            Class::Keyword,
            "add arg as cmd copy entrypoint env expose from healthcheck label maintainer onbuild run shell stopsignal user volume \
             workdir",
        )],
        word_chars: "-./:@",
        traits: &[Trait::Dollars, Trait::AnyCase],
        ..SCRIPT
    },
    Language {
        names: &["CMake"],
        words: &[
            (
                Class::Builtin,
                "add_custom_command add_custom_target add_dependencies add_executable add_library add_subdirectory add_test \
                 cmake_minimum_required configure_file else elseif enable_language enable_testing endforeach endfunction endif \
                 endmacro endwhile execute_process file find_library find_package find_path foreach function get_property \
                 get_target_property if include include_directories install link_directories list macro message option project return \
                 set set_property set_target_properties string target_compile_definitions target_compile_options \
                 target_include_directories target_link_libraries target_sources unset while",
            ),
            (Class::Keyword, "and false not off on or private public interface required true"),
        ],
        word_chars: "-./",
        traits: &[Trait::Dollars, Trait::AnyCase],
        ..SCRIPT
    },
    Language {
        names: &["Nginx configuration file"],
        words: &[(
            Class::Keyword,
            "access_log error_log events gzip http if include index listen location proxy_pass proxy_set_header return rewrite root \
             server server_name set ssl_certificate ssl_certificate_key try_files upstream worker_processes",
        )],
        word_chars: "-./",
        traits: &[Trait::Dollars],
        ..SCRIPT
    },
    Language {
        names: &["Terraform"],
        line_comments: &["#", "//"],
        block_comments: &[("/*", "*/")],
        words: &[
            (Class::Reserved, "data locals module output provider provisioner resource terraform variable"),
            (Class::Keyword, "dynamic else for for_each if in"),
            (Class::Type, "any bool list map number object set string tuple"),
            (Class::Constant, "false null true"),
        ],
        quotes: &[with("${", quote("\"", Class::DoubleQuoted))],
        word_chars: "-",
        ..SCRIPT
    },
    Language {
        names: &["GraphQL"],
        words: &[
            (
                Class::Keyword,
                "directive enum extend fragment implements input interface mutation on query scalar schema subscription type union",
            ),
            (Class::Type, "Boolean Float ID Int String"),
            (Class::Constant, "false null true"),
        ],
        naming: &[
            (Class::TypeName, "enum input interface scalar type union"),
            (Class::Function, "fragment mutation query subscription"),
        ],
        quotes: &[long("\"\"\"", Class::Doc), quote("\"", Class::Text)],
        sigils: &[('$', Class::Variable), ('@', Class::Decorator)],
        punctuation: "()[]{},;.:",
        ..SCRIPT
    },
];
