//! Cases that are a list of steps: rotations, and properties of secrets, hashes and derivations.

use core::time::Duration;

use hookring::{Change, Keyring, Refused, Role, Secret, Timestamp};
use serde_json::Value;

use crate::common::delivery::Delivery;
use crate::common::json::text;
use crate::common::outcome::Outcome;
use crate::common::schemes::scheme_of;
use crate::common::{cases, config, labels};
use crate::score::{self, Score, agrees, check};
use crate::{holders, once, storage, stored};

/// A score for each step that says what it expects.
pub(crate) fn run(given: &Value, expect: &Value) -> Vec<Score> {
    let steps = given["steps"].as_array().cloned().unwrap_or_default();
    let mut state = State {
        given,
        ring: None,
        stored: stored::Stored::default(),
        storage: storage::Storage::default(),
        once: once::Once::default(),
    };
    let mut scores = Vec::new();
    for step in &steps {
        let score =
            state.step(step, expect).unwrap_or_else(|outcome| Score::Wrong(format!("{}: {}", step["op"], outcome.short())));
        let ends = matches!(score, Score::Pending(_));
        scores.push(score);
        if ends {
            break;
        }
    }
    scores
}

/// A delivery of a step with what it leaves to its case.
pub(crate) fn of_case(step: &Value, given: &Value) -> Value {
    let mut whole = step.clone();
    for name in ["scheme", "config"] {
        if whole.get(name).is_none() {
            whole[name] = given[name].clone();
        }
    }
    whole
}

struct State<'g> {
    given: &'g Value,
    ring: Option<Keyring>,
    stored: stored::Stored,
    storage: storage::Storage,
    once: once::Once,
}

impl State<'_> {
    fn step(&mut self, step: &Value, expect: &Value) -> Result<Score, Outcome> {
        let op = step["op"].as_str().unwrap_or("?");
        let at = Timestamp::from_unix_secs(step["at"].as_i64().unwrap_or(1_790_000_000));
        match op {
            "deliver" if step.get("handler").is_some() => self.once.deliver(step, self.given, at),
            "deliver" | "deliver_unsigned" if self.storage.holds_something() => Ok(self.storage.step(op, step, at)),
            "deliver" => {
                let (outcome, others) = match self.delivery(step, at) {
                    Ok(delivery) => {
                        let outcome = delivery.verify();
                        let others = holders::others(&delivery, &outcome);
                        (outcome, others)
                    }
                    Err(outcome) => (outcome, Vec::new()),
                };
                Ok(others.into_iter().next().unwrap_or_else(|| score::of(&outcome, &step["expect"])))
            }
            "configure" => {
                self.ring = Some(Keyring::new(self.secret(&step["current"])?, at).ring);
                Ok(Score::Right)
            }
            "set_next" => {
                let next = self.secret(&step["new"])?;
                self.change(step, |ring| ring.stage(next, at))
            }
            "promote_next" => {
                let grace = self.grace(step);
                self.change(step, |ring| ring.promote(grace, at))
            }
            "rotate" => {
                let (new, grace) = (self.secret(&step["new"])?, self.grace(step));
                self.change(step, |ring| ring.rotate(new, grace, at))
            }
            "rollback" => self.change(step, |ring| ring.rollback(at)),
            "unstage" => {
                let grace = self.grace(step);
                self.change(step, |ring| ring.unstage(grace, at))
            }
            "revoke_previous" | "revoke_current" | "revoke_next" => {
                let role = match op {
                    "revoke_current" => Role::Current,
                    "revoke_next" => Role::Next,
                    _ => Role::Previous,
                };
                while let Some(id) =
                    self.ring.as_ref().and_then(|ring| ring.live(at).find(|live| live.role == role).map(|live| live.key.id()))
                {
                    let done = self.change(&Value::Null, |ring| ring.revoke(id, at))?;
                    if !matches!(done, Score::Right) {
                        return Ok(done);
                    }
                }
                Ok(Score::Right)
            }
            "deliver_concurrent" => self.once.deliver_concurrent(step, self.given),
            "crash_during_handler" => self.once.crash(step, self.given),
            "restart" => Ok(Score::Right),
            "store_encrypted" | "corrupt" | "kms" => Ok(self.storage.step(op, step, at)),
            _ => Ok(self.stored.step(op, step, self.given, expect)),
        }
    }

    /// The delivery of a step, under the settings of its case. Without a `configure` step the case holds the secrets.
    fn delivery(&self, step: &Value, at: Timestamp) -> Result<Delivery, Outcome> {
        let whole = of_case(step, self.given);
        let ring = match &self.ring {
            Some(ring) => ring.clone(),
            None => cases::ring(self.given, &scheme_of(text(&whole, "scheme")?)?, at)?,
        };
        cases::request(&whole, ring, at)
    }

    /// A secret by its name, or as it is, in the format of the scheme.
    fn secret(&self, name: &Value) -> Result<Secret, Outcome> {
        let name = name.as_str().unwrap_or_default();
        let value = self.given["names"][name].as_str().unwrap_or(name);
        cases::secret(value, None, &scheme_of(text(self.given, "scheme")?)?)
    }

    fn grace(&self, step: &Value) -> Duration {
        let default = || config::default_grace(self.given).unwrap_or_default();
        step["grace_s"].as_u64().map_or_else(default, Duration::from_secs)
    }

    /// Makes the change; `expect` of the step is `ok` if absent, or `error`, perhaps with a kind.
    fn change(&mut self, step: &Value, change: impl FnOnce(&Keyring) -> Result<Change, Refused>) -> Result<Score, Outcome> {
        let ring = self.ring.as_ref().ok_or_else(|| Outcome::no_set_up("no ring"))?;
        let wanted = step["expect"].as_str().unwrap_or("ok");
        match change(ring) {
            Ok(change) => {
                self.ring = Some(change.ring);
                Ok(check(agrees(wanted, None), || format!("{} was done, not {wanted}", step["op"])))
            }
            Err(why) => {
                let kind = labels::of_refusal(why);
                Ok(check(agrees(wanted, Some(kind)), || format!("{} was refused as {kind}, not {wanted}", step["op"])))
            }
        }
    }
}
