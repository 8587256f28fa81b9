//! One question to a server: the whole file, or the rest of it from a byte on.

use std::io::{self, Read};
use std::time::Duration;

use ureq::http::Response;
use ureq::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderMap, HeaderName,
    IF_RANGE, LAST_MODIFIED, RANGE, RETRY_AFTER,
};
use ureq::{Agent, Body};

use crate::address::Address;
use crate::origin::Origin;
use crate::{FetchError, Options};

/// Asks for one file.
pub(crate) struct Server {
    agent: Agent,
    address: Address,
    stall: Duration,
    limit: u64,
}

/// What the server sends.
pub(crate) struct Answer {
    /// The file.
    pub origin: Origin,
    /// Whether only the bytes asked for come, not the whole file.
    pub is_rest: bool,
    /// The bytes.
    pub body: Box<dyn Read>,
}

/// Why an answer, or the end of it, did not come.
pub(crate) enum Trouble {
    /// It may go better the next time.
    Passing {
        problem: String,
        /// How long the server asks to be left alone.
        wait: Option<Duration>,
    },
    /// The server no longer has the file whose rest was asked for.
    Changed(&'static str),
    /// It will not go better.
    Final(FetchError),
}

impl Server {
    /// Nothing is sent yet.
    pub fn new(address: Address, options: &Options) -> Self {
        let stall = Some(options.stall);
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            // A redirect must not take an encrypted download onto an open line.
            .https_only(address.is_encrypted)
            .timeout_resolve(stall)
            .timeout_connect(stall)
            .timeout_recv_response(stall)
            .timeout_per_read(stall)
            .timeout_per_write(stall)
            .user_agent(concat!("saysee-fetch/", env!("CARGO_PKG_VERSION")));
        if address.is_local {
            config = config.proxy(None);
        }
        Self {
            agent: config.build().into(),
            address,
            stall: options.stall,
            limit: options.max_bytes,
        }
    }

    /// The address, as it may be shown.
    pub fn address(&self) -> &str {
        &self.address.shown
    }

    /// Asks for the whole file, or for the rest of the given one.
    pub fn ask(&self, resume: Option<(u64, &Origin)>) -> Result<Answer, Trouble> {
        // Compressed on the way, the bytes would not be those that lengths and ranges count.
        let mut request = self
            .agent
            .get(&self.address.request)
            .header(ACCEPT_ENCODING, "identity");
        if let Some((done, origin)) = resume {
            request = request.header(RANGE, format!("bytes={done}-"));
            if let Some(validator) = origin.validator() {
                request = request.header(IF_RANGE, validator);
            }
        }
        let response = request
            .call()
            .map_err(|error| self.not_asked(error, resume.is_some()))?;
        match (response.status().as_u16(), resume) {
            (200, _) => self.whole(response),
            (206, Some((done, origin))) => self.rest(response, done, origin),
            (416, Some(_)) => Err(Trouble::Changed("the server's file has become shorter")),
            (408 | 425 | 429 | 500 | 502..=504, _) => Err(Trouble::Passing {
                problem: format!(
                    "the server answered with status {}",
                    response.status().as_u16()
                ),
                wait: number(response.headers(), RETRY_AFTER).map(Duration::from_secs),
            }),
            (status, _) => Err(Trouble::Final(FetchError::Refused {
                address: self.address().to_owned(),
                status,
                advice: advice(status),
            })),
        }
    }

    fn whole(&self, response: Response<Body>) -> Result<Answer, Trouble> {
        let headers = response.headers();
        let kind = text(headers, CONTENT_TYPE).unwrap_or_default();
        let coding = text(headers, CONTENT_ENCODING).unwrap_or_default();
        let length = response.body().content_length();
        if kind.starts_with("text/html") {
            return Err(self.not_the_file("a web page"));
        }
        if !matches!(coding.as_str(), "" | "identity") {
            return Err(self.not_the_file(&format!("a copy compressed with {coding}")));
        }
        self.check_size(length.unwrap_or(0))
            .map_err(Trouble::Final)?;
        Ok(Answer {
            origin: self.origin(headers, length),
            is_rest: false,
            body: Box::new(response.into_body().into_reader()),
        })
    }

    fn rest(&self, response: Response<Body>, done: u64, begun: &Origin) -> Result<Answer, Trouble> {
        let headers = response.headers();
        let range = text(headers, CONTENT_RANGE).and_then(|range| content_range(&range));
        let Some((from, total)) = range else {
            return Err(Trouble::Changed(
                "the server does not say which bytes it sends",
            ));
        };
        let origin = self.origin(headers, Some(total));
        if from != done || !begun.is_continued_by(&origin) {
            return Err(Trouble::Changed("the server's file is another one now"));
        }
        self.check_size(total).map_err(Trouble::Final)?;
        Ok(Answer {
            origin,
            is_rest: true,
            body: Box::new(response.into_body().into_reader()),
        })
    }

    fn origin(&self, headers: &HeaderMap, length: Option<u64>) -> Origin {
        Origin {
            address: self.address.shown.clone(),
            etag: text(headers, ETAG),
            last_modified: text(headers, LAST_MODIFIED),
            length,
        }
    }

    /// Refuses a file of `bytes` or more where that is too much.
    pub fn check_size(&self, bytes: u64) -> Result<(), FetchError> {
        if bytes <= self.limit {
            return Ok(());
        }
        Err(FetchError::TooLarge {
            address: self.address().to_owned(),
            bytes,
            limit: self.limit,
        })
    }

    /// A connection lost in the middle of an answer.
    pub fn broken_off(&self, error: io::Error) -> Trouble {
        let error = error
            .downcast::<ureq::Error>()
            .unwrap_or_else(ureq::Error::Io);
        Trouble::Passing {
            problem: self.words(&error),
            wait: None,
        }
    }

    fn not_asked(&self, error: ureq::Error, has_begun: bool) -> Trouble {
        use io::ErrorKind::{
            BrokenPipe, ConnectionAborted, ConnectionReset, InvalidData, TimedOut, UnexpectedEof,
        };
        use ureq::Error::{BodyStalled, ConnectionFailed, HostNotFound, Io, Protocol, Timeout};
        let problem = self.words(&error);
        let is_passing = match error {
            Io(error) => match error.kind() {
                UnexpectedEof | ConnectionReset | ConnectionAborted | BrokenPipe | TimedOut => true,
                // How a certificate that is not accepted arrives here.
                InvalidData => false,
                // No such name, nobody there, no way to it: in the middle of a download that is a
                // connection lost, at its beginning a wrong address.
                _ => has_begun,
            },
            HostNotFound => has_begun,
            Timeout(_) | ConnectionFailed | Protocol(_) | BodyStalled => true,
            _ => false,
        };
        if is_passing {
            return Trouble::Passing {
                problem,
                wait: None,
            };
        }
        Trouble::Final(FetchError::Unreachable {
            address: self.address().to_owned(),
            problem,
        })
    }

    fn words(&self, error: &ureq::Error) -> String {
        match error {
            ureq::Error::Timeout(_) => {
                format!("the server was silent for {} s", self.stall.as_secs_f32())
            }
            ureq::Error::HostNotFound => "no server has that name".to_owned(),
            ureq::Error::RequireHttpsOnly(_) => {
                "it leads to an address without encryption".to_owned()
            }
            ureq::Error::TooManyRedirects => {
                "it leads from one address to the next without end".to_owned()
            }
            ureq::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                "the connection was lost".to_owned()
            }
            ureq::Error::Io(error) => error.to_string(),
            error => error.to_string(),
        }
    }

    /// Something else came.
    pub fn not_the_file(&self, found: &str) -> Trouble {
        Trouble::Final(FetchError::NotTheFile {
            address: self.address().to_owned(),
            found: found.to_owned(),
        })
    }
}

fn advice(status: u16) -> &'static str {
    match status {
        401 | 403 => "it may want a sign-in: open the address in a browser, or name a mirror",
        404 | 410 => "the file is no longer there, or the mirror does not have it",
        407 => "the proxy wants a sign-in: put it into HTTPS_PROXY",
        _ => "open the address in a browser to see why, or name a mirror",
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.trim().to_owned())
}

fn number(headers: &HeaderMap, name: HeaderName) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

/// The first byte and the size of the whole file, out of `bytes 5-9/10`.
fn content_range(range: &str) -> Option<(u64, u64)> {
    let (bytes, total) = range.strip_prefix("bytes ")?.split_once('/')?;
    let (from, last) = bytes.split_once('-')?;
    let (from, last, total) = (from.parse().ok()?, last.parse().ok()?, total.parse().ok()?);
    // A server may send less than was asked for. The remainder is then asked for like any other.
    (from <= last && last < total).then_some((from, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_sent() {
        assert_eq!(content_range("bytes 5-9/10"), Some((5, 10)));
        assert_eq!(content_range("bytes 0-0/10"), Some((0, 10)));
        for range in [
            "",
            "bytes 5-9/*",
            "bytes */10",
            "bytes 9-5/10",
            "bytes 5-10/10",
            "items 5-9/10",
            "bytes 5-9",
        ] {
            assert_eq!(content_range(range), None, "{range}");
        }
    }
}
