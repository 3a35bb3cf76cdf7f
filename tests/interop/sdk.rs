//! One SDK in a process of its own, which is asked in JSON lines and lives as long as this value.
#![allow(dead_code, reason = "each crate that mounts this uses a part of it")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// Where an adapter is, and what runs it.
#[derive(Clone, Debug)]
pub(crate) struct Adapter {
    pub(crate) name: String,
    program: PathBuf,
    arguments: Vec<String>,
    folder: PathBuf,
}

impl Adapter {
    /// A program that speaks the lines by itself.
    pub(crate) fn of_program(name: &str, program: &Path, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        Self { name: name.to_owned(), program: program.to_owned(), arguments, folder: PathBuf::from(".") }
    }

    /// Every adapter of `tests/interop/sdk`, with the interpreters and packages that `.ci/interop` put into `installed`;
    /// and why some cannot be run.
    pub(crate) fn all(source: &Path, installed: &Path) -> (Vec<Self>, Vec<String>) {
        let mut missing = Vec::new();
        let node = which("node");
        let python = Some(installed.join("venv/bin/python")).filter(|path| path.exists());
        match &node {
            None => missing.push("the Node SDKs: node is not installed".to_owned()),
            Some(_) if !installed.join("node_modules").exists() => {
                missing.push("the Node SDKs: they are not installed, which .ci/interop does".to_owned());
            }
            Some(_) => {}
        }
        if python.is_none() {
            missing.push("the Python SDKs: they are not installed, which .ci/interop does".to_owned());
        }
        let node = node.filter(|_| installed.join("node_modules").exists());
        // Node finds packages from where a module lies, so the adapters are put beside them.
        let mut found = Vec::new();
        if node.is_some() || python.is_some() {
            let target = installed.join("sdk");
            std::fs::create_dir_all(&target).expect("a folder beside the packages");
            for file in ["serve.mjs", "serve.py"] {
                std::fs::copy(source.join(file), installed.join(file)).expect("copied");
            }
            for entry in std::fs::read_dir(source.join("sdk")).expect("the adapters") {
                let path = entry.expect("an adapter").path();
                std::fs::copy(&path, target.join(path.file_name().expect("a name"))).expect("copied");
                found.push(path);
            }
        }
        found.sort();
        let adapter = |path: PathBuf| {
            let name = path.file_stem()?.to_str()?.to_owned();
            let (program, server) = match path.extension()?.to_str()? {
                "mjs" => (node.clone()?, "serve.mjs"),
                "py" => (python.clone()?, "serve.py"),
                _ => return None,
            };
            Some(Self { arguments: vec![server.to_owned(), name.clone()], name, program, folder: installed.to_owned() })
        };
        (found.into_iter().filter_map(adapter).collect(), missing)
    }
}

fn which(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The process died, or answered with something that is no JSON.
#[derive(Debug)]
pub(crate) struct Died;

pub(crate) struct Sdk {
    adapter: Adapter,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// What it said of itself: `sdk`, `version`, `language`, `providers`.
    pub(crate) hello: Value,
}

impl Sdk {
    pub(crate) fn start(adapter: &Adapter) -> Result<Self, Died> {
        let mut sdk = Self::silent(adapter)?;
        sdk.hello = sdk.ask(&json!({ "do": "hello" }))?;
        Ok(sdk)
    }

    /// One that says nothing of itself.
    pub(crate) fn silent(adapter: &Adapter) -> Result<Self, Died> {
        let mut child = Command::new(&adapter.program)
            .args(&adapter.arguments)
            .current_dir(&adapter.folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|_| Died)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { return Err(Died) };
        Ok(Self { adapter: adapter.clone(), child, input, output: BufReader::new(output), hello: Value::Null })
    }

    pub(crate) fn ask(&mut self, line: &Value) -> Result<Value, Died> {
        writeln!(self.input, "{line}").and_then(|()| self.input.flush()).map_err(|_| Died)?;
        let mut answer = String::new();
        self.output.read_line(&mut answer).map_err(|_| Died)?;
        serde_json::from_str(&answer).map_err(|_| Died)
    }

    /// As [`ask`](Self::ask); a process that dies of it is started again, and that is the answer.
    pub(crate) fn ask_or_crash(&mut self, line: &Value) -> Value {
        self.ask(line).unwrap_or_else(|Died| {
            if let Ok(again) = Self::silent(&self.adapter) {
                let hello = self.hello.take();
                *self = again;
                self.hello = hello;
            }
            json!({ "outcome": "crash", "why": "the process died" })
        })
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.hello.get(name).and_then(Value::as_str).unwrap_or("?")
    }
}

impl Drop for Sdk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
