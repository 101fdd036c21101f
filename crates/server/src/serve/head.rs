//! The head of a request, as far as the short way of polls needs it. It reads what is plain; whatever is not, down
//! to a header that looks odd, is left to the general HTTP stack.

/// Where polls go.
const PATH: &str = "/api/v1/events";

/// How the request line of a poll begins.
const BEGINNING: &[u8] = b"GET /api/v1/events";

/// More headers than any client sends; a request with more takes the general way.
const HEADERS_MAX: usize = 64;

/// What the bytes read so far begin with.
#[derive(Debug)]
pub enum Parsed<'a> {
    /// A poll, or the beginning of a stream.
    Poll(Head<'a>),
    /// What may become a poll when the rest of its head is there.
    Partial,
    /// Something else.
    Other,
}

/// The head of a plain `GET /api/v1/events` without a body.
#[derive(Debug)]
pub struct Head<'a> {
    /// What follows the question mark.
    pub query: &'a str,
    headers: Vec<httparse::Header<'a>>,
    /// Whether the connection can be used for another request.
    pub keep_alive: bool,
    /// Whether the client understands an answer in chunks, as since HTTP/1.1.
    pub chunks: bool,
    /// Bytes of the head.
    pub length: usize,
}

impl<'a> Head<'a> {
    /// The first header of a name, which has to be in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value)
    }

    /// The words of all headers of a name, which are lists with commas.
    pub fn words(&self, name: &'a str) -> impl Iterator<Item = &'a str> + '_ {
        let named = self.headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        named
            .filter_map(|header| std::str::from_utf8(header.value).ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
    }

    /// Whether one of [`Head::words`] is this one, in whatever case.
    #[must_use]
    pub fn has_word(&self, name: &'a str, word: &str) -> bool {
        self.words(name).any(|found| found.eq_ignore_ascii_case(word))
    }

    fn is_plain(&self) -> bool {
        let absent = ["transfer-encoding", "expect"].iter().all(|name| self.header(name).is_none());
        let lengths = self.headers.iter().filter(|header| header.name.eq_ignore_ascii_case("content-length"));
        absent && lengths.into_iter().all(|header| header.value == b"0")
    }
}

/// Reads a head from the beginning of `read`; `looked_at` bytes of it are known not to hold its end.
#[must_use]
pub fn parse(read: &[u8], looked_at: usize) -> Parsed<'_> {
    let known = read.len().min(BEGINNING.len());
    if read[..known] != BEGINNING[..known] {
        return Parsed::Other;
    }
    if !matches!(read.get(BEGINNING.len()), None | Some(b' ' | b'?')) {
        return Parsed::Other;
    }
    if !has_end(&read[looked_at.saturating_sub(3)..]) {
        return Parsed::Partial;
    }
    let mut space = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut request = httparse::Request::new(&mut space);
    let Ok(httparse::Status::Complete(length)) = request.parse(read) else { return Parsed::Other };
    let (Some(target), Some(version)) = (request.path, request.version) else { return Parsed::Other };
    let query = match target.strip_prefix(PATH) {
        Some("") => "",
        Some(rest) => rest.strip_prefix('?').unwrap_or_default(),
        None => return Parsed::Other,
    };
    let mut head = Head { query, headers: request.headers.to_vec(), keep_alive: false, chunks: version == 1, length };
    head.keep_alive = version == 1 && !head.has_word("connection", "close");
    if head.is_plain() { Parsed::Poll(head) } else { Parsed::Other }
}

/// Whether an empty line ends the head in here; lines end with a line break, before which a return may stand.
fn has_end(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|pair| pair == b"\n\n") || bytes.windows(4).any(|four| four == b"\r\n\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polls(text: &str) -> bool {
        matches!(parse(text.as_bytes(), 0), Parsed::Poll(_))
    }

    fn is_other(text: &str) -> bool {
        matches!(parse(text.as_bytes(), 0), Parsed::Other)
    }

    #[test]
    fn a_poll_is_told_from_everything_else() {
        assert!(polls("GET /api/v1/events?queue_id=1 HTTP/1.1\r\nHost: a\r\n\r\n"));
        assert!(polls("GET /api/v1/events HTTP/1.0\r\n\r\n"));
        assert!(polls("GET /api/v1/events HTTP/1.1\r\ncontent-length: 0\r\n\r\nGET"));
        for other in [
            "POST /api/v1/events HTTP/1.1\r\n\r\n",
            "GET /api/v1/eventsx HTTP/1.1\r\n\r\n",
            "GET /api/v1/events/1 HTTP/1.1\r\n\r\n",
            "GET /api/v1/events#x HTTP/1.1\r\n\r\n",
            "GET http://a/api/v1/events HTTP/1.1\r\n\r\n",
            "GET /api/v1/events HTTP/2.0\r\n\r\n",
            "GET /api/v1/events HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
            "GET /api/v1/events HTTP/1.1\r\nContent-Length: 0\r\ncontent-length: 3\r\n\r\nabc",
            "GET /api/v1/events HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
            "GET /api/v1/events HTTP/1.1\r\nExpect: 100-continue\r\n\r\n",
            "GET /api/v1/events HTTP/1.1\r\nA : b\r\n\r\n",
            "GET /api/v1/events HTTP/1.1\r\nA: b\r\n c\r\n\r\n",
            "\r\nGET /api/v1/events HTTP/1.1\r\n\r\n",
            "get /api/v1/events HTTP/1.1\r\n\r\n",
            "\u{0}",
        ] {
            assert!(is_other(other), "{other:?}");
        }
    }

    #[test]
    fn a_head_in_pieces_is_waited_for() {
        let whole = b"GET /api/v1/events?a=b HTTP/1.1\r\nAuthorization: x\r\n\r\n";
        for looked_at in 0..whole.len() {
            assert!(matches!(parse(&whole[..looked_at], 0), Parsed::Partial), "{looked_at}");
            let Parsed::Poll(head) = parse(whole, looked_at) else { panic!("{looked_at}") };
            assert_eq!((head.query, head.length), ("a=b", whole.len()));
            assert_eq!(head.header("authorization"), Some(&b"x"[..]));
        }
    }

    #[test]
    fn the_connection_ends_where_the_client_says_so_and_with_old_clients() {
        for (headers, keeps) in
            [("HTTP/1.1\r\n", true), ("HTTP/1.1\r\nConnection: Upgrade, Close\r\n", false), ("HTTP/1.0\r\n", false)]
        {
            let text = format!("GET /api/v1/events {headers}\r\n");
            let Parsed::Poll(head) = parse(text.as_bytes(), 0) else { panic!("{text}") };
            assert_eq!(head.keep_alive, keeps, "{text}");
        }
    }
}
