//! The layer on plain hyper, without a framework, over HTTP/1 and HTTP/2.

use std::convert::Infallible;

use bytes::Bytes;
use hookring::Verified;
use hookring::providers::GITHUB;
use hookring::tower::{VerifiedBody, VerifyLayer};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tower::{Layer as _, service_fn};

use crate::script::{Script, Step, github, signed};

async fn serve() -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = VerifyLayer::new(github()).layer(service_fn(async |request: Request<VerifiedBody>| {
        let role = request.extensions().get::<Verified<Bytes>>().map(|proof| proof.role().as_str()).unwrap();
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(format!("{role} {}", request.into_body().into_bytes().len()))))
    }));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = TowerToHyperService::new(service.clone());
            tokio::spawn(async move {
                let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    address
}

async fn text(response: Response<hyper::body::Incoming>) -> (u16, Bytes) {
    (response.status().as_u16(), response.into_body().collect().await.unwrap().to_bytes())
}

/// Sends signed bodies in pieces; the second one is not what was signed.
macro_rules! deliver {
    ($client:expr) => {{
        let mut client = $client;
        let mut answers = Vec::new();
        for body in ["hello", "hellO"] {
            let pieces = Script::new(body.as_bytes().chunks(2).map(|two| Step::Data(two.to_vec().into())).collect::<Vec<_>>());
            client.ready().await.unwrap();
            answers.push(text(client.send_request(signed(GITHUB, "hello", pieces)).await.unwrap()).await);
        }
        answers
    }};
}

#[tokio::test]
async fn http_1_and_http_2() {
    let address = serve().await;
    let wanted = vec![(200, Bytes::from("current 5")), (401, Bytes::from("invalid signature"))];

    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (client, connection) = http1::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(deliver!(client), wanted);

    let stream = TokioIo::new(TcpStream::connect(address).await.unwrap());
    let (client, connection) = http2::handshake(TokioExecutor::new(), stream).await.unwrap();
    tokio::spawn(connection);
    assert_eq!(deliver!(client), wanted);
}
