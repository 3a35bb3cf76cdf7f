//! Real servers for tests: started on free loopback ports as an ordinary user, stopped by their process id.
//!
//! With `CI=true` a server that is not installed fails the test; otherwise the test says what was not run.
#![allow(dead_code, reason = "each test crate uses a part of this")]

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Nobody's user and group, on every Linux.
const NOBODY: u32 = 65534;

/// Makes the command that starts a server on these files and this port.
type Start = Box<dyn Fn(&Path, u16) -> Command + Send + Sync>;
/// Whether the server on this port answers.
type Ready = Box<dyn Fn(u16) -> bool + Send + Sync>;

/// A server process that is ours, and its files.
pub(crate) struct Server {
    child: Child,
    dir: PathBuf,
    port: u16,
    start: Start,
    ready: Ready,
}

impl Server {
    /// A Redis that writes every command to its append-only file, with `everysec` or `always`.
    pub(crate) fn redis(fsync: &'static str) -> Option<Self> {
        let binary = find("redis-server", "HOOKRING_REDIS_URL")?;
        let start = move |dir: &Path, port: u16| {
            let mut command = ordinary_user(&binary);
            command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", fsync]);
            command.args(["--port", &port.to_string(), "--dir"]).arg(dir);
            command
        };
        Some(Self::begin(new_dir(), Box::new(start), Box::new(|port| redis_answers(port).is_some())))
    }

    /// Three nodes that share the slots of a cluster.
    pub(crate) fn redis_cluster() -> Option<Vec<Self>> {
        let binary = find("redis-server", "HOOKRING_REDIS_URL")?;
        let buses = [free_port(), free_port(), free_port()];
        let node = |bus: u16| {
            let binary = binary.clone();
            let start = move |dir: &Path, port: u16| {
                let mut command = ordinary_user(&binary);
                command.args(["--bind", "127.0.0.1", "--save", "", "--cluster-enabled", "yes"]);
                command.args(["--cluster-port", &bus.to_string(), "--port", &port.to_string(), "--dir"]).arg(dir);
                command
            };
            Self::begin(new_dir(), Box::new(start), Box::new(|port| redis_answers(port).is_some()))
        };
        let nodes: Vec<Self> = buses.into_iter().map(node).collect();
        for (node, slots) in nodes.iter().zip(["0 5460", "5461 10922", "10923 16383"]) {
            assert_eq!(redis_says(node.port, &format!("CLUSTER ADDSLOTSRANGE {slots}")), "+OK");
        }
        for (node, bus) in nodes.iter().zip(buses).skip(1) {
            assert_eq!(redis_says(nodes[0].port, &format!("CLUSTER MEET 127.0.0.1 {} {bus}", node.port)), "+OK");
        }
        let until = Instant::now() + Duration::from_secs(60);
        let agrees = |node: &Self| {
            let info = redis_says(node.port, "CLUSTER INFO");
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
        };
        while !nodes.iter().all(agrees) {
            assert!(Instant::now() < until, "the cluster does not come together");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(nodes)
    }

    /// A PostgreSQL with its default durability.
    pub(crate) fn postgres() -> Option<Self> {
        let binary = find("postgres", "HOOKRING_POSTGRES_URL")?;
        let initdb = find("initdb", "HOOKRING_POSTGRES_URL")?;
        let isready = find("pg_isready", "HOOKRING_POSTGRES_URL")?;
        let dir = new_dir();
        let made = ordinary_user(&initdb)
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-D"])
            .arg(dir.join("data"))
            .stdout(File::create(dir.join("initdb.log")).unwrap())
            .status();
        assert!(made.unwrap().success(), "initdb failed");
        let start = move |dir: &Path, port: u16| {
            let mut command = ordinary_user(&binary);
            command.arg("-D").arg(dir.join("data")).args(["-p", &port.to_string()]);
            command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=120"]);
            command
        };
        let ready = move |port: u16| {
            let mut command = Command::new(&isready);
            command.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]);
            command.status().is_ok_and(|status| status.success())
        };
        Some(Self::begin(dir, Box::new(start), Box::new(ready)))
    }

    fn begin(dir: PathBuf, start: Start, ready: Ready) -> Self {
        let port = free_port();
        let child = run(&start, &ready, &dir, port);
        Self { child, dir, port, start, ready }
    }

    /// `kill -9`: no chance to write anything more.
    pub(crate) fn kill9(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again on the same data and port.
    pub(crate) fn restart(&mut self) {
        self.child = run(&self.start, &self.ready, &self.dir, self.port);
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn redis_url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    pub(crate) fn postgres_url(&self) -> String {
        format!("host=127.0.0.1 port={} user=postgres dbname=postgres connect_timeout=5", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // An immediate end that still gives back shared memory.
        let _ = Command::new("kill").args(["-QUIT", &self.child.id().to_string()]).stderr(Stdio::null()).status();
        let until = Instant::now() + Duration::from_secs(5);
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Where Redis is: the address in the environment, or a server of our own that lives as long as the second value.
pub(crate) fn redis_or_skip() -> Option<(String, Option<Server>)> {
    if let Ok(url) = std::env::var("HOOKRING_REDIS_URL") {
        return Some((url, None));
    }
    let server = Server::redis("everysec")?;
    Some((server.redis_url(), Some(server)))
}

/// Where PostgreSQL is.
pub(crate) fn postgres_or_skip() -> Option<(String, Option<Server>)> {
    if let Ok(url) = std::env::var("HOOKRING_POSTGRES_URL") {
        return Some((url, None));
    }
    let server = Server::postgres()?;
    Some((server.postgres_url(), Some(server)))
}

/// A word that no other test run on the same server has used or will use: process ids come again, in a container soon.
pub(crate) fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
    format!("{}_{now}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn find(name: &str, variable: &str) -> Option<PathBuf> {
    let mut places: Vec<PathBuf> = std::env::var_os("PATH").map(|p| std::env::split_paths(&p).collect()).unwrap_or_default();
    let mut versions: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin")).collect();
    versions.sort();
    places.extend(versions.into_iter().rev());
    let found = places.iter().map(|place| place.join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "{name} is not installed, and this is CI");
        eprintln!("NOT RUN: {name} is not installed (some tests can use {variable} instead)");
    }
    found
}

/// PostgreSQL refuses to run as root, and nothing here needs to.
fn ordinary_user(binary: &Path) -> Command {
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--"]).arg(binary);
        command
    } else {
        Command::new(binary)
    };
    command.stdin(Stdio::null()).current_dir("/");
    command
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn new_dir() -> PathBuf {
    let dir = std::env::temp_dir().join(format!("hookring-test-{}", unique()));
    fs::create_dir(&dir).unwrap();
    if is_root() {
        chown(&dir, Some(NOBODY), Some(NOBODY)).unwrap();
    }
    dir
}

/// After a `kill -9`, PostgreSQL's other processes need a moment to notice; until then a new one gives up.
fn run(start: &dyn Fn(&Path, u16) -> Command, ready: &dyn Fn(u16) -> bool, dir: &Path, port: u16) -> Child {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let log = File::options().create(true).append(true).open(dir.join("server.log")).unwrap();
        let mut child = start(dir, port).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        while matches!(child.try_wait(), Ok(None)) {
            if ready(port) {
                return child;
            }
            assert!(Instant::now() < until, "the server does not start; see {}", dir.join("server.log").display());
            std::thread::sleep(Duration::from_millis(10));
        }
        let log = fs::read_to_string(dir.join("server.log")).unwrap_or_default();
        assert!(Instant::now() < until, "the server does not start: {log}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn redis_answers(port: u16) -> Option<()> {
    (ask_redis(port, "PING")? == "+PONG").then_some(())
}

/// The answer to a short command.
pub(crate) fn redis_says(port: u16, command: &str) -> String {
    ask_redis(port, command).unwrap()
}

fn ask_redis(port: u16, command: &str) -> Option<String> {
    use std::io::{Read as _, Write as _};
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    stream.write_all(format!("{command}\r\nQUIT\r\n").as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer.strip_suffix("+OK\r\n")?.trim_end().to_owned())
}
