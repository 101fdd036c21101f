//! The class names of spans: a part of those of Pygments (<https://pygments.org/docs/tokens/>).

macro_rules! classes {
    ($($(#[$doc:meta])* $class:ident $name:literal,)*) => {
        /// What a piece of code is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Class {
            $($(#[$doc])* $class,)*
        }

        impl Class {
            /// The class of its span.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Class::$class => $name,)*
                }
            }
        }
    };
}

classes! {
    Keyword "k",
    /// `true`, `null`.
    Constant "kc",
    /// `let`, `class`.
    Declaration "kd",
    /// `import`.
    Import "kn",
    /// A word that is nearly a keyword: `nil`, `attr_reader`.
    Pseudo "kp",
    /// Reserved.
    Reserved "kr",
    Type "kt",
    Name "n",
    Attribute "na",
    Builtin "nb",
    /// `self`, `this`.
    Itself "bp",
    TypeName "nc",
    NameConstant "no",
    Decorator "nd",
    Entity "ni",
    Exception "ne",
    Function "nf",
    /// A macro or a method with a meaning of its own: `println!`, `__init__`.
    Magic "fm",
    Label "nl",
    Namespace "nn",
    /// A name where Pygments does not tell what it names.
    OtherName "nx",
    Tag "nt",
    Variable "nv",
    /// A variable of an object: `@x`.
    InstanceVariable "vi",
    /// `__name__`.
    MagicVariable "vm",
    Literal "l",
    Date "ld",
    Text "s",
    /// What stands before a text's quotes: `f"…"`.
    Affix "sa",
    Backticks "sb",
    Char "sc",
    /// A text that documents.
    Doc "sd",
    DoubleQuoted "s2",
    Escape "se",
    /// `{…}` in a text.
    Interpolation "si",
    Regex "sr",
    SingleQuoted "s1",
    Symbol "ss",
    Binary "mb",
    Float "mf",
    Hex "mh",
    Integer "mi",
    Octal "mo",
    Operator "o",
    /// `and`, `typeof`.
    WordOperator "ow",
    Punctuation "p",
    Comment "c",
    Hashbang "ch",
    LongComment "cm",
    /// `#include`.
    Preprocessor "cp",
    /// What is included.
    PreprocessorFile "cpf",
    LineComment "c1",
    Deleted "gd",
    Emphasis "ge",
    Heading "gh",
    Inserted "gi",
    Output "go",
    Prompt "gp",
    Error "gr",
    Strong "gs",
    Subheading "gu",
    Traceback "gt",
}
