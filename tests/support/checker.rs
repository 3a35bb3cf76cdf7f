//! Judges a run from its history and the effects of its handlers. It knows nothing of any store.
//!
//! A history is a text, one fact a line, times in nanoseconds since the start of the run:
//!
//! ```text
//! planned KEY
//! fresh   KEY FENCE ASKED ANSWERED LEASE     a claim was granted
//! renewed KEY FENCE ASKED ANSWERED LEASE     and extended
//! ending  KEY FENCE ASKED                    its holder began to commit, to release or to abandon it
//! commit  KEY FENCE ASKED ANSWERED yes|no    the answer to a commit
//! answer  KEY AT STATUS                      what the sender was told
//! ```
//!
//! Other lines are comments. The effects are what the handlers left behind: `KEY AT`.
//! All rules accuse only what is certain: an operation took effect at some time between its question and its answer.
#![allow(dead_code, reason = "each test crate uses a part of this")]

use std::collections::{BTreeMap, BTreeSet};

/// What a run did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// Two held one key at once.
    TwoHolders,
    /// A key was granted after it was done.
    DoneForgotten,
    /// A later grant has no higher fence.
    FenceNotHigher,
    /// A commit succeeded though the key had been granted to another one since.
    StaleCommit,
    /// A sender was told 200 before there was an effect, or a key never had one.
    Lost,
    /// A key has more than one effect, where exactly one was promised.
    Repeated,
    /// A key has more effects than lost leases and lost answers explain.
    Unexplained,
    /// The history cannot be read.
    Unreadable,
}

/// The judgement.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) keys: usize,
    pub(crate) answers: usize,
    pub(crate) duplicates: usize,
    pub(crate) grants: usize,
    pub(crate) effects: usize,
    /// Effects beyond the first of their key.
    pub(crate) repeats: usize,
    pub(crate) faults: BTreeMap<Fault, Vec<String>>,
}

impl Report {
    fn accuse(&mut self, fault: Fault, why: String) {
        self.faults.entry(fault).or_default().push(why);
    }

    pub(crate) fn count(&self, fault: Fault) -> usize {
        self.faults.get(&fault).map_or(0, Vec::len)
    }
}

#[derive(Default)]
struct Story {
    planned: bool,
    grants: Vec<Grant>,
    /// Times at which a commit that said yes was asked and answered, and its fence.
    commits: Vec<(u64, u64, u64)>,
    answered_200: Vec<u64>,
    effects: Vec<u64>,
}

struct Grant {
    fence: u64,
    asked: u64,
    answered: u64,
    /// Not before this did the lease run out.
    lease_end: u64,
    /// When its holder first gave it up.
    ending: u64,
}

impl Grant {
    fn held_until(&self) -> u64 {
        self.lease_end.min(self.ending)
    }
}

/// Judges. `exactly_once`: every key must have one effect; otherwise a repeat has to be explained by a claim that did not
/// end in a commit that said yes.
pub(crate) fn judge(history: &str, effects: &str, exactly_once: bool) -> Report {
    let mut report = Report::default();
    let mut stories: BTreeMap<String, Story> = BTreeMap::new();
    for line in history.lines() {
        if read(line, &mut stories, &mut report).is_none() {
            report.accuse(Fault::Unreadable, line.into());
        }
    }
    for line in effects.lines() {
        match line.split_once(' ').and_then(|(key, at)| Some((key, at.parse().ok()?))) {
            Some((key, at)) => stories.entry(key.into()).or_default().effects.push(at),
            None => report.accuse(Fault::Unreadable, line.into()),
        }
    }
    for (key, story) in &stories {
        judge_key(key, story, exactly_once, &mut report);
    }
    report
}

fn read(line: &str, stories: &mut BTreeMap<String, Story>, report: &mut Report) -> Option<()> {
    let mut words = line.split_whitespace();
    let verb = words.next()?;
    if !["planned", "fresh", "renewed", "ending", "commit", "answer"].contains(&verb) {
        return Some(());
    }
    let story = stories.entry(words.next()?.into()).or_default();
    let mut number = || words.next()?.parse::<u64>().ok();
    match verb {
        "planned" => story.planned = true,
        "fresh" => {
            let (fence, asked, answered, lease) = (number()?, number()?, number()?, number()?);
            story.grants.push(Grant { fence, asked, answered, lease_end: asked + lease, ending: u64::MAX });
        }
        "renewed" => {
            let (fence, asked, _answered, lease) = (number()?, number()?, number()?, number()?);
            let grant = story.grants.iter_mut().find(|grant| grant.fence == fence)?;
            grant.lease_end = grant.lease_end.max(asked + lease);
        }
        "ending" => {
            let (fence, asked) = (number()?, number()?);
            let grant = story.grants.iter_mut().find(|grant| grant.fence == fence)?;
            grant.ending = grant.ending.min(asked);
        }
        "commit" => {
            let (fence, asked, answered) = (number()?, number()?, number()?);
            if words.next()? == "yes" {
                story.commits.push((fence, asked, answered));
            }
        }
        _ => {
            let (at, status) = (number()?, number()?);
            report.answers += 1;
            if status == 200 {
                story.answered_200.push(at);
            }
        }
    }
    Some(())
}

fn judge_key(key: &str, story: &Story, exactly_once: bool, report: &mut Report) {
    report.keys += usize::from(story.planned);
    report.grants += story.grants.len();
    report.effects += story.effects.len();
    report.repeats += story.effects.len().saturating_sub(1);
    report.duplicates += story.answered_200.len().saturating_sub(1);

    for (n, a) in story.grants.iter().enumerate() {
        for b in &story.grants[n + 1..] {
            if b.answered < a.held_until() && a.answered < b.held_until() {
                report.accuse(Fault::TwoHolders, format!("{key}: fences {} and {}", a.fence, b.fence));
            }
            let (first, second) = if a.answered <= b.asked { (a, b) } else { (b, a) };
            if first.answered < second.asked && first.fence >= second.fence {
                report.accuse(Fault::FenceNotHigher, format!("{key}: {} then {}", first.fence, second.fence));
            }
        }
    }
    for (fence, asked, answered) in &story.commits {
        for grant in &story.grants {
            if grant.asked > *answered {
                report.accuse(Fault::DoneForgotten, format!("{key}: {fence} committed, {} granted", grant.fence));
            }
        }
        let granted = story.grants.iter().find(|grant| grant.fence == *fence);
        if let Some(mine) = granted {
            if story.grants.iter().any(|other| other.asked > mine.answered && other.answered < *asked) {
                report.accuse(Fault::StaleCommit, format!("{key}: {fence}"));
            }
        }
    }
    let first_effect = story.effects.iter().min();
    if story.planned && first_effect.is_none() {
        report.accuse(Fault::Lost, format!("{key}: no effect"));
    }
    if let (Some(told), Some(effect)) = (story.answered_200.iter().min(), first_effect) {
        if told < effect {
            report.accuse(Fault::Lost, format!("{key}: answered 200 before the first effect"));
        }
    }
    if story.effects.len() > 1 {
        let committed: BTreeSet<u64> = story.commits.iter().map(|(fence, ..)| *fence).collect();
        let unfinished = story.grants.iter().filter(|grant| !committed.contains(&grant.fence)).count();
        if exactly_once {
            report.accuse(Fault::Repeated, format!("{key}: {} effects", story.effects.len()));
        } else if story.effects.len() - 1 > unfinished {
            report.accuse(Fault::Unexplained, format!("{key}: {} effects, {unfinished} unfinished", story.effects.len()));
        }
    }
}
