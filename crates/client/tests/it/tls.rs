//! Certificates and proxies. The keys in `tls/` are for these tests alone; their certificates are good for a century.

use crate::common::client_at;
use crate::proxy::{Mode, Proxy};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use std::path::PathBuf;
use std::sync::Arc;
use tidings_client::{Client, ClientBuilder, Error, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 35\r\n\r\n{\"result\":\"success\",\"msg\":\"\",\"a\":1}";

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/tls").join(name)
}

fn path(name: &str) -> String {
    file(name).display().to_string()
}

/// A server that answers whoever it lets in; returns its address.
async fn serve(asks_for_certificate: bool) -> String {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let certificate = |name| CertificateDer::from_pem_file(file(name)).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("server.key.pem")).unwrap();
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    let builder = if asks_for_certificate {
        let mut authorities = rustls::RootCertStore::empty();
        authorities.add(certificate("authority.pem")).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(authorities), provider).build().unwrap();
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let config = builder.with_single_cert(vec![certificate("server.pem")], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut request = [0; 4096];
            if stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                stream.write_all(ANSWER.as_bytes()).await.unwrap();
                let _ = stream.shutdown().await;
            }
        }
    });
    format!("https://localhost:{port}")
}

fn builder(site: &str) -> ClientBuilder {
    Client::builder().config_file("/nonexistent").email("a@x.example").api_key("k").site(site)
}

async fn call(builder: ClientBuilder) -> Result<(), Error> {
    builder.build()?.call(Method::Get, "/users/me", ()).await.map(|_| ())
}

#[tokio::test]
async fn certificates_are_checked() {
    let site = serve(false).await;
    let error = call(builder(&site)).await.unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    call(builder(&site).cert_bundle(path("authority.pem"))).await.unwrap();
    call(builder(&site).insecure(true)).await.unwrap();
    let other = call(builder(&site).cert_bundle(path("client.pem"))).await.unwrap_err();
    assert!(matches!(other, Error::Unreachable { .. }), "{other}");
}

#[tokio::test]
async fn a_certificate_of_ones_own_is_shown() {
    let site = serve(true).await;
    let trusting = || builder(&site).cert_bundle(path("authority.pem"));
    assert!(call(trusting()).await.is_err());
    call(trusting().client_cert(path("client.pem")).client_cert_key(path("client.key.pem"))).await.unwrap();
}

#[tokio::test]
async fn files_that_are_no_certificates_are_named() {
    for (builder, what) in [
        (builder("x.example").cert_bundle("/nonexistent.pem"), "cannot read the `cert_bundle` /nonexistent.pem"),
        (builder("x.example").client_cert("/nonexistent.pem"), "cannot read the `client_cert` /nonexistent.pem"),
        (builder("x.example").client_cert(path("authority.pem")), "authority.pem"),
    ] {
        let Err(error @ Error::Config(_)) = builder.build() else { panic!("{what}") };
        assert!(error.to_string().contains(what), "{error}");
    }
}

#[tokio::test]
async fn requests_go_through_a_proxy() {
    let proxy = Proxy::to("http://127.0.0.1:1").await;
    proxy.set(Mode::Answer(ANSWER));
    call(builder("http://chat.invalid").proxy(&proxy.url)).await.unwrap();
    assert_eq!(proxy.connections(), 1);
    let direct = client_at("http://chat.invalid", "hamlet").call(Method::Get, "/users/me", ()).await.unwrap_err();
    assert!(matches!(direct, Error::Unreachable { .. }), "{direct}");
    let Err(Error::Config(_)) = builder("x.example").proxy("::nonsense::").build() else { panic!("a proxy") };
}
