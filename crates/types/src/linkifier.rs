//! What an organization lets text become: linkifiers and code playgrounds; and the links of a topic.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A pattern that becomes a link where it stands in a message or a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Linkifier {
    /// A regular expression; its named groups are the variables of the template.
    pub pattern: String,
    /// Where the link goes: a template (RFC 6570).
    pub url_template: String,
    /// Its id; none is given twice.
    pub id: u32,
}

/// A place where code in some language can be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Playground {
    /// Its id; none is given twice.
    pub id: u32,
    /// What it is called.
    pub name: String,
    /// The language, as in `data-code-language` of code blocks.
    pub pygments_language: String,
    /// Where it is: a template (RFC 6570) with the variable `code`.
    pub url_template: String,
}

/// A link in a topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TopicLink {
    /// The part of the topic that is the link.
    pub text: String,
    /// Where it goes. Not escaped for HTML.
    pub url: String,
}
