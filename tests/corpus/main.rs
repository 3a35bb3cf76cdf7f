//! The properties that the fuzzer searches, over the inputs that were kept: seeds, and whatever once broke one.
//!
//! An input is a file in `inputs/NAME/` for the property of this name. `fuzz/` runs the same functions on new inputs.

mod properties;
#[path = "../support/random.rs"]
mod random;

use std::fs;
use std::path::Path;

use random::Random;

#[test]
fn every_kept_input_keeps_its_property() {
    let inputs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/inputs");
    let mut known = 0;
    for (name, holds) in properties::ALL {
        let folder = inputs.join(name);
        let mut files: Vec<_> = fs::read_dir(&folder)
            .unwrap_or_else(|why| panic!("{}: {why}", folder.display()))
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        for file in &files {
            println!("{}", file.display());
            holds(&fs::read(file).unwrap());
        }
        println!("{name}: {} inputs", files.len());
        assert!(files.len() >= 3, "{name} has no seeds");
        known += 1;
    }
    // Two of the properties need features.
    let left_out = usize::from(cfg!(not(feature = "serde"))) + usize::from(cfg!(not(feature = "diagnose")));
    assert_eq!(fs::read_dir(inputs).unwrap().count(), known + left_out, "inputs of an unknown property");
}

/// What the fuzzer does, without its knowledge of branches: kept inputs with a few bytes replaced, lost or added.
#[test]
fn changed_inputs_keep_their_property() {
    let rounds = if std::env::var_os("HOOKRING_DEEP").is_some() { 500 } else { 4 };
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for (name, holds) in properties::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/inputs").join(name);
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        for kept in files.iter().map(|file| fs::read(file).unwrap()) {
            for _ in 0..rounds {
                let mut bytes = kept.clone();
                for _ in 0..=random.below(4) {
                    let at = random.below(bytes.len() + 1);
                    let lost = (at + random.below(3)).min(bytes.len());
                    let added = random.below(3);
                    bytes.splice(at..lost, random.bytes(added));
                }
                println!("{name}: {bytes:?}");
                holds(&bytes);
            }
        }
    }
}

/// Cheap noise: whatever length and whatever bytes.
#[test]
fn noise_keeps_every_property() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    for (_, holds) in properties::ALL {
        for round in 0..60 {
            let len = random.below(1 + 4 * round);
            holds(&random.bytes(len));
        }
    }
}
