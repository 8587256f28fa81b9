//! A web server with one file, on this machine, that can be told to behave badly.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What to do with one request. Requests without an instruction are answered properly.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answers properly.
    Serve,
    /// Closes the connection after so many bytes of the answer's body.
    DropAfter(usize),
    /// Falls silent after so many bytes of the answer's body.
    StallAfter(usize),
    /// Closes the connection at once.
    Hang,
    /// Sends the whole file, whatever was asked for.
    IgnoreRange,
    /// Sends the rest, whatever file it was asked of.
    IgnoreIfRange,
    /// Announces so many bytes, sends the file, and closes the connection.
    Announce(usize),
    /// Sends the file without a length, to the end of the connection.
    NoLength,
    /// Sends the file in pieces, without a length.
    Chunked,
    /// Leads elsewhere.
    Redirect(String),
    /// Refuses, with a header of its own.
    Status(u16, &'static str),
    /// Sends the file with a header of its own.
    Header(&'static str),
}

/// One request, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub path: String,
    pub range: Option<String>,
    pub if_range: Option<String>,
}

/// The file and the headers that describe it.
#[derive(Clone, Debug)]
pub struct Served {
    pub bytes: Vec<u8>,
    pub etag: Option<String>,
    pub last_modified: Option<String>,
}

#[derive(Debug)]
struct State {
    served: Mutex<Served>,
    acts: Mutex<VecDeque<Act>>,
    asked: Mutex<Vec<Asked>>,
    is_over: AtomicBool,
}

/// The server. It stops when dropped.
pub struct Site {
    state: Arc<State>,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
}

impl Site {
    pub fn new(bytes: Vec<u8>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State {
            served: Mutex::new(Served {
                bytes,
                etag: Some("\"one\"".to_owned()),
                last_modified: Some("Mon, 03 Oct 2022 10:00:00 GMT".to_owned()),
            }),
            acts: Mutex::default(),
            asked: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&shared);
                // A client that hangs up in the middle is part of the tests.
                thread::spawn(move || shared.answer(stream.unwrap()).ok());
            }
        });
        Self { state, base }
    }

    /// The address of the file.
    pub fn address(&self) -> String {
        format!("{}/folder/file.bin", self.base)
    }

    /// What to do with the next requests.
    pub fn then(&self, acts: impl IntoIterator<Item = Act>) {
        self.state.acts.lock().unwrap().extend(acts);
    }

    /// All requests since the last call.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.asked.lock().unwrap())
    }

    /// The ranges of all requests since the last call.
    pub fn ranges(&self) -> Vec<Option<String>> {
        self.asked().into_iter().map(|asked| asked.range).collect()
    }

    /// Changes the file or what describes it.
    pub fn change(&self, change: impl FnOnce(&mut Served)) {
        change(&mut self.state.served.lock().unwrap());
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(self.base.trim_start_matches("http://"));
    }
}

impl State {
    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let asked = read_request(&stream)?;
        self.asked.lock().unwrap().push(asked.clone());
        let act = self.acts.lock().unwrap().pop_front().unwrap_or(Act::Serve);
        let served = self.served.lock().unwrap().clone();
        let all = served.bytes.len();
        let is_same = asked.if_range.is_none()
            || asked.if_range == served.etag
            || asked.if_range == served.last_modified
            || matches!(act, Act::IgnoreIfRange);
        let from = asked.range.as_ref().map(|range| {
            let from = range
                .strip_prefix("bytes=")
                .and_then(|range| range.strip_suffix('-'));
            from.unwrap().parse::<usize>().unwrap()
        });
        let from = from.filter(|_| is_same && !matches!(act, Act::IgnoreRange));
        let mut head = match from {
            Some(from) if from >= all => {
                return write!(
                    stream,
                    "HTTP/1.1 416 No\r\nContent-Range: bytes */{all}\r\nContent-Length: 0\r\n\r\n"
                );
            }
            Some(from) => format!(
                "HTTP/1.1 206 Part\r\nContent-Range: bytes {from}-{}/{all}\r\n",
                all - 1
            ),
            None => "HTTP/1.1 200 Fine\r\n".to_owned(),
        };
        let body = &served.bytes[from.unwrap_or(0)..];
        if let Some(etag) = &served.etag {
            head += &format!("ETag: {etag}\r\n");
        }
        if let Some(date) = &served.last_modified {
            head += &format!("Last-Modified: {date}\r\n");
        }
        head += "Connection: close\r\n";
        let length = format!("Content-Length: {}\r\n", body.len());
        match act {
            Act::Serve | Act::IgnoreRange | Act::IgnoreIfRange => {
                send(&mut stream, &head, &length, body)
            }
            Act::Hang => Ok(()),
            Act::DropAfter(count) => send(&mut stream, &head, &length, &body[..count]),
            Act::StallAfter(count) => {
                send(&mut stream, &head, &length, &body[..count])?;
                while !self.is_over.load(Ordering::SeqCst) {
                    thread::sleep(Duration::from_millis(20));
                }
                Ok(())
            }
            Act::Announce(count) => send(
                &mut stream,
                &head,
                &format!("Content-Length: {count}\r\n"),
                body,
            ),
            Act::NoLength => send(&mut stream, &head, "", body),
            Act::Chunked => {
                write!(stream, "{head}Transfer-Encoding: chunked\r\n\r\n")?;
                for chunk in body.chunks(10_000) {
                    write!(stream, "{:x}\r\n", chunk.len())?;
                    stream.write_all(chunk)?;
                    stream.write_all(b"\r\n")?;
                }
                stream.write_all(b"0\r\n\r\n")
            }
            Act::Redirect(to) => write!(
                stream,
                "HTTP/1.1 302 There\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            ),
            Act::Status(status, header) => write!(
                stream,
                "HTTP/1.1 {status} No\r\n{header}Content-Length: 0\r\nConnection: close\r\n\r\n"
            ),
            Act::Header(header) => send(&mut stream, &head, &format!("{length}{header}"), body),
        }
    }
}

fn send(stream: &mut TcpStream, head: &str, more: &str, body: &[u8]) -> std::io::Result<()> {
    write!(stream, "{head}{more}\r\n")?;
    stream.write_all(body)?;
    stream.flush()
}

fn read_request(stream: &TcpStream) -> std::io::Result<Asked> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut asked = Asked {
        path: first.split(' ').nth(1).unwrap_or_default().to_owned(),
        range: None,
        if_range: None,
    };
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "range" => asked.range = Some(value.to_owned()),
            "if-range" => asked.if_range = Some(value.to_owned()),
            _ => {}
        }
    }
    Ok(asked)
}

/// Bytes without a pattern, different for each seed.
pub fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(count).collect()
}
