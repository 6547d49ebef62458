//! Wiring costs nothing: slices, lanes, concatenations, wires and ports are resolved to the bits that are
//! computed somewhere, so that only true dependencies between bits remain.

use crate::design::NodeKind;
use crate::hierarchy::{Hierarchy, Place};

/// Neighbouring bits of one computed value, or of zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Segment {
    /// `None` for zeros.
    pub place: Option<Place>,
    /// The first bit taken.
    pub low: u32,
    /// Bits taken.
    pub width: u32,
}

/// Bits `low .. low + width` of the value at `place`, least significant segment first.
pub(crate) fn segments(hierarchy: &Hierarchy, place: Place, low: u32, width: u32) -> Vec<Segment> {
    let mut resolved: Vec<Segment> = Vec::new();
    // The least significant part lies on top of the stack.
    let mut pending = vec![Segment { place: Some(place), low, width }];
    while let Some(segment) = pending.pop() {
        if segment.place.is_none_or(|place| !expand(hierarchy, place, segment, &mut pending)) {
            append(&mut resolved, segment);
        }
    }
    resolved
}

fn append(resolved: &mut Vec<Segment>, segment: Segment) {
    match resolved.last_mut() {
        Some(last) if last.place == segment.place && (last.place.is_none() || last.low + last.width == segment.low) => {
            last.width += segment.width;
        }
        _ => resolved.push(segment),
    }
}

/// Replaces bits of a value that is mere wiring by what they come from; false where the value is computed.
fn expand(hierarchy: &Hierarchy, place: Place, segment: Segment, pending: &mut Vec<Segment>) -> bool {
    let node = hierarchy.node(place);
    let Segment { low, width, .. } = segment;
    let mut forward = |place: Place, low: u32| pending.push(Segment { place: Some(place), low, width });
    match &node.kind {
        NodeKind::Slice { of, low: base } => forward(hierarchy.operand(place, *of), base + low),
        NodeKind::Lane { of, index } => {
            let lane = hierarchy.affine(place, index) as u32;
            forward(hierarchy.operand(place, *of), lane * node.shape.width + low);
        }
        NodeKind::InstanceOutput { instance, .. } if hierarchy.is_closed(place.frame, *instance) => return false,
        NodeKind::InstanceOutput { instance, port } => forward(hierarchy.inside(place, *instance, *port), low),
        NodeKind::Input(port) => match hierarchy.outside(place.frame, *port) {
            Some(driver) => forward(driver, low),
            None => return false,
        },
        NodeKind::Concat(parts) => {
            let parts = parts.iter().map(|&part| hierarchy.operand(place, part));
            let whole = node.shape.width;
            cut(parts.map(|part| (part, hierarchy.node(part).shape.width)), whole, segment, pending);
        }
        NodeKind::Wire(wire) => {
            let lanes = hierarchy.driven_lanes(place.frame, *wire);
            let lane_width = node.shape.width / lanes;
            let (first, last) = (low / lane_width, (low + width - 1) / lane_width);
            let drivers = (first..=last).rev().map(|lane| (hierarchy.driver(place, *wire, lane), lane_width));
            cut(drivers, (last + 1) * lane_width, segment, pending);
        }
        NodeKind::Extend(of) => {
            let inner = hierarchy.node(hierarchy.operand(place, *of)).shape;
            if low + width <= inner.width {
                forward(hierarchy.operand(place, *of), low);
            } else if inner.signed {
                return false;
            } else {
                let kept = inner.width.saturating_sub(low);
                pending.push(Segment { place: None, low: 0, width: width - kept });
                if kept > 0 {
                    pending.push(Segment { place: Some(hierarchy.operand(place, *of)), low, width: kept });
                }
            }
        }
        _ => return false,
    }
    true
}

/// Pushes what `segment` covers of parts that lie side by side below bit `top`, the most significant first.
fn cut(parts: impl Iterator<Item = (Place, u32)>, top: u32, segment: Segment, pending: &mut Vec<Segment>) {
    let mut high = top;
    for (place, width) in parts {
        let base = high - width;
        let first = segment.low.max(base);
        let end = (segment.low + segment.width).min(high);
        if first < end {
            pending.push(Segment { place: Some(place), low: first - base, width: end - first });
        }
        high = base;
    }
}
