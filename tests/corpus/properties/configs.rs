use hookring::scheme::SchemeConfig;
use hookring::testing::Delivery;
use hookring::{SchemeError, SetupError, SignWith, Verifier};

use super::{NOW, alone};

/// Any text is a scheme that is written back as it was read, and whose verifier accepts what its signer signs; or an error
/// that says where.
pub(crate) fn configs(data: &[u8]) {
    let config: SchemeConfig = match serde_json::from_slice(data) {
        Ok(config) => config,
        Err(why) => return assert!(!why.to_string().is_empty()),
    };
    let shown = |config: &SchemeConfig| config.lend(|scheme| Ok::<_, SchemeError>(format!("{scheme:?}"))).unwrap();
    let written = serde_json::to_string(&config).unwrap();
    assert_eq!(shown(&serde_json::from_str(&written).unwrap()), shown(&config), "{written}");

    let verdict = config.lend(|scheme| {
        let builder = Verifier::builder(scheme);
        let builder = if scheme.signs_url() { builder.public_url("https://hooks.example.com") } else { builder };
        if scheme.has_public_key() {
            return builder.build_per_tenant().map(drop);
        }
        let verifier = builder.build(alone(&scheme, 1))?;
        let signed = Delivery::sample(&scheme, NOW).signed(scheme, &alone(&scheme, 1), SignWith::Current, NOW);
        if let Ok(delivery) = signed {
            let verdict = verifier.verify_at(delivery.request(), NOW).map(drop);
            assert_eq!(verdict, Ok(()), "{written}: {:?}", delivery.headers().collect::<Vec<_>>());
        }
        Ok::<_, SetupError>(())
    });
    assert_eq!(verdict, Ok(()), "{written}");
}
