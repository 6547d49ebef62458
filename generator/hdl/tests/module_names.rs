//! Names of modules stay within what the tools behind keep as they are.

use tritloom_hdl::{Design, LONGEST_MODULE_NAME, ModuleBuilder, uint};

fn name_of(name: &str) -> String {
    let m = ModuleBuilder::new(name, "Passes a bit on.");
    let a = m.input("a", uint(1));
    m.output("b", &a);
    Design::new(m.finish()).expect("a legal design").top().name.clone()
}

#[test]
fn names_that_are_too_long_keep_both_ends_and_stay_apart() {
    let longest = "a".repeat(LONGEST_MODULE_NAME);
    assert_eq!(name_of(&longest), longest);
    let (one, other) = (name_of(&format!("{longest}_w8")), name_of(&format!("{longest}_w9")));
    assert_ne!(one, other);
    for name in [&one, &other] {
        assert!(name.len() <= LONGEST_MODULE_NAME && name.starts_with("aaa"));
    }
    assert!(one.ends_with("_w8") && other.ends_with("_w9"));
    let words = name_of(&format!("array_{}column", "eight_".repeat(20)));
    assert!(words.starts_with("array_eight_eight_") && words.ends_with("_eight_column"), "{words}");
    assert_eq!(words.split('_').filter(|word| !["array", "eight", "column"].contains(word)).count(), 1, "{words}");
}
