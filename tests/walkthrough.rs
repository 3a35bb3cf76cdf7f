//! The commands of the README, as a newcomer types them: rotate with grace, verify a delivery, find out why one fails.

use std::path::Path;
use std::process::Command;

/// The command lines of the section, one list for each block.
fn walks() -> Vec<Vec<String>> {
    let readme = include_str!("../README.md");
    let section = readme.split("\n## See it run\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let blocks = section.split("```text\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.map(|block| block.lines().map(str::to_owned).collect()).collect()
}

/// Runs the lines in one shell, with the target folder of this test, so that what is built already is not built again.
fn run(lines: &[&str]) -> (i32, String) {
    let tests = std::env::current_exe().unwrap();
    let target = tests.ancestors().nth(3).unwrap();
    let script = lines.iter().map(|line| line.replace("cargo run", "\"$CARGO\" run --quiet")).collect::<Vec<_>>().join("\n");
    let mut shell = Command::new("bash");
    shell
        .args(["-c", &script])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO", env!("CARGO"));
    let output = shell.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn three_walks_of_at_most_two_commands_and_one_file() {
    let walks = walks();
    assert_eq!(walks.len(), 3);
    for walk in &walks {
        let files: Vec<&str> = walk.iter().flat_map(|line| line.split(' ')).filter(|word| word.contains('/')).collect();
        println!("{} commands, {} files to touch: {walk:?}", walk.len(), files.len());
        assert!((1..=2).contains(&walk.len()) && files.len() <= 1);
        assert!(files.iter().all(|file| Path::new(env!("CARGO_MANIFEST_DIR")).join(file).is_file()));
    }
}

#[test]
fn a_delivery_is_verified() {
    let walks = walks();
    let (code, text) = run(&walks[1].iter().map(String::as_str).collect::<Vec<_>>());
    assert!(code == 0 && text.starts_with("accepted: "), "{code}: {text}");
}

#[test]
#[cfg(feature = "diagnose")]
fn the_reason_of_a_failure_is_found() {
    let walks = walks();
    let (code, text) = run(&[&walks[1][0], &walks[2][0]]);
    assert!(code == 1 && text.contains("cause: body.line-break"), "{code}: {text}");
}

#[test]
fn a_secret_is_rotated_with_grace() {
    let walks = walks();
    let (code, text) = run(&[&walks[0][0]]);
    assert!(code == 0 && text.ends_with("No valid delivery was rejected on the way.\n"), "{code}: {text}");
}
