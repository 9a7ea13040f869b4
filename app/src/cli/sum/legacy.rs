//! The checksums that only `cksum` and `sum` know: System V's, BSD's and POSIX's CRC. They stay
//! out of the table of algorithms that the window offers: nobody should choose one today.

use workers::Hasher;

/// System V's: the sum of all bytes, folded into sixteen bits.
#[derive(Default)]
pub(super) struct Sysv(u32);

impl Hasher for Sysv {
    fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_add(u32::from(*byte));
        }
    }
    fn finish_into(&mut self, out: &mut Vec<u8>) {
        let sum = std::mem::take(&mut self.0);
        let once = (sum & 0xffff) + (sum >> 16);
        let twice = (once & 0xffff) + (once >> 16);
        out.extend_from_slice(&twice.to_be_bytes()[2..]);
    }
}

/// BSD's: each byte is added after the sum was turned right by one bit.
#[derive(Default)]
pub(super) struct Bsd(u16);

impl Hasher for Bsd {
    fn update(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_right(1).wrapping_add(u16::from(*byte));
        }
    }
    fn finish_into(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&std::mem::take(&mut self.0).to_be_bytes());
    }
}

/// POSIX's CRC-32: the polynomial of Ethernet's, highest bit first, with the length behind the
/// message.
#[derive(Default)]
pub(super) struct PosixCrc {
    crc: u32,
    length: u64,
}

/// One table a byte of a word of eight: eight look-ups that do not wait for each other take a
/// quarter of the time of one after another.
static TABLES: [[u32; 256]; 8] = tables();

const fn tables() -> [[u32; 256]; 8] {
    let mut tables = [[0u32; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            let carry = crc >> 31;
            crc = (crc << 1) ^ (carry * 0x04c1_1db7);
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut table = 1;
    while table < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[table - 1][byte];
            tables[table][byte] = (before << 8) ^ tables[0][(before >> 24) as usize];
            byte += 1;
        }
        table += 1;
    }
    tables
}

impl PosixCrc {
    fn feed(&mut self, bytes: &[u8]) {
        let mut crc = self.crc;
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            let [a, b, c, d, e, f, g, h] = *word;
            let [p, q, r, s] = (crc ^ u32::from_be_bytes([a, b, c, d])).to_be_bytes();
            crc = TABLES[7][usize::from(p)]
                ^ TABLES[6][usize::from(q)]
                ^ TABLES[5][usize::from(r)]
                ^ TABLES[4][usize::from(s)]
                ^ TABLES[3][usize::from(e)]
                ^ TABLES[2][usize::from(f)]
                ^ TABLES[1][usize::from(g)]
                ^ TABLES[0][usize::from(h)];
        }
        for byte in rest {
            let index = (crc >> 24) as u8 ^ byte;
            crc = (crc << 8) ^ TABLES[0][usize::from(index)];
        }
        self.crc = crc;
    }
}

impl Hasher for PosixCrc {
    fn update(&mut self, bytes: &[u8]) {
        self.feed(bytes);
        self.length = self.length.wrapping_add(bytes.len() as u64);
    }
    fn finish_into(&mut self, out: &mut Vec<u8>) {
        let length = self.length.to_le_bytes();
        let significant = 8 - self.length.leading_zeros() as usize / 8;
        self.feed(&length[..significant]);
        out.extend_from_slice(&(!self.crc).to_be_bytes());
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::{Bsd, PosixCrc, Sysv};
    use workers::Hasher;

    fn of(mut hasher: impl Hasher, message: &[u8]) -> Vec<u8> {
        // In two parts, to see that the state is kept between them.
        let (a, b) = message.split_at(message.len() / 3);
        hasher.update(a);
        hasher.update(b);
        let mut out = Vec::new();
        hasher.finish_into(&mut out);
        out
    }

    // The values are what coreutils 9.1 prints.
    #[test]
    fn the_old_checksums_are_those_of_cksum_and_sum() {
        let long: Vec<u8> = (0..100_000u32).map(|n| (n % 251) as u8).collect();
        assert_eq!(of(Sysv::default(), b"hi\n"), 219u16.to_be_bytes());
        assert_eq!(of(Bsd::default(), b"hi\n"), 32856u16.to_be_bytes());
        assert_eq!(
            of(PosixCrc::default(), b"hi\n"),
            1_479_881_546u32.to_be_bytes()
        );
        assert_eq!(of(PosixCrc::default(), b""), u32::MAX.to_be_bytes());
        assert_eq!(of(Sysv::default(), &long), SYSV.to_be_bytes());
        assert_eq!(of(Bsd::default(), &long), BSD.to_be_bytes());
        assert_eq!(of(PosixCrc::default(), &long), CRC.to_be_bytes());
    }
    const SYSV: u16 = 40751;
    const BSD: u16 = 55401;
    const CRC: u32 = 4026004798;
}
