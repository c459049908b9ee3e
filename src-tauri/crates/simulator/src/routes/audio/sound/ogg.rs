//! Opus silence in Ogg pages (RFC 3533, RFC 7845).

/// Samples of a packet: 20 milliseconds at 48 kHz.
const PACKET: u64 = 960;
/// A packet of silence.
const SILENCE: [u8; 3] = [0xf8, 0xff, 0xfe];
const SERIAL: u32 = 1;
const BEGINS: u8 = 2;
const ENDS: u8 = 4;

/// The two headers and so many packets, each in a page of its own.
pub(super) fn pages(packets: usize) -> Vec<Vec<u8>> {
    let mut head = b"OpusHead\x01\x01\x38\x01".to_vec();
    head.extend_from_slice(&48_000_u32.to_le_bytes());
    head.extend_from_slice(&[0, 0, 0]);
    let mut tags = b"OpusTags".to_vec();
    tags.extend_from_slice(&9_u32.to_le_bytes());
    tags.extend_from_slice(b"simulator");
    tags.extend_from_slice(&0_u32.to_le_bytes());
    let mut pages = vec![page(&head, BEGINS, (0, 0)), page(&tags, 0, (1, 0))];
    let mut played = 0;
    for (number, packet) in (2..).zip(1..=packets) {
        played += PACKET;
        let flags = if packet == packets { ENDS } else { 0 };
        pages.push(page(&SILENCE, flags, (number, played)));
    }
    pages
}

/// A page with one short packet.
fn page(packet: &[u8], flags: u8, (number, played): (u32, u64)) -> Vec<u8> {
    let mut page = b"OggS\0".to_vec();
    page.push(flags);
    page.extend_from_slice(&played.to_le_bytes());
    page.extend_from_slice(&SERIAL.to_le_bytes());
    page.extend_from_slice(&number.to_le_bytes());
    page.extend_from_slice(&[0; 4]);
    page.push(1);
    page.push(u8::try_from(packet.len()).unwrap_or(u8::MAX));
    page.extend_from_slice(packet);
    let sum = checksum(&page);
    page[22..26].copy_from_slice(&sum.to_le_bytes());
    page
}

/// CRC-32 with the polynomial of Ogg, not reflected.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| {
            let shifted = sum << 1;
            if sum >> 31 == 1 {
                shifted ^ 0x04c1_1db7
            } else {
                shifted
            }
        })
    })
}
