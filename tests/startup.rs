//! A process with bad secrets does not start: the example `startup`, run in one environment after the other.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use hookring::{LoadOrigin, LoadProblem, Secret, SecretError, SecretFormat, SecretPolicy, Timestamp};

const NEW: &str = "ee823de3dc3ee9619ec3bc9301b3d1e0e40a6725797ddef61c919a8fa743d404";
const OLD: &str = "974cc8ccd5470e3e98024b4817360a7e3960e643e3859ad170e379c21d99cd64";
const CURRENT: &str = "DVS_WEBHOOK_SECRET_CURRENT";
const PREVIOUS: &str = "DVS_WEBHOOK_SECRET_PREVIOUS";
const UNTIL: &str = "DVS_WEBHOOK_SECRET_PREVIOUS_UNTIL";

/// Examples are built with the tests, into the folder beside them; but not if a single test is asked for.
static EXAMPLE: LazyLock<PathBuf> = LazyLock::new(|| {
    let tests = std::env::current_exe().unwrap();
    let profile = tests.parent().and_then(Path::parent).unwrap();
    let example = profile.join("examples").join(format!("startup{}", std::env::consts::EXE_SUFFIX));
    if !example.exists() {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--example", "startup", "--manifest-path", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")]);
        build.arg("--target-dir").arg(profile.parent().unwrap());
        assert!(build.status().unwrap().success());
    }
    example
});

struct Run {
    code: i32,
    out: String,
    err: String,
}

fn run(argument: Option<&str>, environment: &[(&str, OsString)]) -> Run {
    let mut command = Command::new(&*EXAMPLE);
    for name in [CURRENT, PREVIOUS, UNTIL, "WEBHOOK_SECRET"] {
        command.env_remove(name);
    }
    let output = command.args(argument).envs(environment.iter().map(|(name, value)| (name, value))).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let run = Run { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
    for (name, value) in environment.iter().filter(|(name, _)| *name != UNTIL) {
        let shown = value.to_str().filter(|value| value.len() > 2).is_some_and(|v| run.out.contains(v) || run.err.contains(v));
        assert!(!shown, "the value of {name} shows: {} {}", run.out, run.err);
    }
    run
}

fn starts(environment: &[(&str, &str)]) -> String {
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.into())).collect();
    let run = run(None, &environment);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    run.out
}

#[track_caller]
fn refuses(environment: &[(&str, &str)], lines: &[&str]) {
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.into())).collect();
    let run = run(None, &environment);
    let mut wanted = String::from("not starting, the webhook secrets are not usable:\n");
    lines.iter().for_each(|line| wanted.extend(["  ", line, "\n"]));
    assert_eq!((run.code, run.err, run.out), (2, wanted, String::new()));
}

fn in_hours(hours: i64) -> String {
    (Timestamp::now().unix_secs() + hours * 3600).to_string()
}

#[test]
fn good_secrets_start_and_only_ids_are_shown() {
    let id = |text| Secret::parse(text, SecretFormat::Utf8, &SecretPolicy::strict()).unwrap().id().to_string();
    let out = starts(&[(CURRENT, NEW)]);
    assert!(out.contains(&format!("current key {}\n", id(NEW))), "{out}");
    for none in [&[(CURRENT, NEW), (PREVIOUS, "")][..], &[(CURRENT, NEW), (PREVIOUS, OLD), (UNTIL, "2026-01-01T00:00:00Z")]] {
        assert!(!starts(none).contains("previous key"));
    }
    let out = starts(&[(CURRENT, NEW), (PREVIOUS, OLD), (UNTIL, &in_hours(24))]);
    assert!(out.contains(&format!("previous key {} until 2", id(OLD))), "{out}");
}

#[test]
fn each_bad_current_secret() {
    let lost = format!(
        "{CURRENT}: not set: set it to the secret; a new one comes from its provider, `openssl rand -hex 32` or `Secret::generate`"
    );
    let empty = format!(
        "{CURRENT}: the secret is empty: set one; a new one comes from its provider, `openssl rand -hex 32` or `Secret::generate`"
    );
    refuses(&[], &[&lost]);
    refuses(&[(CURRENT, "")], &[&empty]);
    refuses(&[(CURRENT, "   ")], &[&empty]);
    let rule = |bad: &str| {
        let error = Secret::parse(bad, SecretFormat::Utf8, &SecretPolicy::strict()).unwrap_err();
        format!("{CURRENT}: {error}")
    };
    let (line_break, blank) = (format!("{NEW}\n"), format!(" {NEW}"));
    for bad in ["hunter2", "dev-secret", "changeme-changeme-changeme-changeme-changeme-changeme-changeme", &line_break, &blank]
    {
        refuses(&[(CURRENT, bad)], &[&rule(bad)]);
    }
    assert!(rule(&line_break).contains("line break") && rule("hunter2").contains("openssl rand -hex 32"));
}

#[test]
fn each_bad_previous_secret_and_deadline() {
    let soon = in_hours(1);
    let with = |previous: &str, until: &str, line: &str| {
        refuses(&[(CURRENT, NEW), (PREVIOUS, previous), (UNTIL, until)], &[line]);
    };
    let same = "the same key as the current secret: set it to the secret from before the rotation, or remove it";
    with(NEW, &soon, &format!("{PREVIOUS}: {same}"));
    let weak = Secret::parse("hunter2", SecretFormat::Utf8, &SecretPolicy::strict()).unwrap_err();
    with("hunter2", &soon, &format!("{PREVIOUS}: {weak}"));
    let malformed = format!("{UNTIL}: not a time: write it as 2026-09-21T14:13:20Z or in Unix seconds");
    for bad in ["24h", "tomorrow", "2026-09-21", " 1790000000"] {
        with(OLD, bad, &malformed);
    }
    let missing = format!(
        "{PREVIOUS}: has no deadline: set {UNTIL} to the time until which it is accepted, such as 2026-09-21T14:13:20Z"
    );
    refuses(&[(CURRENT, NEW), (PREVIOUS, OLD)], &[&missing]);
    with(OLD, "", &missing);
    let far = run(None, &[(CURRENT, NEW.into()), (PREVIOUS, OLD.into()), (UNTIL, in_hours(31 * 24).into())]);
    assert_eq!(far.code, 2);
    assert!(far.err.contains(&format!("{UNTIL}: more than 30 days ahead: the latest possible is 2")), "{}", far.err);
}

#[test]
fn all_problems_in_one_start() {
    let run = run(None, &[(CURRENT, "".into()), (PREVIOUS, "hunter2".into()), (UNTIL, "soon".into())]);
    let lines: Vec<_> = run.err.lines().collect();
    assert_eq!((run.code, lines.len()), (2, 4), "{}", run.err);
    for (line, name) in lines[1..].iter().zip([CURRENT, PREVIOUS, UNTIL]) {
        assert!(line.starts_with(&format!("  {name}: ")), "{line}");
    }
}

#[test]
fn the_name_of_the_variable_is_the_callers() {
    let missing = run(Some("dsentr"), &[(CURRENT, NEW.into())]);
    assert!(missing.code == 2 && missing.err.contains("  WEBHOOK_SECRET: not set"), "{}", missing.err);
    assert_eq!(run(Some("dsentr"), &[("WEBHOOK_SECRET", NEW.into())]).code, 0);
}

#[cfg(unix)]
#[test]
fn bytes_that_are_not_text() {
    use std::os::unix::ffi::OsStringExt as _;
    let run = run(None, &[(CURRENT, OsString::from_vec(vec![0xff; 64]))]);
    assert!(run.code == 2 && run.err.contains(&format!("{CURRENT}: not UTF-8 text")), "{}", run.err);
}

#[test]
fn files() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("startup");
    std::fs::create_dir_all(&folder).unwrap();
    let load = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, content).unwrap();
        Secret::from_file(&path, SecretFormat::Utf8, &SecretPolicy::strict())
    };
    for (name, end) in [("plain", ""), ("lf", "\n"), ("crlf", "\r\n")] {
        assert_eq!(load(name, format!("{NEW}{end}").as_bytes()).unwrap().reveal(), NEW, "{name}");
    }
    let error = load("two lines", format!("{NEW}\n\n").as_bytes()).unwrap_err();
    assert_eq!(*error.problem(), LoadProblem::Secret(SecretError::LineBreak));
    assert_eq!(*error.origin(), LoadOrigin::File(folder.join("two lines")));
    assert!(error.to_string().contains("two lines\": the secret contains a line break"), "{error}");
    assert_eq!(*load("empty", b"\n").unwrap_err().problem(), LoadProblem::Secret(SecretError::Empty));
    assert_eq!(*load("binary", &[0xff; 32]).unwrap_err().problem(), LoadProblem::NotUnicode);
    let large = load("large", &[b'x'; 8193]).unwrap_err();
    assert_eq!(*large.problem(), LoadProblem::FileTooLarge { maximum: 8192 });

    let missing = Secret::from_file(folder.join("missing"), SecretFormat::Utf8, &SecretPolicy::strict()).unwrap_err();
    assert_eq!(*missing.problem(), LoadProblem::Unreadable(std::io::ErrorKind::NotFound));
    let directory = Secret::from_file(&folder, SecretFormat::Utf8, &SecretPolicy::strict()).unwrap_err();
    assert!(matches!(directory.problem(), LoadProblem::Unreadable(_)), "{directory}");
}
