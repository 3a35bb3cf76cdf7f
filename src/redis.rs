//! Deliveries remembered in Redis 7, Valkey or a cluster of them, through the crate `redis` 1.x.

use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use ::redis::aio::ConnectionLike;
use ::redis::{Cmd, ErrorKind, Script, ServerErrorKind, Value};

use crate::replay::{Claim, ClaimToken, ReplayKey, ReplayStore};
use crate::time::millis_up;

/// Claims, unless there is a claim or a done mark. A repeated request of the same claimant gets its claim again.
///
/// The fence is the server's time in microseconds: it grows with every claim although nothing is kept of an ended one.
const CLAIM: &str = r"
local held = redis.call('GET', KEYS[1])
if held then
  local state, fence, nonce = string.match(held, '^(%a):(%d+):(%d+)$')
  if state == 'd' then return {'done'} end
  if state ~= 'c' then return redis.error_reply('ERR not an entry of hookring') end
  if nonce ~= ARGV[2] then return {'busy', redis.call('PTTL', KEYS[1])} end
  return {'fresh', fence}
end
local time = redis.call('TIME')
local fence = time[1] .. string.format('%06d', time[2])
redis.call('SET', KEYS[1], 'c:' .. fence .. ':' .. ARGV[2], 'PX', ARGV[1])
return {'fresh', fence}
";

/// Extends a claim of this token.
const RENEW: &str = r"
if redis.call('GET', KEYS[1]) ~= 'c:' .. ARGV[2] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[1])
";

/// Makes a claim of this token a done mark; run twice, it answers yes twice.
const COMMIT: &str = r"
local held = redis.call('GET', KEYS[1])
if held ~= 'c:' .. ARGV[2] and held ~= 'd:' .. ARGV[2] then return 0 end
redis.call('SET', KEYS[1], 'd:' .. ARGV[2], 'PX', ARGV[1])
return 1
";

/// Ends a claim of this token.
const RELEASE: &str = r"
if redis.call('GET', KEYS[1]) ~= 'c:' .. ARGV[2] then return 0 end
return redis.call('DEL', KEYS[1])
";

/// Remembers deliveries in Redis, for any number of processes.
///
/// `C` is any asynchronous connection of the crate `redis` that can be cloned: `ConnectionManager`,
/// `MultiplexedConnection`, `cluster_async::ClusterConnection`. Every step is one script on one key, so it is atomic, and
/// in a cluster it goes to one node. Entries carry the prefix and run out by themselves.
///
/// ```no_run
/// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
/// use hookring::{Guard, Scope, redis::RedisReplayStore};
/// use core::time::Duration;
///
/// let client = redis::Client::open("redis://127.0.0.1/")?;
/// let store = RedisReplayStore::new(client.get_connection_manager().await?, "webhooks:");
/// let (lease, keep) = (Duration::from_secs(60), Duration::from_secs(3 * 24 * 3600));
/// let guard = Guard::with_keep(store, Scope::new("billing")?, lease, keep)?;
/// # Ok(())
/// # }
/// ```
///
/// # Guarantee
///
/// All of [`ReplayStore`]'s while the server keeps its data. It answers before others have the data, so the following may
/// forget claims and done marks, and a delivery may then be processed twice; none is ever lost.
///
/// - **Failover** to a replica, by Sentinel or in a cluster: what was not yet replicated, usually the last milliseconds. A
///   network partition can leave two masters for a time; what was written to the losing one is gone. `min-replicas-to-write`
///   narrows this and does not close it.
/// - **A crash of the server**: without persistence everything; with `appendonly yes` and `appendfsync everysec` about the
///   last second, if the machine goes down, and next to nothing if only the process ends; with `appendfsync always`
///   nothing that was answered.
/// - **Eviction**: any `maxmemory-policy` but `noeviction` may drop live entries. With `noeviction` a full server gives
///   errors, which is what a full store has to do.
///
/// Measured by `tests/replay_runs.rs`: 20,000 deliveries sent 49,960 times by 64 workers, the process killed with `kill -9`
/// twice. With `everysec` and with `always` no delivery was lost and no claim or mark forgotten. The test demands the latter
/// of `always` only: a machine that loses power forgets what `everysec` had not yet synced.
///
/// Handlers whose effect must not happen twice write it together with the claim in PostgreSQL.
///
/// # Clock
///
/// The server's. If it is set back, entries last longer, and until it has caught up new fences may be lower than old ones;
/// tokens are compared whole and stay unique.
#[derive(Clone)]
pub struct RedisReplayStore<C> {
    connection: C,
    shared: Arc<Shared>,
}

struct Shared {
    prefix: String,
    claim: Step,
    renew: Step,
    commit: Step,
    release: Step,
}

/// A script and the hash by which the server knows it.
struct Step {
    code: &'static str,
    hash: String,
}

/// Why Redis could not be asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedisReplayError {
    /// The connection or the server failed.
    #[error("redis: {0}")]
    Redis(#[from] ::redis::RedisError),
    /// The server answered with something else than the scripts return.
    #[error("redis gave an unexpected answer")]
    Unexpected,
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    NoRandomness,
}

impl<C> RedisReplayStore<C> {
    /// A store over this connection, whose entries are named `prefix` and 64 hexadecimal digits.
    ///
    /// The prefix keeps the entries apart from other keys of the server: two stores with one prefix share their entries, and
    /// after a change of the prefix earlier deliveries are unknown. In a cluster a hash tag in it, such as `{webhooks}:`, puts
    /// every entry on one node; leave it out to spread them.
    ///
    /// Give the connection a response time-out that is shorter than the lease: the store has no timer of its own.
    pub fn new(connection: C, prefix: &str) -> Self {
        let step = |code| Step { code, hash: Script::new(code).get_hash().to_string() };
        let shared = Shared {
            prefix: prefix.into(),
            claim: step(CLAIM),
            renew: step(RENEW),
            commit: step(COMMIT),
            release: step(RELEASE),
        };
        Self { connection, shared: Arc::new(shared) }
    }
}

impl<C: ConnectionLike + Clone + Send + Sync> RedisReplayStore<C> {
    /// Runs a script by its hash, or by its text if the server does not know it. Both go to the node that has the key.
    async fn run(&self, step: &Step, key: ReplayKey, millis: u64, who: &str) -> Result<Value, RedisReplayError> {
        let name = [self.shared.prefix.as_str(), &hex::encode(key.as_bytes())].concat();
        let command = |verb: &str, script: &str| {
            let mut command = Cmd::new();
            command.arg(verb).arg(script).arg(1).arg(&name).arg(millis).arg(who);
            command
        };
        let mut connection = self.connection.clone();
        match command("EVALSHA", &step.hash).query_async(&mut connection).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                Ok(command("EVAL", step.code).query_async(&mut connection).await?)
            }
            other => Ok(other?),
        }
    }

    async fn yes_or_no(&self, step: &Step, token: ClaimToken, time: Duration) -> Result<bool, RedisReplayError> {
        let who = [token.fence().to_string(), token.nonce().to_string()].join(":");
        match self.run(step, token.key(), millis(time), &who).await? {
            Value::Int(0) => Ok(false),
            Value::Int(1) => Ok(true),
            _ => Err(RedisReplayError::Unexpected),
        }
    }
}

impl<C: ConnectionLike + Clone + Send + Sync> ReplayStore for RedisReplayStore<C> {
    type Error = RedisReplayError;

    async fn claim(&self, key: ReplayKey, lease: Duration) -> Result<Claim, Self::Error> {
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce).map_err(|_| RedisReplayError::NoRandomness)?;
        let nonce = u64::from_ne_bytes(nonce);
        let answer = self.run(&self.shared.claim, key, millis(lease), &nonce.to_string()).await?;
        let answer: (String, Option<i64>) = match ::redis::from_redis_value::<Vec<Value>>(answer) {
            Ok(parts) => {
                let mut parts = parts.into_iter();
                let word = parts.next().and_then(|word| ::redis::from_redis_value(word).ok()).unwrap_or_default();
                (word, parts.next().and_then(|number| ::redis::from_redis_value(number).ok()))
            }
            Err(_) => return Err(RedisReplayError::Unexpected),
        };
        match (answer.0.as_str(), answer.1.map(u64::try_from)) {
            ("fresh", Some(Ok(fence))) => Ok(Claim::Fresh(ClaimToken::new(key, fence, nonce))),
            ("busy", Some(Ok(left))) => Ok(Claim::InProgress { retry_after: Duration::from_millis(left) }),
            ("done", None) => Ok(Claim::Done),
            _ => Err(RedisReplayError::Unexpected),
        }
    }

    async fn renew(&self, token: ClaimToken, lease: Duration) -> Result<bool, Self::Error> {
        self.yes_or_no(&self.shared.renew, token, lease).await
    }

    async fn commit(&self, token: ClaimToken, keep: Duration) -> Result<bool, Self::Error> {
        self.yes_or_no(&self.shared.commit, token, keep).await
    }

    async fn release(&self, token: ClaimToken) -> Result<(), Self::Error> {
        self.yes_or_no(&self.shared.release, token, Duration::ZERO).await.map(|_| ())
    }
}

/// Whole milliseconds, rounded up: Redis refuses 0.
fn millis(time: Duration) -> u64 {
    u64::try_from(millis_up(time)).unwrap_or(u64::MAX).max(1)
}

impl<C> fmt::Debug for RedisReplayStore<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisReplayStore").field("prefix", &self.shared.prefix).finish_non_exhaustive()
    }
}
