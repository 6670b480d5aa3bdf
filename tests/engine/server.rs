//! A server on this computer that answers as a test wants, faults included.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use kindred_engine::net::Address;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The first byte asked for.
    pub(crate) fn start(&self) -> usize {
        let range = self.header("range").and_then(|range| range.strip_prefix("bytes="));
        range.map_or(0, |range| range.trim_end_matches('-').parse().expect("a number"))
    }
}

/// What happens on the way of an answer.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Way {
    #[default]
    Whole,
    /// The connection ends after this many bytes, counted from the head's first.
    Cut(usize),
    /// Nothing more comes after this many bytes.
    Stall(usize),
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    pub(crate) way: Way,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, body: body.into(), ..Self::default() }
    }

    pub(crate) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn on(self, way: Way) -> Self {
        Self { way, ..self }
    }

    /// Ends the connection after this many bytes of the body.
    pub(crate) fn cut_in_body(self, bytes: usize) -> Self {
        let head = self.bytes().len() - self.body.len();
        self.on(Way::Cut(head + bytes))
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// As they are sent.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} Status\r\n", self.status);
        let has = |name: &str| self.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if !has("content-length") && !has("transfer-encoding") {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

type Answering = dyn Fn(&Asked) -> Answer + Send + Sync;

/// Ends when it goes out of scope.
pub(crate) struct Server {
    at: SocketAddr,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<Asked>>>,
    is_over: Arc<AtomicBool>,
}

impl Server {
    pub(crate) fn new(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::start("http", answer, |mut stream, talk| talk(&mut stream))
    }

    /// Encrypted, with a certificate that nobody vouches for.
    pub(crate) fn self_signed(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let own = rcgen::generate_simple_self_signed(["localhost".into(), "127.0.0.1".into()])
            .expect("a certificate can be made");
        let key = rustls::pki_types::PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|config| {
                config
                    .with_no_client_auth()
                    .with_single_cert(vec![own.cert.der().clone()], key.into())
            })
            .expect("the certificate and its key belong together");
        let config = Arc::new(config);
        Self::start("https", answer, move |stream, talk| {
            let connection =
                rustls::ServerConnection::new(Arc::clone(&config)).map_err(io::Error::other)?;
            talk(&mut rustls::StreamOwned::new(connection, stream))
        })
    }

    fn start(
        scheme: &'static str,
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
        wrap: impl Fn(TcpStream, &dyn Fn(&mut dyn Stream) -> io::Result<()>) -> io::Result<()>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("this computer has a free port");
        let at = listener.local_addr().expect("it listens");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let (log, over) = (Arc::clone(&asked), Arc::clone(&is_over));
        let (answer, wrap): (Arc<Answering>, _) = (Arc::new(answer), Arc::new(wrap));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let (log, answer, wrap) =
                    (Arc::clone(&log), Arc::clone(&answer), Arc::clone(&wrap));
                std::thread::spawn(move || {
                    let talk = |stream: &mut dyn Stream| talk(stream, &log, &*answer);
                    // A client that leaves is part of the tests.
                    let _ = wrap(stream, &talk);
                });
            }
        });
        Self { at, scheme, asked, is_over }
    }

    /// Like "127.0.0.1:40123".
    pub(crate) fn host(&self) -> String {
        self.at.to_string()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.at)
    }

    pub(crate) fn address(&self, path: &str) -> Address {
        Address::parse(&self.url(path)).expect("a server on this computer is allowed")
    }

    /// All requests so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("nobody panicked with it").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.at);
    }
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

/// Answers one request after the other, until the connection ends.
fn talk(stream: &mut dyn Stream, log: &Mutex<Vec<Asked>>, answer: &Answering) -> io::Result<()> {
    loop {
        let asked = read(stream)?;
        log.lock().expect("nobody panicked with it").push(asked.clone());
        let answer = answer(&asked);
        let bytes = answer.bytes();
        let sent = match answer.way {
            Way::Whole => bytes.len(),
            Way::Cut(sent) | Way::Stall(sent) => sent.min(bytes.len()),
        };
        stream.write_all(&bytes[..sent])?;
        stream.flush()?;
        match answer.way {
            Way::Whole => {}
            Way::Cut(_) => return Ok(()),
            // Until the other side leaves.
            Way::Stall(_) => return stream.read(&mut [0]).map(|_| ()),
        }
    }
}

fn read(stream: &mut dyn Stream) -> io::Result<Asked> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    let mut lines = head.split("\r\n");
    let path = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut asked = Asked { path, headers, body: Vec::new() };
    let length =
        asked.header("content-length").map_or(0, |length| length.parse().expect("a number"));
    asked.body = vec![0; length];
    stream.read_exact(&mut asked.body)?;
    Ok(asked)
}
