//! Languages with braces and semicolons.

use super::PLAIN;
use crate::highlight::class::Class;
use crate::highlight::language::{Language, Quote, Trait, long, quote, raw, with};

const DOUBLE: Quote = quote("\"", Class::Text);
const CHAR: Quote = quote("'", Class::Char);

const BRACES: Language =
    Language { line_comments: &["//"], block_comments: &[("/*", "*/")], quotes: &[DOUBLE, CHAR], ..PLAIN };

const C_WORDS: &str = "asm auto break case const continue default do else enum extern for goto if inline register \
     restrict return sizeof static struct switch typedef union volatile while _Alignas _Alignof _Atomic _Generic \
     _Noreturn _Static_assert _Thread_local";
const C_TYPES: &str = "bool char double float int long short signed unsigned void size_t ssize_t ptrdiff_t intptr_t \
     uintptr_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t wchar_t FILE va_list time_t off_t _Bool";

const SCRIPT_WORDS: &[(Class, &str)] = &[
    (
        Class::Keyword,
        "async await break case catch continue debugger default delete do else export extends finally for if import \
         return static super switch this throw try while with yield",
    ),
    (Class::WordOperator, "in instanceof new typeof void of"),
    (Class::Declaration, "class const function let var enum interface namespace"),
    (
        Class::Reserved,
        "from as abstract declare implements package private protected public readonly type keyof is get set constructor satisfies",
    ),
    (Class::Constant, "true false null undefined NaN Infinity"),
    (Class::Type, "any bigint boolean never number object string symbol unknown"),
    (
        Class::Builtin,
        "Array ArrayBuffer BigInt Boolean Date Error Function JSON Map Math Number Object Promise Proxy Reflect RegExp Set \
         String Symbol WeakMap WeakSet decodeURIComponent document encodeURIComponent fetch globalThis isNaN parseFloat \
         parseInt window",
    ),
];

const SCRIPT_QUOTES: &[Quote] =
    &[quote("\"", Class::DoubleQuoted), quote("'", Class::SingleQuoted), with("${", long("`", Class::Backticks))];

const SCRIPT: Language = Language {
    quotes: SCRIPT_QUOTES,
    words: SCRIPT_WORDS,
    name: Class::OtherName,
    word_chars: "$",
    sigils: &[('@', Class::Decorator), ('#', Class::InstanceVariable)],
    traits: &[Trait::Regexes],
    ..BRACES
};

pub(super) const LANGUAGES: &[Language] = &[
    Language {
        names: &["C"],
        words: &[
            (Class::Keyword, C_WORDS),
            (Class::Type, C_TYPES),
            (Class::Builtin, "NULL stdin stdout stderr errno true false"),
        ],
        naming: &[(Class::TypeName, "struct enum union")],
        traits: &[Trait::Preprocessor],
        ..BRACES
    },
    Language {
        names: &["C++"],
        words: &[
            (Class::Keyword, C_WORDS),
            (
                Class::Keyword,
                "alignas alignof and catch class co_await co_return co_yield concept const_cast consteval constexpr constinit \
                 decltype delete dynamic_cast explicit export final friend import module mutable namespace new noexcept not \
                 operator or override private protected public reinterpret_cast requires static_assert static_cast template \
                 this throw try typeid typename using virtual",
            ),
            (Class::Type, C_TYPES),
            (Class::Type, "char8_t char16_t char32_t"),
            (Class::Builtin, "NULL nullptr true false"),
        ],
        naming: &[(Class::TypeName, "struct enum union class typename concept"), (Class::Namespace, "namespace")],
        quotes: &[raw("R\"(", ")\"", Class::Text), DOUBLE, CHAR],
        traits: &[Trait::Preprocessor],
        ..BRACES
    },
    Language {
        names: &["Objective-C"],
        words: &[
            (Class::Keyword, C_WORDS),
            (
                Class::Keyword,
                "in self super @autoreleasepool @catch @dynamic @encode @end @finally @implementation @interface \
             @optional @package @private @property @protected @protocol @public @required @selector @synchronized \
             @synthesize @throw @try @class @import",
            ),
            (Class::Type, C_TYPES),
            (Class::Type, "id instancetype BOOL SEL IMP NSInteger NSUInteger CGFloat"),
            (Class::Builtin, "NULL nil Nil YES NO"),
        ],
        naming: &[(Class::TypeName, "struct enum union @interface @implementation @protocol @class")],
        word_chars: "@",
        quotes: &[quote("@\"", Class::Text), DOUBLE, CHAR],
        traits: &[Trait::Preprocessor],
        ..BRACES
    },
    Language {
        names: &["C#"],
        words: &[
            (
                Class::Keyword,
                "abstract as async await base break case catch checked const continue default delegate do else event explicit \
                 extern false finally fixed for foreach get goto if implicit in init internal is lock new null operator out \
                 override params partial private protected public readonly record ref required return sealed set sizeof \
                 stackalloc static switch this throw true try typeof unchecked unsafe using virtual void when where while yield \
                 add remove value global",
            ),
            (Class::Keyword, "class struct enum interface namespace"),
            (
                Class::Type,
                "bool byte char decimal double dynamic float int long nint object sbyte short string uint ulong ushort var",
            ),
        ],
        naming: &[(Class::TypeName, "class struct enum interface record"), (Class::Namespace, "namespace using")],
        quotes: &[
            long("\"\"\"", Class::Text),
            with("{", raw("$@\"", "\"", Class::Text)),
            with("{", quote("$\"", Class::Text)),
            raw("@\"", "\"", Class::Text),
            DOUBLE,
            CHAR,
        ],
        traits: &[Trait::Preprocessor],
        ..BRACES
    },
    Language {
        names: &["Java", "Groovy"],
        words: &[
            (
                Class::Keyword,
                "assert break case catch continue default do else finally for if goto instanceof new return switch this super \
                 throw try while yield as in def",
            ),
            (
                Class::Declaration,
                "abstract class enum extends final implements interface native private protected public record sealed permits \
                 non-sealed static strictfp synchronized throws transient volatile",
            ),
            (Class::Import, "import package"),
            (Class::Type, "boolean byte char double float int long short void var"),
            (Class::Constant, "true false null"),
        ],
        naming: &[(Class::TypeName, "class enum interface record"), (Class::Namespace, "import package")],
        quotes: &[long("\"\"\"", Class::Text), DOUBLE, CHAR],
        sigils: &[('@', Class::Decorator)],
        ..BRACES
    },
    Language {
        names: &["Kotlin"],
        words: &[
            (
                Class::Keyword,
                "as break by catch companion const constructor continue data do else enum external final finally for get if \
                 in infix init inline inner internal is lateinit open operator out override private protected public reified \
                 return sealed set super suspend tailrec this throw try vararg when where while",
            ),
            (Class::Declaration, "abstract class fun interface object typealias val var"),
            (Class::Import, "import package"),
            (Class::Type, "Any Boolean Byte Char Double Float Int Long Nothing Short String Unit"),
            (Class::Constant, "true false null"),
        ],
        naming: &[
            (Class::TypeName, "class interface object typealias"),
            (Class::Function, "fun"),
            (Class::Namespace, "import package"),
        ],
        quotes: &[with("${", long("\"\"\"", Class::Text)), with("${", DOUBLE), CHAR],
        sigils: &[('@', Class::Decorator)],
        nested_comments: true,
        ..BRACES
    },
    Language {
        names: &["Scala"],
        words: &[
            (
                Class::Keyword,
                "abstract case catch do else enum export extends final finally for forSome given if implicit inline lazy match \
                 new opaque open override private protected return sealed super then this throw try using while with yield",
            ),
            (Class::Declaration, "class def object trait type val var"),
            (Class::Import, "import package"),
            (
                Class::Type,
                "Any Boolean Byte Char Double Float Int List Long Map Nothing Option Seq Set Short String Unit",
            ),
            (Class::Constant, "true false null"),
        ],
        naming: &[
            (Class::TypeName, "class object trait type"),
            (Class::Function, "def"),
            (Class::Namespace, "import package"),
        ],
        affixes: "sfr",
        quotes: &[with("${", long("\"\"\"", Class::Text)), with("${", DOUBLE), CHAR],
        sigils: &[('@', Class::Decorator)],
        nested_comments: true,
        ..BRACES
    },
    Language { names: &["JavaScript"], ..SCRIPT },
    Language { names: &["TypeScript"], punctuation: "()[]{},;.", ..SCRIPT },
    Language {
        names: &["Dart"],
        words: &[
            (
                Class::Keyword,
                "abstract as assert async await break case catch continue covariant default do else enum export extends \
                 extension external factory final finally for get hide if implements import in is late library mixin new on \
                 operator part required rethrow return sealed set show static super switch sync this throw try typedef when \
                 while with yield",
            ),
            (Class::Declaration, "class const var"),
            (Class::Type, "bool double dynamic int num void Future Iterable List Map Object Set Stream String Never"),
            (Class::Constant, "true false null"),
        ],
        naming: &[(Class::TypeName, "class enum mixin extension extends implements")],
        affixes: "r",
        quotes: &[
            long("\"\"\"", Class::DoubleQuoted),
            long("'''", Class::SingleQuoted),
            quote("\"", Class::DoubleQuoted),
            quote("'", Class::SingleQuoted),
        ],
        sigils: &[('@', Class::Decorator)],
        ..BRACES
    },
    Language {
        names: &["Go"],
        words: &[
            (Class::Import, "import package"),
            (Class::Declaration, "chan const func interface map struct type var"),
            (
                Class::Keyword,
                "break case continue default defer else fallthrough for go goto if range return select switch",
            ),
            (
                Class::Type,
                "any bool byte complex64 complex128 comparable error float32 float64 int int8 int16 int32 int64 rune string \
                 uint uint8 uint16 uint32 uint64 uintptr",
            ),
            (
                Class::Builtin,
                "append cap clear close complex copy delete imag len make max min new panic print println real recover",
            ),
            (Class::Constant, "false iota nil true"),
        ],
        name: Class::OtherName,
        quotes: &[raw("`", "`", Class::Text), DOUBLE, CHAR],
        ..BRACES
    },
    Language {
        names: &["Rust"],
        words: &[
            (
                Class::Keyword,
                "as async await box break const continue crate dyn else enum extern fn for gen if impl in loop match mod move \
                 mut pub ref return static struct super trait try type unsafe union use where while yield",
            ),
            (Class::Declaration, "let"),
            (Class::Type, "bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize"),
            (
                Class::Builtin,
                "AsMut AsRef Box Clone Copy Default Drop Eq Err Extend Fn FnMut FnOnce From Into IntoIterator Iterator None Ok \
                 Option Ord PartialEq PartialOrd Result Send Sized Some String Sync ToOwned ToString TryFrom TryInto Unpin Vec \
                 drop",
            ),
            (Class::Constant, "true false"),
            (Class::Itself, "self Self"),
        ],
        naming: &[
            (Class::Function, "fn"),
            (Class::TypeName, "enum struct trait type union"),
            (Class::Namespace, "mod"),
        ],
        quotes: &[
            long("b\"", Class::Text),
            long("c\"", Class::Text),
            quote("b'", Class::Char),
            long("\"", Class::Text),
        ],
        nested_comments: true,
        punctuation: "()[]{},;.:",
        traits: &[Trait::Rust],
        ..BRACES
    },
    Language {
        names: &["Swift"],
        words: &[
            (
                Class::Keyword,
                "actor any as async await break case catch continue convenience default defer do dynamic else fallthrough \
                 fileprivate final for get guard if in indirect infix internal is lazy mutating open optional override postfix \
                 prefix private public repeat required rethrows return self set some static super switch throw throws try \
                 unowned weak where while willSet didSet",
            ),
            (
                Class::Declaration,
                "associatedtype class deinit enum extension func import init inout let operator protocol struct subscript \
                 typealias var",
            ),
            (
                Class::Builtin,
                "Any Array Bool Character Dictionary Double Float Int Optional Self Set String UInt Void print",
            ),
            (Class::Constant, "true false nil"),
        ],
        naming: &[(Class::TypeName, "class enum extension protocol struct typealias actor"), (Class::Function, "func")],
        quotes: &[with("\\(", long("\"\"\"", Class::Text)), with("\\(", DOUBLE)],
        sigils: &[('@', Class::Decorator)],
        nested_comments: true,
        ..BRACES
    },
    Language {
        names: &["Zig"],
        words: &[
            (
                Class::Keyword,
                "addrspace align and asm async await break catch comptime const continue defer else enum errdefer error export \
                 extern fn for if inline noalias nosuspend opaque or orelse packed pub resume return struct suspend switch test \
                 threadlocal try union unreachable usingnamespace var volatile while",
            ),
            (
                Class::Type,
                "anyerror anyopaque anytype bool comptime_float comptime_int f16 f32 f64 f128 i8 i16 i32 i64 i128 isize noreturn \
                 type u8 u16 u32 u64 u128 usize void",
            ),
            (Class::Constant, "false null true undefined"),
        ],
        naming: &[(Class::Function, "fn")],
        sigils: &[('@', Class::Builtin)],
        ..BRACES
    },
    Language {
        names: &["D"],
        words: &[
            (Class::Keyword, C_WORDS),
            (
                Class::Keyword,
                "abstract alias align assert body cast catch class debug delegate delete deprecated export final finally foreach \
                 function immutable import in inout interface invariant is lazy macro mixin module new nothrow out override \
                 package pragma private protected public pure ref scope shared super synchronized template this throw try typeid \
                 typeof unittest version with",
            ),
            (
                Class::Type,
                "bool byte char dchar double float int long real short string ubyte uint ulong ushort void wchar",
            ),
            (Class::Constant, "true false null"),
        ],
        naming: &[(Class::TypeName, "class interface struct enum template union")],
        quotes: &[raw("`", "`", Class::Text), raw("r\"", "\"", Class::Text), DOUBLE, CHAR],
        ..BRACES
    },
    Language {
        names: &["Protocol Buffer"],
        words: &[
            (
                Class::Keyword,
                "extend extensions import map oneof option optional public repeated required reserved returns rpc stream syntax to \
                 weak",
            ),
            (Class::Declaration, "enum message service group"),
            (Class::Import, "package"),
            (
                Class::Type,
                "bool bytes double fixed32 fixed64 float int32 int64 sfixed32 sfixed64 sint32 sint64 string uint32 uint64",
            ),
            (Class::Constant, "true false"),
        ],
        naming: &[(Class::TypeName, "enum message service"), (Class::Function, "rpc"), (Class::Namespace, "package")],
        ..BRACES
    },
    Language {
        names: &["PHP"],
        words: &[
            (
                Class::Keyword,
                "abstract and array as break callable case catch class clone const continue declare default die do echo else \
                 elseif empty enum exit extends false final finally fn for foreach function global goto if implements include \
                 include_once instanceof insteadof interface isset list match namespace new null or print private protected \
                 public readonly require require_once return self static switch throw trait true try unset use var while xor yield",
            ),
            (Class::Type, "bool float int iterable mixed never object string void"),
        ],
        naming: &[
            (Class::TypeName, "class enum interface trait"),
            (Class::Function, "function"),
            (Class::Namespace, "namespace use"),
        ],
        line_comments: &["//", "#"],
        name: Class::OtherName,
        quotes: &[quote("\"", Class::DoubleQuoted), Quote { long: true, ..quote("'", Class::SingleQuoted) }],
        traits: &[Trait::Dollars, Trait::AnyCase],
        ..BRACES
    },
];
