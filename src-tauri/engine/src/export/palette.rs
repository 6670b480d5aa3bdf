//! The colours of topics, as the window has them.

/// Okabe-Ito and two of our own, as 0xRRGGBB; beyond eight the shape changes.
const TOPICS: [u32; 8] =
    [0xe69f00, 0x0072b2, 0x009e73, 0xd55e00, 0xcc79a7, 0x56b4e9, 0x8a7a00, 0x7a6ff0];
pub(super) const UNSORTED: u32 = 0x8c887f;

/// The colour at a place of the unbounded palette.
pub(super) fn colour(place: u32) -> u32 {
    TOPICS[place as usize % TOPICS.len()]
}

/// The colour on white paper with this share of it, so that black text reads well on it.
pub(super) fn tint(colour: u32, share: f32) -> u32 {
    [16, 8, 0].into_iter().fold(0, |tint, shift| {
        let channel = (colour >> shift & 0xff) as f32;
        let mixed = 255.0 + share * (channel - 255.0);
        tint | (mixed.round() as u32) << shift
    })
}
