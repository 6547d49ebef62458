//! What a manifest promises to programs.

#![allow(missing_docs)]

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use tritloom_datapath::parameter::{Given, Parameters};
use tritloom_datapath::registry;
use tritloom_emit::manifest::{Subject, manifest};

fn document(family: &str, parameters: &Parameters) -> Value {
    let family = registry::find(family).expect("a family");
    let subject = Subject { name: "a", hash: "0", top: "a", family, parameters };
    serde_json::from_str(&manifest(&subject)).expect("JSON")
}

/// Lanes and bits of a lane of each port of a stream.
fn lanes(document: &Value, stream: &str) -> Vec<(u64, u64)> {
    let streams = document["streams"].as_array().expect("streams");
    let stream = streams.iter().find(|one| one["name"] == stream).expect("a stream");
    let number = |field: &Value, key: &str| field[key].as_u64().expect("a number");
    let fields = stream["fields"].as_array().expect("fields").iter();
    fields.map(|field| (number(field, "lanes"), number(field, "bits_per_lane"))).collect()
}

#[test]
fn lanes_of_equal_width_fill_every_port() {
    for (seed, family) in (0_u64..).zip(registry::families()) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for _ in 0..20 {
            let parameters = registry::random_small(*family, registry::SIMULATION_CAPS, &mut rng);
            let document = document(family.name(), &parameters);
            for stream in document["streams"].as_array().expect("streams") {
                for field in stream["fields"].as_array().expect("fields") {
                    let product = field["lanes"].as_u64().zip(field["bits_per_lane"].as_u64()).map(|(a, b)| a * b);
                    assert_eq!(product, field["bits"].as_u64(), "seed {seed} {} {stream:#}", family.name());
                }
            }
        }
    }
}

/// 2 rows, 4 columns, 3 layers of elements that take 5 places each.
#[test]
fn a_cube_counts_the_lanes_and_places_of_all_its_layers() {
    let cube = |family: &str, more: &[(&str, Given)]| {
        let numbers = [("layers", 3), ("rows", 2), ("columns", 4), ("depth", 5), ("max_inner", 1024)];
        let given = numbers.map(|(name, value)| (name, Given::Integer(value)));
        let given = given.into_iter().chain([("topology", "cube".into())]).chain(more.iter().cloned());
        document(family, &registry::resolve(registry::find(family).expect("a family"), given).expect("legal"))
    };
    let plain = cube("bit_weight", &[]);
    assert_eq!(lanes(&plain, "activation"), [(2 * 3 * 5, 8)]);
    assert_eq!(lanes(&plain, "weight"), [(4 * 3 * 5, 8)]);
    assert_eq!(lanes(&plain, "result"), [(4, 26), (4, 1), (1, 1)]);
    let modes = cube("bit_slice", &[]);
    assert_eq!(modes["modes"][0]["places_per_beat"].as_u64().map(|places| places % 15), Some(0), "{modes:#}");
    let schedule = modes["timing"]["schedule"].as_str().expect("a schedule");
    let told =
        format!("{} in {}", modes["modes"][0]["places_per_beat"], modes["modes"][0]["name"].as_str().expect("a name"));
    assert!(schedule.contains(&told), "{told}: {schedule}");
}
