//! G.711: µ-law and A-law (ITU-T G.711), and the concealment that it shares with G.722.

/// One sample to µ-law.
pub const fn ulaw_encode(sample: i16) -> u8 {
    // G.711 works on 14 bits; the bias of 33 there is 132 on the 16-bit scale.
    const BIAS: i32 = 132;
    let negative = sample < 0;
    let mut magnitude = if negative {
        -(sample as i32)
    } else {
        sample as i32
    };
    if magnitude > 32635 {
        magnitude = 32635;
    }
    magnitude += BIAS;
    let exponent = 24 - (magnitude as u32).leading_zeros();
    let exponent = exponent & 7;
    let mantissa = (magnitude >> (exponent + 3)) & 0x0f;
    let sign = if negative { 0x80 } else { 0 };
    !(sign | (exponent as u8) << 4 | mantissa as u8)
}

const fn ulaw_value(byte: u8) -> i16 {
    let byte = !byte;
    let exponent = (byte >> 4) & 7;
    let mantissa = (byte & 0x0f) as i32;
    let magnitude = (((mantissa << 3) + 132) << exponent) - 132;
    (if byte & 0x80 != 0 {
        -magnitude
    } else {
        magnitude
    }) as i16
}

/// One sample to A-law.
pub const fn alaw_encode(sample: i16) -> u8 {
    // 13 bits; negative values are mirrored around −1, as in the recommendation.
    let (sign, magnitude) = if sample >= 0 {
        (0x80u8, (sample >> 3) as i32)
    } else {
        (0, (!sample >> 3) as i32)
    };
    let code = if magnitude < 32 {
        (magnitude >> 1) as u8
    } else {
        let exponent = 27 - (magnitude as u32).leading_zeros();
        let mantissa = (magnitude >> exponent) & 0x0f;
        (exponent as u8) << 4 | mantissa as u8
    };
    (sign | code) ^ 0x55
}

const fn alaw_value(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let exponent = (byte >> 4) & 7;
    let mantissa = (byte & 0x0f) as i32;
    let magnitude = if exponent == 0 {
        (mantissa << 4) + 8
    } else {
        ((mantissa << 4) + 0x108) << (exponent - 1)
    };
    (if byte & 0x80 != 0 {
        magnitude
    } else {
        -magnitude
    }) as i16
}

const fn table(alaw: bool) -> [i16; 256] {
    let mut t = [0; 256];
    let mut i = 0;
    while i < 256 {
        t[i] = if alaw {
            alaw_value(i as u8)
        } else {
            ulaw_value(i as u8)
        };
        i += 1;
    }
    t
}

static ULAW: [i16; 256] = table(false);
static ALAW: [i16; 256] = table(true);

/// One µ-law byte to a sample.
pub fn ulaw_decode(byte: u8) -> i16 {
    ULAW[usize::from(byte)]
}

/// One A-law byte to a sample.
pub fn alaw_decode(byte: u8) -> i16 {
    ALAW[usize::from(byte)]
}

/// How many frames of 20 ms are filled before silence: repeating longer buzzes.
const FADE_FRAMES: u32 = 3;

/// Fills a gap with the last 20 ms, repeated and faded out over 60 ms.
pub(super) struct Concealment {
    frame: usize,
    last: [i16; 320],
    lost: u32,
}

impl Concealment {
    /// `frame`: samples in 20 ms, at most 320.
    pub(super) fn new(frame: usize) -> Concealment {
        Concealment {
            frame: frame.min(320),
            last: [0; 320],
            lost: 0,
        }
    }

    /// Remembers the newest 20 ms.
    pub(super) fn heard(&mut self, pcm: &[i16]) {
        self.lost = 0;
        let n = pcm.len().min(self.frame);
        self.last.copy_within(n..self.frame, 0);
        self.last[self.frame - n..self.frame].copy_from_slice(&pcm[pcm.len() - n..]);
    }

    /// 20 ms for a gap.
    pub(super) fn lost(&mut self, out: &mut Vec<i16>) {
        let span = (FADE_FRAMES as usize * self.frame) as i32;
        let done = (self.lost.min(FADE_FRAMES) as usize * self.frame) as i32;
        out.extend(self.last[..self.frame].iter().enumerate().map(|(i, &s)| {
            let left = (span - done - i as i32).max(0);
            (i32::from(s) * left / span) as i16
        }));
        self.lost = self.lost.saturating_add(1);
    }
}
