//! What an endpoint is. Each is defined once, in [`crate::endpoints`]; routing, decoding, documentation and
//! clients all come from that definition.

use crate::params::Request;

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
}

/// One operation of the API.
pub trait Endpoint {
    /// Its route and description.
    const METADATA: Metadata;
    /// Its parameters.
    type Request: Request + Send + 'static;
    /// Its answer, without `result` and `msg`.
    type Response: serde::Serialize + Send + 'static;
}

/// Declares an endpoint, and with `{ … }` its request, as [`crate::request!`] does.
#[macro_export]
macro_rules! endpoint {
    ($(#[doc = $doc:literal])* $name:ident: $method:ident $path:literal, $id:literal, $tag:literal, auth $auth:ident
        => $response:ty; $request:ident { $($params:tt)* }) => {
        $crate::request! {
            $(#[doc = $doc])*
            $request { $($params)* }
        }
        $crate::endpoint! { $(#[doc = $doc])* $name: $method $path, $id, $tag, auth $auth, $request => $response }
    };
    ($(#[doc = $doc:literal])* $name:ident: $method:ident $path:literal, $id:literal, $tag:literal, auth $auth:ident, $request:ty => $response:ty) => {
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
            };
            type Request = $request;
            type Response = $response;
        }
    };
}

/// The answer of an endpoint that has nothing to say but success.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Done {}
