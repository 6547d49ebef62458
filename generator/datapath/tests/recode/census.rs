//! The closed forms equal the counts over the elaborated parts.

use super::{SETS, shapes};
use tritloom_datapath::arith::recode::booth::{self, Radix};
use tritloom_datapath::arith::recode::leading_one::{leading_one, leading_one_census};
use tritloom_datapath::arith::recode::pending::{Order, next_pending, next_pending_census, selected, selected_census};
use tritloom_datapath::arith::recode::{canonical, digit_product, ent};
use tritloom_hdl::{Census, Design, Module, ModuleBuilder, uint};

fn compare(formula: &Census, module: Module) {
    let design = Design::new(module).unwrap_or_else(|defects| panic!("{defects}"));
    assert_eq!(*formula, design.census(), "{}: formula left, elaborated right", design.top().name);
}

#[test]
fn recoders_count_what_the_formula_says() {
    for weight in shapes(2..=16) {
        for radix in [Radix::Four, Radix::Eight] {
            compare(&booth::recoder_census(radix, weight), booth::recoder(radix, weight));
        }
        compare(&ent::recoder_census(weight), ent::recoder(weight));
        compare(&canonical::recoder_census(weight), canonical::recoder(weight));
    }
}

#[test]
fn digits_and_products_count_what_the_formula_says() {
    for activation in shapes(2..=16) {
        for set in SETS {
            compare(&digit_product::product_census(set, activation), digit_product::multiplier(set, activation));
        }
        let m = ModuleBuilder::new("triple", "Three times an activation.");
        m.output("triple", &digit_product::triple(&m.input("activation", activation)));
        compare(&digit_product::triple_census(activation), m.finish());
    }
    for signed in [false, true] {
        let m = ModuleBuilder::new("ent_digit", "One EN-T digit.");
        let code = m.input("code", uint(ent::CODE_BITS));
        let sign = signed.then(|| m.input("sign", uint(1)));
        m.output("digit", &ent::digit(&m, "digit", &code, sign.as_ref()).pack(&m));
        compare(&ent::digit_census(signed), m.finish());
    }
}

#[test]
fn searches_count_what_the_formula_says() {
    for width in 2..=64 {
        compare(&leading_one_census(width), leading_one(width));
    }
    for count in 2..=16 {
        for order in [Order::LowestFirst, Order::HighestFirst] {
            compare(&next_pending_census(count), next_pending(order, count));
        }
        for set in SETS {
            let m = ModuleBuilder::new("selected_digit", "One digit of several.");
            let (select, digits) =
                (m.input("select", uint(count)), m.input_lanes("digits", uint(set.bits()), count, ""));
            m.output("digit", &selected(&m, set, &select, &digits).pack(&m));
            compare(&selected_census(set, count), m.finish());
        }
    }
}
