//! Events as they happen (server-sent events, HTML Standard section 9.2): those that are kept first, then each new one.

use std::{convert::Infallible, sync::Arc};

use axum::{
    extract::State,
    http::HeaderMap,
    response::sse::{Event as Sent, KeepAlive, Sse},
};
use futures_util::{Stream, StreamExt, stream};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::{events::Event, state::Sandbox};

/// Goes on behind `Last-Event-ID`, so that whoever comes back misses nothing that is still kept.
pub(super) async fn get(
    State(sandbox): State<Arc<Sandbox>>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Sent, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(0);
    let (kept, news) = sandbox.events.after(last);
    let seen = kept.last().map_or(last, |event| event.id);
    let following = stream::unfold((sandbox, news, seen), next);
    let all = stream::iter(kept).chain(following).map(|event| Ok(sent(&event)));
    Sse::new(all).keep_alive(KeepAlive::default())
}

/// The next event. A reader who fell behind gets what is still kept, and a gap in the numbers shows the rest.
async fn next(
    (sandbox, mut news, seen): (Arc<Sandbox>, Receiver<Event>, u64),
) -> Option<(Event, (Arc<Sandbox>, Receiver<Event>, u64))> {
    loop {
        match news.recv().await {
            Ok(event) if event.id <= seen => {}
            Ok(event) => {
                let seen = event.id;
                return Some((event, (sandbox, news, seen)));
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return None,
        }
    }
}

fn sent(event: &Event) -> Sent {
    // An event is plain data: it always is JSON.
    Sent::default().id(event.id.to_string()).json_data(event).unwrap_or_default()
}
