//! From a request to a verified body.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::web::Bytes;
use actix_web::{Error, FromRequest, HttpRequest, HttpResponse, ResponseError, error};
use hookring::{Headers, Name, Rejection, Request, SharedKeyring, Timestamp, Verified, Verifier};

/// Registered with `app_data`; cloning shares everything.
pub(crate) type HookVerifier = Verifier<Arc<SharedKeyring>>;

/// A delivery that was verified.
pub(crate) struct Signed(pub(crate) Verified<Bytes>);

impl FromRequest for Signed {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        // The raw bytes, whatever the content type says, up to the limit of `PayloadConfig`.
        let body = Bytes::from_request(&request, payload);
        Box::pin(async move {
            let verifier = request.app_data::<HookVerifier>().ok_or_else(|| error::ErrorInternalServerError("no verifier"))?;
            if request.method() != "POST" {
                return Err(Refused(Rejection::WrongMethod).into());
            }
            let body = body.await?;
            let target = request.uri().path_and_query().map_or("", |target| target.as_str());
            let headers = ActixHeaders(request.headers());
            let delivery = Request::new(&headers, body).method("POST").target(target);
            verifier.verify_at(delivery, Timestamp::now()).map(Self).map_err(|why| Refused(why).into())
        })
    }
}

/// actix-web 4 has header types of its own: all values of a name, as bytes.
struct ActixHeaders<'a>(&'a HeaderMap);

impl Headers for ActixHeaders<'_> {
    fn each<'a>(&'a self, name: &Name, f: &mut dyn FnMut(&'a [u8])) {
        self.0.get_all(name.as_str()).for_each(|value| f(value.as_bytes()));
    }
}

/// The answer to a delivery that was not accepted: it does not say why. `Display` is for the log.
#[derive(Debug)]
struct Refused(Rejection);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code(), self.0)
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).body(self.0.public_message())
    }
}
