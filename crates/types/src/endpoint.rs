//! What an endpoint is. Each is defined once, in [`crate::endpoints`]; routing, decoding, documentation and
//! clients all come from that definition.

use crate::error::ErrorKind;
use crate::params::{ParamSpec, Request};
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// HTTP methods that endpoints use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// The name as it stands in a request line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

/// Who may call an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Auth {
    /// Anyone; credentials are tolerated.
    None,
    /// HTTP basic with e-mail and API key.
    Basic,
    /// HTTP basic with e-mail and API key; or nobody, where the organization has spectators.
    Spectators,
    /// The API key alone, as the parameter `api_key`: for addresses that other programs are given.
    Key,
}

/// What file a form has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileKind {
    /// Any.
    Any,
    /// A small picture.
    Picture,
    /// A small picture, or none.
    MaybePicture,
}

/// Everything the contract says about an endpoint apart from its parameters and its answer.
#[derive(Clone, Copy, Debug)]
pub struct Metadata {
    /// The operation's name, as in `get-events`.
    pub operation_id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// Path below `/api/v1`; `{name}` stands for a parameter.
    pub path: &'static str,
    /// The area it is documented in.
    pub tag: &'static str,
    /// Who may call it.
    pub auth: Auth,
    /// What it does, from the doc comment.
    pub doc: &'static str,
    /// Whether the form has a file, in a part of any name, and of what kind.
    pub file: Option<FileKind>,
    /// The errors it answers with, beside those that any endpoint can.
    pub fails: &'static [ErrorKind],
}

/// Everything the contract says about an endpoint, as values.
#[derive(Clone, Copy, Debug)]
pub struct EndpointSpec {
    /// Route and description.
    pub metadata: Metadata,
    /// Parameters, in the order of the documentation.
    pub params: &'static [ParamSpec],
    /// The fields of its answer beside `result` and `msg`: an object.
    pub response: fn(&mut SchemaGenerator) -> Schema,
}

impl EndpointSpec {
    /// The contract of an endpoint.
    #[must_use]
    pub const fn of<E: Endpoint>() -> Self {
        EndpointSpec { metadata: E::METADATA, params: E::Request::PARAMS, response: E::Response::json_schema }
    }
}

/// One operation of the API.
pub trait Endpoint {
    /// Its route and description.
    const METADATA: Metadata;
    /// Its parameters.
    type Request: Request + Send + 'static;
    /// Its answer, without `result` and `msg`.
    type Response: serde::Serialize + JsonSchema + Send + 'static;
}

/// Declares an endpoint, and with `{ … }` its request, as [`crate::request!`] does.
///
/// `fails` names the rows of the table in [`crate::error`] that it answers with, beside those that any endpoint can:
/// wrong parameters, wrong credentials, too many requests, and a server that is not well. `takes file` (or
/// `takes picture`) after that says that the form has a file.
#[macro_export]
macro_rules! endpoint {
    ($(#[doc = $doc:literal])* $name:ident: $method:ident $path:literal, $id:literal, $tag:literal, auth $auth:ident
        => $response:ty $(, fails $($error:ident)|+)? $(, takes $file:ident)?; $request:ident { $($params:tt)* }) => {
        $crate::request! {
            $(#[doc = $doc])*
            $request { $($params)* }
        }
        $crate::endpoint! {
            $(#[doc = $doc])*
            $name: $method $path, $id, $tag, auth $auth, $request => $response $(, fails $($error)|+)? $(, takes $file)?
        }
    };
    ($(#[doc = $doc:literal])* $name:ident: $method:ident $path:literal, $id:literal, $tag:literal, auth $auth:ident, $request:ty
        => $response:ty $(, fails $($error:ident)|+)? $(, takes $file:ident)?) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl $crate::endpoint::Endpoint for $name {
            const METADATA: $crate::endpoint::Metadata = $crate::endpoint::Metadata {
                operation_id: $id,
                method: $crate::endpoint::Method::$method,
                path: $path,
                tag: $tag,
                auth: $crate::endpoint::Auth::$auth,
                doc: concat!($($doc, "\n"),*),
                file: $crate::endpoint!(@takes $($file)?),
                fails: &[$($($crate::error::ErrorKind::$error),+)?],
            };
            type Request = $request;
            type Response = $response;
        }
    };
    (@takes) => { None };
    (@takes file) => { Some($crate::endpoint::FileKind::Any) };
    (@takes maybe_picture) => { Some($crate::endpoint::FileKind::MaybePicture) };
    (@takes picture) => { Some($crate::endpoint::FileKind::Picture) };
}

/// The answer of an endpoint that has nothing to say but success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, JsonSchema)]
pub struct Done {}
