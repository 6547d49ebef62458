//! The trained model of `bitllama-3m`, where its folder is there.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;
use tritloom_formats::FirstWeight;
use tritloom_workload::{ReferenceEngine, Shape, Statistics, Story, Tokenizer, bitllama};

/// Says it past the test runner, which shows nothing of what a passing test prints.
fn say(message: &str) {
    let _ = writeln!(std::io::stderr(), "{message}");
}

/// The model's folder, or none with a loud word about what is not tested then.
fn folder() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/models/bitllama-3m"));
    if folder.join("model.bin").is_file() {
        return Some(folder);
    }
    say("SKIPPED, NOT TESTED: there is no model in ../shared/models/bitllama-3m");
    None
}

#[test]
fn the_first_200_tokens_are_the_expected_ones() {
    let Some(folder) = folder() else { return };
    let bytes = |name: &str| fs::read(folder.join(name)).unwrap();
    let model = bitllama::read("model.bin", &bytes("model.bin"), FirstWeight::High).unwrap();
    let tokenizer = Tokenizer::read("tokenizer.bin", &bytes("tokenizer.bin"), model.shape().vocab).unwrap();
    let expected: Vec<usize> = String::from_utf8(bytes("expected_tokens.txt"))
        .unwrap()
        .split_whitespace()
        .map(|token| token.parse().unwrap())
        .collect();
    assert_eq!(expected.len(), 200);

    let started = Instant::now();
    let (mut story, mut engine) = (Story::new(&model), ReferenceEngine::new(&model));
    let mut text = Vec::new();
    for (position, &expected) in expected.iter().enumerate() {
        let (previous, token) = story.next_token(&mut engine).unwrap().unwrap();
        assert_eq!(token, expected, "at position {position}");
        text.extend_from_slice(&tokenizer.text(previous, token).unwrap());
    }
    say(&format!("200 tokens of the real model with the reference engine: {:.2?}", started.elapsed()));
    let text = String::from_utf8_lossy(&text);
    let beginning = "Once upon a time, there was a little girl named Lily. She loved to play outside";
    assert!(text.starts_with(beginning), "{text}");
}

#[test]
fn the_files_have_the_described_shape_and_come_back() {
    let Some(folder) = folder() else { return };
    let bytes = fs::read(folder.join("model.bin")).unwrap();
    let model = bitllama::read("model.bin", &bytes, FirstWeight::High).unwrap();
    let shape = Shape { dim: 256, hidden: 256, layers: 8, heads: 8, kv_heads: 4, vocab: 512, seq_len: 512 };
    assert_eq!(*model.shape(), shape);
    // 8 layers of 2 * 256 * 256 + 2 * 128 * 256 + 3 * 256 * 256 weights; the zeros counted by a C program.
    let statistics = model.statistics();
    assert_eq!(statistics, Statistics { weights: 3_145_728, zeros: 1_160_009 });
    assert!(bitllama::write(&model, FirstWeight::High) == Ok(bytes));

    let bytes = fs::read(folder.join("tokenizer.bin")).unwrap();
    let tokenizer = Tokenizer::read("tokenizer.bin", &bytes, 512).unwrap();
    assert_eq!(tokenizer.write(), bytes);
    assert_eq!(tokenizer.text(1, 265).as_deref(), Some(&b"the"[..]));
    assert_eq!(tokenizer.text(0, 258).as_deref(), Some(&[0xff][..]));
}
