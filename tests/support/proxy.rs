//! A line to a server that does what lines do: stall, break before or after the server heard, talk nonsense, be slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Fault {
    /// The line works.
    None,
    /// Nothing gets through any more, in either direction; connections stay open.
    Stalls,
    /// The line breaks before the server hears the request.
    CutsRequests,
    /// The server does what it was asked, and the line breaks before anybody hears of it.
    CutsAnswers,
    /// Something else answers.
    Garbage,
    /// Every byte comes by itself.
    Trickles,
}

pub(crate) const FAULTS: [Fault; 5] = [Fault::Stalls, Fault::CutsRequests, Fault::CutsAnswers, Fault::Garbage, Fault::Trickles];

/// A port of its own in front of the port of a server.
pub(crate) struct Proxy {
    port: u16,
    fault: Arc<AtomicU8>,
    listens: AbortHandle,
}

impl Proxy {
    pub(crate) async fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, fault) = (listener.local_addr().unwrap().port(), Arc::new(AtomicU8::new(0)));
        let now = fault.clone();
        let listens = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(line(near, server, now.clone()));
            }
        });
        Self { port, fault, listens: listens.abort_handle() }
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    /// What the lines do from now on, those that are open too.
    pub(crate) fn set(&self, fault: Fault) {
        self.fault.store(fault as u8, Ordering::SeqCst);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listens.abort();
    }
}

async fn line(near: TcpStream, server: u16, fault: Arc<AtomicU8>) {
    let Ok(far) = TcpStream::connect(("127.0.0.1", server)).await else { return };
    for stream in [&near, &far] {
        stream.set_nodelay(true).unwrap();
    }
    let (mut from_client, mut to_client) = near.into_split();
    let (mut from_server, mut to_server) = far.into_split();
    let is = |fault: &AtomicU8, this: Fault| fault.load(Ordering::SeqCst) == this as u8;
    let asks = async {
        let mut room = [0; 16 * 1024];
        while let Ok(len @ 1..) = from_client.read(&mut room).await {
            if is(&fault, Fault::CutsRequests) {
                return;
            }
            while is(&fault, Fault::Stalls) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            if to_server.write_all(&room[..len]).await.is_err() {
                return;
            }
        }
    };
    let answers = async {
        let mut room = [0; 16 * 1024];
        while let Ok(len @ 1..) = from_server.read(&mut room).await {
            while is(&fault, Fault::Stalls) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            if is(&fault, Fault::CutsAnswers) {
                return;
            }
            if is(&fault, Fault::Garbage) {
                room[..len].fill(b'?');
            }
            let step = if is(&fault, Fault::Trickles) { 1 } else { len };
            for piece in room[..len].chunks(step) {
                if to_client.write_all(piece).await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        }
    };
    // Either end closes both.
    tokio::select! { () = asks => {}, () = answers => {} }
}
