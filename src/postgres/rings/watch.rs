//! Receiving changes as soon as they are committed, with `LISTEN`.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::{Context, Poll};

use sha2::{Digest as _, Sha256};
use tokio_postgres::{AsyncMessage, Client, Error};

use super::{Answer, PostgresKeyringStore};
use crate::postgres::Pool;
use crate::share::{Replaced, SharedKeyring};
use crate::snapshot::{Seal, StoredKey};

/// What a change of an owner's ring is announced as. Everybody who may connect can listen, so no customer is named.
pub(super) fn address(owner: &str) -> String {
    let digest = Sha256::new().chain_update(b"\xFFhookring address of an owner, version 1\0").chain_update(owner).finalize();
    hex::encode(digest)
}

impl<P: Pool, S: Seal> PostgresKeyringStore<P, S> {
    /// Publishes the rings of these owners whenever they change, until the connection ends. Runs in a task of the caller.
    ///
    /// `client` and `poll` are the two halves of a connection of its own, from no pool and through no pooler in transaction
    /// mode. Each ring is refreshed once at the start, so nothing that changed before is missed. `report` is called for
    /// every refresh; a failed one is repeated when the ring changes again, or when the caller starts over. Do that every
    /// minute: it finds connections that were lost silently, and this function has no timer.
    ///
    /// ```no_run
    /// # use hookring::{Seal, SharedKeyring, postgres::{Pool, PostgresKeyringStore}};
    /// # use std::{sync::Arc, time::Duration};
    /// # async fn task<P: Pool, S: Seal>(store: PostgresKeyringStore<P, S>, ring: Arc<SharedKeyring>) {
    /// let rings = [("workflow-23".to_owned(), ring)];
    /// loop {
    ///     if let Ok((client, mut connection)) = tokio_postgres::connect("host=db user=app", tokio_postgres::NoTls).await {
    ///         let report = |owner: &str, news: Result<_, _>| {
    ///             if let Err(why) = news {
    ///                 eprintln!("the ring of {owner} is not refreshed: {why}");
    ///             }
    ///         };
    ///         let watching = store.watch(&client, |cx| connection.poll_message(cx), &rings, report);
    ///         let _ = tokio::time::timeout(Duration::from_secs(60), watching).await;
    ///     }
    ///     tokio::time::sleep(Duration::from_secs(1)).await;
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The connection's. `Ok` if it was closed.
    pub async fn watch<K: StoredKey>(
        &self,
        client: &Client,
        poll: impl FnMut(&mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>>,
        rings: &[(String, Arc<SharedKeyring<K>>)],
        mut report: impl FnMut(&str, Answer<Replaced, P, S>),
    ) -> Result<(), Error> {
        let mut line = Line { poll, heard: BTreeSet::new(), ended: None };
        match line.unless_ended(client.batch_execute("LISTEN hookring_ring")).await {
            Some(listens) => listens?,
            None => return line.ended.unwrap_or(Ok(())),
        }
        for (owner, shared) in rings {
            report(owner, line.during(self.refresh(owner, shared)).await);
        }
        while line.hears_something().await {
            let heard = core::mem::take(&mut line.heard);
            for (owner, shared) in rings.iter().filter(|(owner, _)| heard.contains(&address(owner))) {
                report(owner, line.during(self.refresh(owner, shared)).await);
            }
        }
        line.ended.unwrap_or(Ok(()))
    }
}

/// A connection that does its work only while it is polled.
struct Line<F> {
    poll: F,
    heard: BTreeSet<String>,
    ended: Option<Result<(), Error>>,
}

impl<F: FnMut(&mut Context<'_>) -> Poll<Option<Result<AsyncMessage, Error>>>> Line<F> {
    /// Polls the connection until it has nothing more to do.
    fn work(&mut self, cx: &mut Context<'_>) {
        while self.ended.is_none() {
            match (self.poll)(cx) {
                Poll::Ready(Some(Ok(AsyncMessage::Notification(news)))) => drop(self.heard.insert(news.payload().into())),
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(why))) => self.ended = Some(Err(why)),
                Poll::Ready(None) => self.ended = Some(Ok(())),
                Poll::Pending => return,
            }
        }
    }

    /// Drives the connection while something else is awaited.
    async fn during<T>(&mut self, other: impl Future<Output = T>) -> T {
        let mut other = pin!(other);
        poll_fn(|cx| {
            self.work(cx);
            other.as_mut().poll(cx)
        })
        .await
    }

    /// The same for what comes through the connection itself; `None` if that ends first, for then nothing will come.
    async fn unless_ended<T>(&mut self, other: impl Future<Output = T>) -> Option<T> {
        let mut other = pin!(other);
        poll_fn(|cx| {
            self.work(cx);
            match other.as_mut().poll(cx) {
                Poll::Pending if self.ended.is_some() => Poll::Ready(None),
                answer => answer.map(Some),
            }
        })
        .await
    }

    /// Waits for a notification; `false` once the connection has ended.
    async fn hears_something(&mut self) -> bool {
        poll_fn(|cx| {
            self.work(cx);
            match (self.heard.is_empty(), self.ended.is_some()) {
                (_, true) => Poll::Ready(false),
                (false, _) => Poll::Ready(true),
                _ => Poll::Pending,
            }
        })
        .await
    }
}
