//! Stands between client and server, and breaks connections on demand.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What becomes of a connection's next request.
#[derive(Clone)]
pub(crate) enum Mode {
    /// It goes to the server.
    Pass,
    /// It goes to the server, and the connection breaks after so many bytes of the answer.
    CutAfter(usize),
    /// It is answered with these bytes, and the connection ends.
    Answer(&'static str),
    /// The connection ends without an answer.
    Drop,
}

/// An address that leads to a server, or not.
pub(crate) struct Proxy {
    pub(crate) url: String,
    state: Arc<State>,
}

struct State {
    target: Mutex<SocketAddr>,
    mode: Mutex<Mode>,
    connections: AtomicUsize,
}

impl Proxy {
    /// In front of the server at this address.
    pub(crate) async fn to(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            target: Mutex::new(address(server)),
            mode: Mutex::new(Mode::Pass),
            connections: AtomicUsize::new(0),
        });
        let accepting = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                accepting.connections.fetch_add(1, Ordering::SeqCst);
                let state = Arc::clone(&accepting);
                // A connection that breaks is what this is for.
                tokio::spawn(async move { drop(state.serve(stream).await) });
            }
        });
        Proxy { url, state }
    }

    /// From now on, also for connections that are open.
    pub(crate) fn set(&self, mode: Mode) {
        *self.state.mode.lock().unwrap() = mode;
    }

    /// The server has moved.
    pub(crate) fn lead_to(&self, server: &str) {
        *self.state.target.lock().unwrap() = address(server);
    }

    /// How many connections were made.
    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

fn address(server: &str) -> SocketAddr {
    server.trim_start_matches("http://").parse().unwrap()
}

impl State {
    fn mode(&self) -> Mode {
        self.mode.lock().unwrap().clone()
    }

    async fn serve(&self, mut client: TcpStream) -> std::io::Result<()> {
        let target = *self.target.lock().unwrap();
        let mut server = None;
        let (mut up, mut down) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
        let mut answered = 0;
        loop {
            let from_server = async {
                match &mut server {
                    Some(server) => TcpStream::read(server, &mut down).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                read = client.read(&mut up) => {
                    let read = read?;
                    match self.mode() {
                        _ if read == 0 => return Ok(()),
                        Mode::Answer(text) => return client.write_all(text.as_bytes()).await,
                        Mode::Drop => return Ok(()),
                        Mode::Pass | Mode::CutAfter(_) => {
                            if server.is_none() {
                                server = Some(TcpStream::connect(target).await?);
                            }
                            answered = 0;
                            if let Some(server) = &mut server {
                                server.write_all(&up[..read]).await?;
                            }
                        }
                    }
                }
                read = from_server => {
                    let read = read?;
                    if read == 0 {
                        return Ok(());
                    }
                    let allowed = match self.mode() {
                        Mode::CutAfter(bytes) => bytes.saturating_sub(answered).min(read),
                        _ => read,
                    };
                    client.write_all(&down[..allowed]).await?;
                    answered += allowed;
                    if allowed < read {
                        return Ok(());
                    }
                }
            }
        }
    }
}
