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

/// Beside the colours, for readers who do not tell them apart: SVG paths of 24 units.
pub(super) const SHAPES: [&str; 7] = [
    "M5 2h14a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V5a3 3 0 0 1 3-3Z",
    "M12 1.5a10.5 10.5 0 1 0 0 21 10.5 10.5 0 0 0 0-21Z",
    "M12 0.5 23.5 12 12 23.5 0.5 12Z",
    "M12 1.5 23 21.5H1Z",
    "M8 1.5h8V8h6.5v8H16v6.5H8V16H1.5V8H8Z",
    "M1 2.5h22L12 22.5Z",
    "M12 0.5 15.2 8.3 23.6 8.9 17.1 14.3 19.2 22.5 12 18 4.8 22.5 6.9 14.3 0.4 8.9 8.8 8.3Z",
];
/// The shape of what has no topic.
pub(super) const ROUND: usize = 1;

/// The shape at a place of the unbounded palette.
pub(super) fn shape(place: u32) -> usize {
    place as usize / TOPICS.len() % SHAPES.len()
}

/// Red, green and blue of a colour.
pub(super) fn channels(colour: u32) -> [u8; 3] {
    let [_, red, green, blue] = colour.to_be_bytes();
    [red, green, blue]
}

/// Every ninth of viridis (van der Walt and Smith, 2015).
const VIRIDIS: [u32; 10] = [
    0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6ece58, 0xb5de2b,
    0xfde725,
];

/// The colour of viridis at `share`, 0 to 1.
pub(super) fn viridis(share: f32) -> [u8; 3] {
    let place = share.clamp(0.0, 1.0) * (VIRIDIS.len() - 1) as f32;
    let (below, rest) = (place as usize, place.fract());
    let (low, high) = (channels(VIRIDIS[below]), channels(VIRIDIS[(below + 1).min(9)]));
    std::array::from_fn(|at| {
        let (low, high) = (f32::from(low[at]), f32::from(high[at]));
        (low + rest * (high - low)).round() as u8
    })
}
