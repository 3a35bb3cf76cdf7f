//! The rotation as a picture: a lane for each secret, and below it the deliveries of each second.

use std::fmt::Write as _;

use crate::fleet::Fleet;
use crate::operator::Entry;

const WIDTH: f64 = 900.0;
const LEFT: f64 = 70.0;
const COLOURS: [(&str, &str); 4] =
    [("current", "#0b7a75"), ("next", "#e0a100"), ("previous", "#7d8597"), ("rejected", "#c1121f")];

pub(crate) fn draw(fleet: &Fleet, log: &[Entry]) -> String {
    let end = fleet.seconds.len() as f64;
    let x = |second: f64| LEFT + second / end * (WIDTH - LEFT - 20.0);
    let at = |what: &str| log.iter().find(|entry| entry.what.contains(what)).map_or(end, |entry| entry.second as f64);
    let mut svg = String::from(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 900 360" font-family="system-ui, sans-serif" font-size="13">
<rect width="900" height="360" rx="8" fill="#ffffff"/>
<text x="24" y="30" font-size="16" font-weight="600" fill="#1c2430">A rotation under load: 3 senders, 6 receivers, retries, lost answers, wrong clocks</text>
"##,
    );
    let mut bar = |y: f64, from: f64, to: f64, role: usize| {
        let (name, colour) = COLOURS[role];
        let (left, wide) = (x(from), (x(to) - x(from)).max(0.0));
        let _ = writeln!(svg, r##"<rect x="{left:.1}" y="{y}" width="{wide:.1}" height="26" rx="4" fill="{colour}"/>"##);
        if wide > 60.0 {
            let _ = writeln!(svg, r##"<text x="{:.1}" y="{}" fill="#ffffff">{name}</text>"##, left + 8.0, y + 18.0);
        }
    };
    let (staged, promoted, dropped) = (at("staged on one"), at("promote on senders"), at("drop on receivers"));
    bar(52.0, 0.0, promoted, 0);
    bar(52.0, promoted, dropped, 2);
    bar(88.0, staged, promoted, 1);
    bar(88.0, promoted, end, 0);
    svg.push_str(r##"<text x="24" y="70" fill="#1c2430">old</text><text x="24" y="106" fill="#1c2430">new</text>"##);

    // Deliveries of each slot of time, one role on the other.
    let slots = 110_usize;
    let seconds = fleet.seconds.len();
    let upto = |slot: usize| fleet.seconds[(slot * seconds / slots).min(seconds - 1)];
    let counts: Vec<[u64; 4]> = (0..slots)
        .map(|slot| {
            let (a, b) = (upto(slot), upto(slot + 1));
            [0, 1, 2, 3].map(|role| if role < 3 { b.accepted[role] - a.accepted[role] } else { b.rejected - a.rejected })
        })
        .collect();
    let most = counts.iter().map(|slot| slot.iter().sum::<u64>()).max().unwrap_or(1) as f64;
    let (base, tall, wide) = (290.0, 130.0, (WIDTH - LEFT - 20.0) / slots as f64);
    for (slot, count) in counts.iter().enumerate() {
        let mut y = base;
        for (role, count) in count.iter().enumerate().filter(|(_, count)| **count > 0) {
            let height = *count as f64 / most * tall;
            y -= height;
            let left = LEFT + wide * slot as f64;
            let colour = COLOURS[role].1;
            let _ = writeln!(
                svg,
                r##"<rect x="{left:.1}" y="{y:.1}" width="{:.1}" height="{height:.1}" fill="{colour}"/>"##,
                wide - 1.0
            );
        }
    }
    svg.push_str(r##"<text x="24" y="170" fill="#1c2430">deliveries</text>"##);
    let steps = [
        ("staged on one", "stage"),
        ("promote on senders", "promote"),
        ("drain", "drain"),
        ("drop on receivers", "drop old"),
        ("done", "done"),
    ];
    for (n, (what, name)) in steps.iter().enumerate() {
        let left = x(at(what));
        let _ = writeln!(
            svg,
            r##"<line x1="{left:.1}" x2="{left:.1}" y1="46" y2="{base}" stroke="#1c2430" stroke-dasharray="3 3"/><text x="{:.1}" y="{}" fill="#1c2430">{name}</text>"##,
            left + 3.0,
            base + 16.0 + 14.0 * (n % 2) as f64
        );
    }
    let total = fleet.total;
    for (n, (name, colour)) in COLOURS.iter().enumerate() {
        let count = if n < 3 { total.accepted[n] } else { total.rejected };
        let left = LEFT + 200.0 * n as f64;
        let _ = writeln!(
            svg,
            r##"<rect x="{left}" y="332" width="13" height="13" rx="2" fill="{colour}"/><text x="{}" y="343" fill="#1c2430">{name}: {count}</text>"##,
            left + 19.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}
