import { type Band, rate } from './emodel';
import type { TimelineEvent } from './timeline';

/** What the media of one leg came to, as the record has it. */
export type MediaFigures = NonNullable<TimelineEvent['figures']>;

export type Grade = 'good' | 'fair' | 'poor' | 'bad';

export interface Quality {
  /** The share of packets that did not come, 0 to 1. */
  loss: number;
  /** What people would say on average, 1 (bad) to 4.5: an estimate. */
  mos: number;
  /** On which scale: what the codec lets through. */
  band: Band;
  grade: Grade;
  /** What is worst about it, if anything. */
  why: 'loss' | 'jitter' | 'delay' | null;
}

/** Fewer packets than these (two seconds) say nothing. */
const ENOUGH = 100;
/** One packet, and what our side and theirs need to speak and hear it, in milliseconds. */
const OWN_DELAY = 40;

/**
 * How well the other side was heard, by the E-model of its codec. What jitter costs is the buffer that it
 * needs: twice as much delay.
 */
export function qualityOf(f: MediaFigures): Quality | null {
  const all = f.received + f.lost;
  if (all < ENOUGH) return null;
  const loss = f.lost / all;
  const oneWay = (f.round_trip_ms ?? 0) / 2;
  const delay = oneWay + OWN_DELAY + 2 * f.jitter_ms;
  const rated = rate(f.codec, loss, delay);
  const { mos, band } = rated;
  const grade = gradeOf(mos);
  return { loss, mos, band, grade, why: whyOf(grade, rated.loss, f.jitter_ms, oneWay) };
}

/** ITU-T G.107 annex B: satisfied, some dissatisfied, many dissatisfied, nearly all. */
function gradeOf(mos: number): Grade {
  if (mos >= 4.03) return 'good';
  if (mos >= 3.6) return 'fair';
  return mos >= 2.6 ? 'poor' : 'bad';
}

function whyOf(grade: Grade, lost: number, jitter: number, oneWay: number): Quality['why'] {
  if (grade === 'good') return null;
  if (lost > 5) return 'loss';
  return 2 * jitter > oneWay ? 'jitter' : 'delay';
}
