//! The names of programming languages shown on code blocks.
//!
//! Clients group playgrounds by `data-code-language`, whose values are the names Pygments gives its lexers. An unknown
//! language is shown as the sender wrote it.

/// What follows the fence to the name shown. Every alias once, in lower case.
#[rustfmt::skip]
const LANGUAGES: &[(&str, &[&str])] = &[
    ("ANTLR", &["antlr"]),
    ("ARM", &["arm"]),
    ("Bash", &["bash", "sh", "ksh", "zsh", "shell"]),
    ("Bash Session", &["console", "shell-session"]),
    ("Batchfile", &["bat", "batch", "dosbatch", "winbatch"]),
    ("C", &["c"]),
    ("C#", &["csharp", "c#", "cs"]),
    ("C++", &["cpp", "c++"]),
    ("CMake", &["cmake"]),
    ("CSS", &["css"]),
    ("Clojure", &["clojure", "clj"]),
    ("CoffeeScript", &["coffeescript", "coffee-script", "coffee"]),
    ("Common Lisp", &["common-lisp", "cl", "lisp"]),
    ("D", &["d"]),
    ("Dart", &["dart"]),
    ("Diff", &["diff", "udiff"]),
    ("Docker", &["docker", "dockerfile"]),
    ("Elixir", &["elixir", "ex", "exs"]),
    ("Elm", &["elm"]),
    ("EmacsLisp", &["emacs-lisp", "elisp", "emacs"]),
    ("Erlang", &["erlang"]),
    ("F#", &["fsharp", "f#"]),
    ("Fortran", &["fortran", "f90"]),
    ("GraphQL", &["graphql"]),
    ("Go", &["go", "golang"]),
    ("Groovy", &["groovy"]),
    ("HTML", &["html"]),
    ("HTTP", &["http"]),
    ("Haskell", &["haskell", "hs"]),
    ("INI", &["ini", "cfg", "dosini"]),
    ("JSON", &["json", "json-object"]),
    ("Java", &["java"]),
    ("JavaScript", &["javascript", "js"]),
    ("Julia", &["julia", "jl"]),
    ("Kotlin", &["kotlin"]),
    ("Lean", &["lean", "lean3"]),
    ("Lean4", &["lean4"]),
    ("Lua", &["lua"]),
    ("Makefile", &["make", "makefile", "mf", "bsdmake"]),
    ("Markdown", &["markdown", "md"]),
    ("Matlab", &["matlab"]),
    ("Nginx configuration file", &["nginx"]),
    ("Nix", &["nixos", "nix"]),
    ("OCaml", &["ocaml"]),
    ("Objective-C", &["objective-c", "objectivec", "obj-c", "objc"]),
    ("PHP", &["php", "php3", "php4", "php5"]),
    ("Perl", &["perl", "pl"]),
    ("PostgreSQL SQL dialect", &["postgresql", "postgres"]),
    ("PowerShell", &["powershell", "pwsh", "posh", "ps1", "psm1"]),
    ("Prolog", &["prolog"]),
    ("Protocol Buffer", &["protobuf", "proto"]),
    ("Python", &["python", "py", "python3", "py3", "sage", "bazel", "starlark", "pyi"]),
    ("Python 2.x", &["python2", "py2"]),
    ("Python Traceback", &["pytb", "py3tb"]),
    ("Python console session", &["pycon"]),
    ("R", &["r", "splus", "s"]),
    ("Racket", &["racket", "rkt"]),
    ("Ruby", &["ruby", "rb", "duby"]),
    ("Rust", &["rust", "rs"]),
    ("SCSS", &["scss"]),
    ("SQL", &["sql"]),
    ("Sass", &["sass"]),
    ("Scala", &["scala"]),
    ("Scheme", &["scheme", "scm"]),
    ("Swift", &["swift"]),
    ("TOML", &["toml"]),
    ("TeX", &["tex", "latex"]),
    ("Terraform", &["terraform", "tf", "hcl"]),
    ("Text only", &["text"]),
    ("TypeScript", &["typescript", "ts"]),
    ("VimL", &["vim"]),
    ("XML", &["xml"]),
    ("YAML", &["yaml"]),
    ("Zig", &["zig"]),
];

/// The name shown for the language written after a fence; `None` if none was written.
pub(crate) fn display_name(written: &str) -> Option<&str> {
    let lower = written.to_ascii_lowercase();
    let known = LANGUAGES.iter().find(|(_, aliases)| aliases.contains(&lower.as_str()));
    known.map(|(name, _)| *name).or(Some(written)).filter(|name| !name.is_empty())
}

/// The name of the language that the first line of code says, if no other is named: `#!/bin/sh`, `#!/usr/bin/env python`
/// or `:::python`.
pub(crate) fn by_first_line(code: &str) -> Option<&'static str> {
    let line = code.lines().next()?;
    let said = line.strip_prefix("#!").or_else(|| line.strip_prefix("::"))?.trim_start_matches(':');
    let program = said.split('/').next_back()?;
    let mut words = program.split_whitespace();
    let word = words.next().map(|word| if word == "env" { words.next().unwrap_or_default() } else { word })?;
    let lower = word.to_ascii_lowercase();
    LANGUAGES.iter().find(|(_, aliases)| aliases.contains(&lower.as_str())).map(|(name, _)| *name)
}

/// Whether a language is shown by this name.
#[cfg(test)]
pub(crate) fn is_shown(name: &str) -> bool {
    LANGUAGES.iter().any(|(shown, _)| *shown == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names() {
        let check = |input: &str, expect: Option<&str>| assert_eq!(display_name(input), expect, "{input}");
        check("python", Some("Python"));
        check("py2", Some("Python 2.x"));
        check("JS", Some("JavaScript"));
        check("c++", Some("C++"));
        check("text", Some("Text only"));
        check("inventedlanguage", Some("inventedlanguage"));
        check("", None);
    }

    #[test]
    fn first_lines() {
        let check = |input: &str, expect: Option<&str>| assert_eq!(by_first_line(input), expect, "{input}");
        check("#!/bin/sh\nexit", Some("Bash"));
        check("#!/usr/bin/env python3 -u", Some("Python"));
        check("#!ruby", Some("Ruby"));
        check(":::js\n1", Some("JavaScript"));
        check("#!/opt/unheard-of", None);
        check("# a comment", None);
        check("#!", None);
        check("", None);
    }

    #[test]
    fn aliases_are_unique() {
        let mut seen = BTreeSet::new();
        for alias in LANGUAGES.iter().flat_map(|(_, aliases)| *aliases) {
            assert!(seen.insert(alias), "{alias}");
        }
    }
}
