//! The keyring against an independent model of it, in every state up to stated bounds; and wrong rings, each of which the
//! same checks catch.

mod checks;
mod machine;
mod model;
mod twins;
mod walk;

use checks::Violations;
use machine::Real;
use model::Model;
use twins::Twin;
use walk::{Bounds, Report, walk};

fn print(what: &str, report: &Report) {
    let Report { states, transitions, refusals, full, violations } = report;
    let count = violations.total();
    println!(
        "{what}: {states} states, {full} of them full, {transitions} transitions, {refusals} refusals, {count} violations"
    );
}

/// Every operation on each of five keys, in every state of up to five transitions, under every clock.
#[test]
fn every_state_with_named_keys() {
    let bounds = Bounds { keys: 5, last: 2, generations: 5, names_do_not_matter: false };
    let report = walk(Real::new(0, 0), bounds);
    print("named keys", &report);
    assert_eq!(report, walk(Model::new(0, 0), bounds));
    assert_eq!(report.violations, Violations::default());
    assert_eq!((report.states, report.full, report.transitions, report.refusals), (17_897, 432, 187_949, 451_535));
}

/// However many transitions: the states that differ in more than the names of keys are finite, and the walk sees all of
/// them. There is a key more than may live, so the bound is not only reached but also asked to give way.
#[test]
fn every_state_up_to_names() {
    let bounds = Bounds { keys: 6, last: 2, generations: u64::MAX, names_do_not_matter: true };
    let report = walk(Real::new(0, 0), bounds);
    print("up to names", &report);
    assert_eq!(report.violations, Violations::default());
    assert_eq!((report.states, report.full, report.transitions, report.refusals), (19_434, 10_240, 874_597, 2_746_141));
}

/// A check that finds nothing proves nothing until it has found something.
#[test]
fn wrong_twins_are_caught() {
    let bounds = Bounds { keys: 7, last: 3, generations: 6, names_do_not_matter: true };
    let right = walk(Model::new(0, 0), bounds);
    print("the right ring", &right);
    assert_eq!(right.violations, Violations::default());
    assert_ne!(right.full, 0);
    for (fault, check) in twins::ALL {
        let found = walk(Twin::new(fault), bounds).violations;
        println!("{fault:?}: {} violations of `{check}`, {} in all", found.of(check), found.total());
        assert_ne!(found.of(check), 0, "{fault:?} was not caught by `{check}`: {found:?}");
        assert_ne!(found.of(checks::MODEL) + found.of(checks::DROPPING) + found.of(checks::LINEAGE), 0, "{fault:?}");
    }
}
