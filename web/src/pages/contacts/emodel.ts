/** A codec as the record names it, by its RTP payload format. */
export type Codec = 'PCMU' | 'PCMA' | 'G722' | 'opus';

/** How wide the band is that somebody is heard in: each has an E-model of its own. */
export type Band = 'narrow' | 'wide' | 'full';

interface Scale {
  /** R of a talk that nothing is wrong with. */
  best: number;
  /** What is lost to packets at most; the formula of loss in all three. */
  most: number;
  /** What R is divided by before it becomes a MOS. */
  per: number;
  /** How much a delay weighs beside the narrow band. */
  delay: number;
}

/**
 * ITU-T G.107 (93.2 with all defaults), G.107.1 (wideband: R to 129, annex A for the MOS) and G.107.2
 * (fullband: R to 148). The three are scales of their own: what is good in a narrow band is not as good as
 * what is good in a wide one.
 */
const SCALES: Record<Band, Scale> = {
  narrow: { best: 93.2, most: 95, per: 1, delay: 1 },
  wide: { best: 129, most: 95, per: 1.29, delay: 1 },
  full: { best: 148, most: 132, per: 1.48, delay: 1.48 },
};

/** What coding costs (Ie), and how well a codec hides lost packets (Bpl): the higher the better. */
interface Impairment {
  band: Band;
  ie: number;
  bpl: number;
}

/** ITU-T G.113, tables I.1 and I.4: with concealment, packets lost one by one. */
const G711: Impairment = { band: 'narrow', ie: 0, bpl: 25.1 };
/**
 * G.722 at 64 kbit/s: Ie,WB by ITU-T G.113, table IV.1. No Bpl of it is published; 4.3 is that of G.711
 * without concealment and of G.722.2 at 12.65 kbit/s (tables I.4 and IV.4), so that loss is rather
 * judged too hard than too mildly.
 */
const G722: Impairment = { band: 'wide', ie: 13, bpl: 4.3 };
/**
 * Opus has no row in G.113. Ie,FB and Bpl by M. Al-Ahmadi, P. Počta and H. Melvin, "Instrumental
 * Estimation of E-model Equipment Impairment Factor Parameters for Super-Wideband Opus Codec", ISSC
 * 2019: variable rate, 31 kbit/s, random loss. Browsers send speech at about 32 kbit/s, and 28 to 40 is what
 * RFC 7587 §3.1.1 names for speech in the full band.
 */
const OPUS: Impairment = { band: 'full', ie: 16.83, bpl: 10.44 };

const CODECS: Record<Codec, Impairment> = { PCMU: G711, PCMA: G711, G722, opus: OPUS };

export interface Rated {
  /** What people would say on average, 1 (bad) to 4.5: an estimate. */
  mos: number;
  band: Band;
  /** What coding and loss together take from R, on the scale to 100. */
  loss: number;
}

/**
 * What the E-model makes of a share of lost packets (0 to 1) and of a delay from mouth to ear in
 * milliseconds. Of a codec that is not known, G.711 is assumed.
 */
export function rate(codec: Codec | undefined, share: number, delay: number): Rated {
  const { band, ie, bpl } = (codec && CODECS[codec]) ?? G711;
  const scale = SCALES[band];
  const percent = share * 100;
  const lost = (scale.most - ie) * (percent / (percent + bpl));
  const late = 0.024 * delay + (delay > 177.3 ? 0.11 * (delay - 177.3) : 0);
  const r = (scale.best - ie - lost - scale.delay * late) / scale.per;
  return { mos: mosOf(r), band, loss: lost / scale.per };
}

/** ITU-T G.107, annex B. */
export function mosOf(r: number): number {
  if (r <= 0) return 1;
  if (r >= 100) return 4.5;
  return Math.max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6);
}
