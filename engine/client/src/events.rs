//! The steps of a rollout as server-sent events. A broken stream, or a server that starts anew, is joined again where it was left.

use std::time::Duration;

use hotswap_api::{RolloutEvent, path};
use hotswap_model::RolloutId;
use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method, Response};

use crate::client::Client;
use crate::error::ClientError;
use crate::transport::Call;

/// From a broken stream to the next try.
const RECONNECT_AFTER: Duration = Duration::from_millis(500);

/// The steps of one rollout. Dropping it leaves the rollout alone.
#[derive(Debug)]
pub struct RolloutEvents {
    client: Client,
    rollout: RolloutId,
    /// The last step that was given out.
    after: u64,
    stream: Option<Stream>,
    over: bool,
}

#[derive(Debug)]
struct Stream {
    response: Response,
    lines: Lines,
}

impl RolloutEvents {
    pub(crate) fn new(client: Client, rollout: RolloutId) -> Self {
        Self { client, rollout, after: 0, stream: None, over: false }
    }

    /// The next step; nothing after the one with which the rollout is over. A halted rollout is not over: its stream goes on.
    ///
    /// Waits as long as it takes, also for a server that is away for a while; put a time limit around it. Dropping the future
    /// loses no step.
    ///
    /// # Errors
    /// If the server answers, but not with the steps: an unknown rollout, a wrong token.
    pub async fn next(&mut self) -> Result<Option<RolloutEvent>, ClientError> {
        while !self.over {
            if self.stream.is_none() {
                self.connect().await?;
            }
            let Some(stream) = &mut self.stream else {
                tokio::time::sleep(RECONNECT_AFTER).await;
                continue;
            };
            while let Some(data) = stream.lines.next_event() {
                let event: RolloutEvent = serde_json::from_str(&data).map_err(|error| {
                    self.client.bad_answer(&call(&self.rollout, self.after), format!("an event that cannot be read: {error}"))
                })?;
                if event.seq > self.after {
                    self.after = event.seq;
                    self.over = event.status.is_over();
                    return Ok(Some(event));
                }
            }
            match stream.response.chunk().await {
                Ok(Some(bytes)) => stream.lines.push(&bytes),
                Ok(None) | Err(_) => {
                    self.stream = None;
                    tokio::time::sleep(RECONNECT_AFTER).await;
                }
            }
        }
        Ok(None)
    }

    async fn connect(&mut self) -> Result<(), ClientError> {
        match self.client.open(&call(&self.rollout, self.after)).await {
            Ok(response) => self.stream = Some(Stream { response, lines: Lines::default() }),
            Err(error) if error.may_pass() => {
                tracing::debug!(rollout = %self.rollout, %error, "the rollout's events are out of reach for now")
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn call(rollout: &RolloutId, after: u64) -> Call {
    Call::new(Method::GET, path::fill(path::ROLLOUT_EVENTS, &[rollout.as_str()]))
        .query("after", after.to_string())
        .header(ACCEPT, HeaderValue::from_static("text/event-stream"))
}

/// Cuts a stream of bytes into the data of its events. Of the format only `data` lines are needed: the rest is in the data too.
#[derive(Debug, Default)]
struct Lines {
    bytes: Vec<u8>,
    data: String,
}

impl Lines {
    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The data of the next whole event.
    fn next_event(&mut self) -> Option<String> {
        while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            if let Some(data) = line.strip_prefix("data:") {
                if !self.data.is_empty() {
                    self.data.push('\n');
                }
                self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
            } else if line.is_empty() && !self.data.is_empty() {
                return Some(std::mem::take(&mut self.data));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_whole_however_the_bytes_are_cut() {
        let text = ": hello\n\nid: 1\nevent: started\ndata: {\"a\":\ndata: 1}\n\nid: 2\r\ndata:two\r\n\r\ndata: cut";
        for size in 1..text.len() {
            let mut lines = Lines::default();
            let mut events = Vec::new();
            for piece in text.as_bytes().chunks(size) {
                lines.push(piece);
                while let Some(event) = lines.next_event() {
                    events.push(event);
                }
            }
            assert_eq!(events, ["{\"a\":\n1}", "two"], "in pieces of {size}");
        }
    }
}
