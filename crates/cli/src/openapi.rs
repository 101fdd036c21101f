//! `tidings openapi`.

use crate::args::OpenapiArgs;
use crate::output::{self, Format};
use crate::settings::ServerSettings;
use anyhow::Result;
use tidings_server::openapi::document;

/// Prints the document that a server would serve.
pub(crate) fn openapi(args: &OpenapiArgs, format: Format) -> Result<()> {
    let config = ServerSettings::default().resolve(args.config.as_deref())?;
    let site = args.site.as_deref().or(config.external_url.as_deref()).unwrap_or_default();
    let document = document(&config.brand, site.trim_end_matches('/'), args.version);
    let pretty = serde_json::to_string_pretty(&document)?;
    output::result(format, &document, || pretty)
}
