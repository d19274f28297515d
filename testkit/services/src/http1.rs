//! As much of HTTP/1.1 as a proxy for tests needs: whole messages, read and written.

use std::io::{Error, ErrorKind};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};

/// A request or an answer, whole; the body without its transfer encoding.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Request line or status line.
    pub(crate) start: String,
    /// Names in lower case. Those that frame the body are left out: they are written anew.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Reads a message; `None` where the other side closed instead. An answer to HEAD has no body, whatever it says.
pub(crate) async fn read<S: AsyncRead + Unpin>(
    stream: &mut BufReader<S>,
    head_only: bool,
) -> Result<Option<Message>, Error> {
    let mut start = String::new();
    if stream.read_line(&mut start).await? == 0 {
        return Ok(None);
    }
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let header =
        |name: &str| headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str());
    let mut body = Vec::new();
    if header("transfer-encoding").is_some_and(|encoding| encoding.contains("chunked")) {
        read_chunks(stream, &mut body).await?;
    } else if let Some(length) = header("content-length").filter(|_| !head_only) {
        body.resize(length.parse().map_err(|_| Error::from(ErrorKind::InvalidData))?, 0);
        stream.read_exact(&mut body).await?;
    } else if start.starts_with("HTTP/") && !head_only {
        stream.read_to_end(&mut body).await?;
    }
    // An answer to HEAD tells a length that it does not have.
    headers.retain(|(name, _)| name != "transfer-encoding" && (head_only || name != "content-length"));
    Ok(Some(Message { start: start.trim_end().to_owned(), headers, body }))
}

async fn read_chunks<S: AsyncRead + Unpin>(
    stream: &mut BufReader<S>,
    body: &mut Vec<u8>,
) -> Result<(), Error> {
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let length = line.trim().split(';').next().unwrap_or_default();
        let length = usize::from_str_radix(length, 16).map_err(|_| Error::from(ErrorKind::InvalidData))?;
        let begin = body.len();
        body.resize(begin + length, 0);
        stream.read_exact(&mut body[begin..]).await?;
        // The end of the line behind a chunk; no trailers are expected behind the last.
        stream.read_line(&mut line).await?;
        if length == 0 {
            return Ok(());
        }
    }
}

impl Message {
    pub(crate) fn answer(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        Self {
            start: format!("HTTP/1.1 {status} Told"),
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body,
        }
    }

    /// Method and path of a request.
    pub(crate) fn start_words(&self) -> (String, String) {
        let mut words = self.start.split(' ').map(str::to_owned);
        (words.next().unwrap_or_default(), words.next().unwrap_or_default())
    }

    pub(crate) fn remove_header(&mut self, name: &str) {
        self.headers.retain(|(other, _)| other != name);
    }

    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        self.remove_header(name);
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// The message as it goes over the wire; the body is left out for an answer to HEAD.
    pub(crate) fn to_bytes(&self, head_only: bool) -> Vec<u8> {
        let mut bytes = [self.start.as_str(), "\r\n"].concat().into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice([name.as_str(), ": ", value.as_str(), "\r\n"].concat().as_bytes());
        }
        if !self.headers.iter().any(|(name, _)| name == "content-length") {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        if !head_only {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}
