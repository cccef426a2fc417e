//! Bytes verified while they stream: the last piece waits until the digest of all is known.

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use hotswap_model::{Digest, Hasher};

use crate::{Result, StorageError};

/// What is done about bytes that have another digest: given that digest, sets them aside and says what to tell.
pub(crate) type OnDamage = Box<dyn FnOnce(Digest) -> BoxFuture<'static, StorageError> + Send>;

struct State {
    bytes: BoxStream<'static, Result<Bytes>>,
    hasher: Hasher,
    held: Option<Bytes>,
    expected: Digest,
    on_damage: OnDamage,
}

/// The same bytes, of which the last piece comes only if all have the digest; else an error comes in its place.
pub(crate) fn verified(
    expected: Digest,
    bytes: BoxStream<'static, Result<Bytes>>,
    on_damage: OnDamage,
) -> BoxStream<'static, Result<Bytes>> {
    let state = State { bytes, hasher: Hasher::default(), held: None, expected, on_damage };
    futures::stream::try_unfold(Some(state), |state| async move {
        let Some(mut state) = state else { return Ok(None) };
        while let Some(piece) = state.bytes.try_next().await? {
            if piece.is_empty() {
                continue;
            }
            state.hasher.update(&piece);
            if let Some(before) = state.held.replace(piece) {
                return Ok(Some((before, Some(state))));
            }
        }
        let actual = state.hasher.finish();
        if actual != state.expected {
            return Err((state.on_damage)(actual).await);
        }
        Ok(state.held.map(|last| (last, None)))
    })
    .boxed()
}
