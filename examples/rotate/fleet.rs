//! Processes with rings and clocks of their own, and the deliveries between them.

use std::sync::Arc;
use std::time::Duration;

use hookring::{
    Change, Keyring, Message, Refused, Request, Role, Scheme, Secret, SecretFormat, SecretPolicy, SharedKeyring, SignWith,
    Signer, Status, Timestamp, Verifier, providers,
};

/// From signing to the last attempt, and what a wrong clock can add.
pub(crate) const DRAIN: Duration = Duration::from_secs(LIFE + 2 * SKEW);
const LIFE: u64 = 120;
const SKEW: u64 = 2;
/// A delivery is tried again after so many seconds, with the same signature.
const RETRIES: [u64; 5] = [0, 10, 30, 60, LIFE];
const START: i64 = 1_790_000_000;
const BODY: &[u8] = br#"{"type":"order.paid","amount":1200}"#;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One signature in a delivery.
    Single,
    /// As many as the sender has keys.
    Dual,
}

pub(crate) struct Process {
    pub(crate) ring: Arc<SharedKeyring>,
    /// How wrong its clock is, in seconds.
    skew: i64,
    sign: Signer<Arc<SharedKeyring>>,
    verify: Verifier<Arc<SharedKeyring>>,
}

struct Delivery {
    headers: Vec<(String, String)>,
    born: u64,
    attempt: usize,
    /// Which keys signed it.
    signed_with: String,
}

#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Total {
    /// Under the current, the next and a previous key.
    pub(crate) accepted: [u64; 3],
    pub(crate) rejected: u64,
}

pub(crate) struct Fleet {
    pub(crate) senders: Vec<Process>,
    pub(crate) receivers: Vec<Process>,
    pub(crate) total: Total,
    /// The totals at the end of each second.
    pub(crate) seconds: Vec<Total>,
    /// The first valid delivery that was rejected.
    pub(crate) first_rejected: Option<String>,
    pub(crate) forger: bool,
    /// Forgeries that were accepted.
    pub(crate) forged: u64,
    under_way: Vec<Delivery>,
    keys: [Arc<Secret>; 2],
    clock: u64,
    random: u64,
}

impl Fleet {
    pub(crate) fn new(kind: Kind) -> Self {
        let keys = ["first", "second"].map(|name| {
            let text = format!("{name}: a secret that nobody can guess, 2f9c81d7a6b35e04");
            Arc::new(Secret::parse(&text, SecretFormat::Utf8, &SecretPolicy::dangerous_any_strength()).expect("a secret"))
        });
        let scheme: Scheme<'_> = if kind == Kind::Dual { providers::STANDARD_WEBHOOKS } else { providers::GITHUB };
        let with = if kind == Kind::Dual { SignWith::AllLive } else { SignWith::Current };
        let process = |n: i64| {
            // Each ring was made at another time, as in real life.
            let born = Timestamp::from_unix_secs(START - 86_400 - n);
            let ring = SharedKeyring::new_at(Keyring::new(keys[0].clone(), born).ring, born);
            let sign = Signer::new(scheme, ring.clone(), with).expect("a signer");
            let verify = Verifier::new(scheme, ring.clone()).expect("a verifier");
            Process { ring, skew: n % (2 * SKEW as i64 + 1) - SKEW as i64, sign, verify }
        };
        let (senders, receivers) = ((0..3).map(process).collect(), (10..16).map(process).collect());
        Self {
            senders,
            receivers,
            total: Total::default(),
            seconds: Vec::new(),
            first_rejected: None,
            forger: false,
            forged: 0,
            under_way: Vec::new(),
            keys,
            clock: 0,
            random: 0x9E37_79B9_7F4A_7C15,
        }
    }

    pub(crate) fn key(&self, name: char) -> Arc<Secret> {
        self.keys[usize::from(name == 'B')].clone()
    }

    pub(crate) fn name_of(&self, key: Option<&Secret>) -> Option<char> {
        key.map(|key| if key.id() == self.keys[0].id() { 'A' } else { 'B' })
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix_secs(START + self.clock as i64)
    }

    pub(crate) fn second(&self) -> u64 {
        self.clock
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.under_way.len()
    }

    /// The health pages: senders first, then receivers.
    pub(crate) fn pages(&self) -> Vec<Status> {
        let senders = self.senders.iter().map(|process| process.sign.status(self.now()));
        senders.chain(self.receivers.iter().map(|process| process.verify.status(self.now()))).collect()
    }

    /// Changes the ring of one process.
    pub(crate) fn change(
        &mut self,
        sender: bool,
        at: usize,
        change: impl FnOnce(&Keyring, Timestamp) -> Result<Change, Refused>,
    ) {
        let process = if sender { &self.senders[at] } else { &self.receivers[at] };
        let change = change(&process.ring.load(), self.now()).expect("the transition is legal");
        process.ring.replace_at(change.ring, self.now()).expect("the ring is newer");
    }

    /// Lets so many seconds pass.
    pub(crate) fn run(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.send();
            self.deliver();
            self.clock += 1;
            self.seconds.push(self.total);
        }
    }

    /// Lets time pass until nothing is under way that was signed before.
    pub(crate) fn drain(&mut self) {
        self.run(DRAIN.as_secs() + 1);
    }

    fn random(&mut self, below: u64) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random % below
    }

    fn send(&mut self) {
        for process in &self.senders {
            let ring = process.ring.load();
            let local = Timestamp::from_unix_secs(START + self.clock as i64 + process.skew);
            for n in 0..5 {
                let id = format!("msg_{}_{n}_{}", self.clock, process.skew + 9);
                let Ok(signed) = process.sign.sign(&Message::new(BODY).id(&id), local) else { continue };
                let headers: Vec<_> = signed.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
                let several = headers.iter().any(|(_, value)| value.matches("v1,").count() > 1);
                let signed_with =
                    if several { "A+B".into() } else { self.name_of(ring.current()).map(String::from).unwrap_or_default() };
                self.under_way.push(Delivery { headers, born: self.clock, attempt: 0, signed_with });
            }
        }
    }

    fn deliver(&mut self) {
        let clock = self.clock;
        let due = |delivery: &Delivery| RETRIES.get(delivery.attempt).is_some_and(|after| delivery.born + after <= clock);
        let (due, later): (Vec<_>, Vec<_>) = std::mem::take(&mut self.under_way).into_iter().partition(due);
        self.under_way = later;
        for mut delivery in due {
            let at = self.random(self.receivers.len() as u64) as usize;
            let luck = self.random(100);
            // Half of them do not get through at first, and of those that do, many an answer is lost.
            if luck >= 50 || delivery.attempt > 0 {
                self.attempt(&delivery, at);
            }
            delivery.attempt += 1;
            if luck < 70 && delivery.attempt < RETRIES.len() {
                self.under_way.push(delivery);
            }
        }
        if self.forger {
            self.forge();
        }
    }

    fn attempt(&mut self, delivery: &Delivery, at: usize) {
        let process = &self.receivers[at];
        let local = Timestamp::from_unix_secs(START + self.clock as i64 + process.skew);
        match process.verify.verify_at(Request::new(&delivery.headers, BODY), local) {
            Ok(verified) => self.total.accepted[role(verified.role())] += 1,
            Err(why) => {
                self.total.rejected += 1;
                let live: String = process.ring.load().live(local).filter_map(|live| self.name_of(Some(live.key))).collect();
                self.first_rejected.get_or_insert(format!(
                    "second {}: signed with {} at second {}, receiver {at} knows {live}: {why}",
                    self.clock, delivery.signed_with, delivery.born
                ));
            }
        }
    }

    /// Somebody else knows the first secret.
    fn forge(&mut self) {
        let ring: Keyring = Keyring::new(self.keys[0].clone(), self.now()).ring;
        let forger = Signer::new(providers::GITHUB, ring, SignWith::Current).expect("a signer");
        let signed = forger.sign(&Message::new(b"forged"), self.now()).expect("signed");
        let headers: Vec<_> = signed.iter().collect();
        for process in &self.receivers {
            self.forged += u64::from(process.verify.verify_at(Request::new(&headers, b"forged"), self.now()).is_ok());
        }
    }
}

const fn role(role: Role) -> usize {
    match role {
        Role::Current => 0,
        Role::Next => 1,
        Role::Previous => 2,
    }
}
