//! The schemes that need nothing but a secret, a body, an id, a method and a URL.

use hookring::{Scheme, providers};

pub(crate) fn plain() -> Vec<&'static Scheme<'static>> {
    providers::all()
        .iter()
        .filter(|scheme| scheme.signs_any_body() || scheme.name() == "linear")
        .filter(|scheme| !scheme.has_public_key())
        .collect()
}
