//! Draws the table as a picture: one group per size, one bar per crate.

use std::fmt::Write as _;

use crate::{Row, SIZES};

const SHOWN: [(&str, &str, &str); 4] = [
    ("hookring, Standard Webhooks, two secrets", "hookring", "#0b7a75"),
    ("svix, two secrets", "svix", "#8a8f98"),
    ("standardwebhooks, two secrets", "standardwebhooks", "#b3b8c0"),
    ("webhook-verify, Standard Webhooks, two secrets", "webhook-verify", "#d0d4da"),
];

pub fn draw(rows: &[Row]) -> String {
    let ratios = |name: &str| rows.iter().find(|row| row.0 == name).map(|row| row.1.clone()).unwrap_or_default();
    let most = SHOWN.iter().flat_map(|(name, ..)| ratios(name)).fold(1.0, f64::max);
    let (left, top, height, group, bar) = (60.0, 70.0, 200.0, 200.0, 40.0);
    let y = |ratio: f64| top + height - ratio / most * height;
    let mut svg = String::from(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 880 340" font-family="system-ui, sans-serif" font-size="13">
<rect width="880" height="340" rx="8" fill="#ffffff"/>
<text x="60" y="30" font-size="16" font-weight="600" fill="#1c2430">Verifying during a rotation: two secrets, signed with the older one</text>
<text x="60" y="50" fill="#5a6472">time as a multiple of one bare HMAC-SHA256 over the same bytes; lower is better</text>
"##,
    );
    let _ = writeln!(svg, r##"<line x1="{left}" x2="860" y1="{0}" y2="{0}" stroke="#0b7a75" stroke-dasharray="4 4"/>"##, y(1.0));
    let _ = writeln!(svg, r##"<text x="20" y="{}" fill="#0b7a75">1.0</text>"##, y(1.0) + 4.0);
    for (n, (label, _)) in SIZES.iter().enumerate() {
        let x = left + group * n as f64 + 10.0;
        for (m, (name, _, colour)) in SHOWN.iter().enumerate() {
            let ratio = ratios(name).get(n).copied().unwrap_or_default();
            let at = x + bar * m as f64;
            let _ = writeln!(
                svg,
                r##"<rect x="{at}" y="{:.1}" width="{}" height="{:.1}" fill="{colour}"/><text x="{}" y="{:.1}" text-anchor="middle" font-size="11" fill="#1c2430">{ratio:.1}</text>"##,
                y(ratio),
                bar - 6.0,
                top + height - y(ratio),
                at + bar / 2.0 - 3.0,
                y(ratio) - 4.0
            );
        }
        let _ = writeln!(svg, r##"<text x="{}" y="{}" text-anchor="middle" fill="#1c2430">{label}</text>"##, x + bar * 2.0 - 3.0, top + height + 20.0);
    }
    for (m, (_, name, colour)) in SHOWN.iter().enumerate() {
        let x = left + 160.0 * m as f64;
        let _ = writeln!(svg, r##"<rect x="{x}" y="310" width="14" height="14" fill="{colour}"/><text x="{}" y="322" fill="#1c2430">{name}</text>"##, x + 20.0);
    }
    svg.push_str("</svg>\n");
    svg
}
