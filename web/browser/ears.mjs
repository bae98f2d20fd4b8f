// What a page hears, and when it rings: found out in the page itself, from its own connections.

/**
 * Before the page's scripts: keeps its connections, and when card and ring came.
 * @param {import('playwright-core').BrowserContext} context
 */
export async function prick(context) {
  await context.addInitScript(() => {
    const page = /** @type {any} */ (window);
    page.peers = [];
    page.sockets = [];
    page.seen = {};
    page.RTCPeerConnection = class extends RTCPeerConnection {
      /** @param {RTCConfiguration} [config] */
      constructor(config) {
        super(config);
        page.peers.push(this);
      }
    };
    page.WebSocket = class extends WebSocket {
      /**
       * @param {string | URL} url
       * @param {string | string[]} [protocols]
       */
      constructor(url, protocols) {
        super(url, protocols);
        page.sockets.push(this);
      }
    };
    const tone = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function ring() {
      // What is drawn in the same breath is told to the observer only after it.
      look();
      page.seen.ring ??= performance.now();
      return tone.call(this);
    };
    const look = () => {
      if (document.querySelector('.card')) page.seen.card ??= performance.now();
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  });
}

/**
 * When the card was there and when it rang, in milliseconds; forgotten then.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<{ card?: number, ring?: number }>}
 */
export function seen(page) {
  return page.evaluate(() => {
    const page = /** @type {any} */ (window);
    const { seen } = page;
    page.seen = {};
    return seen;
  });
}

/**
 * What arrives at the page now: the loudest tone in Hz, 0 where it is silent, and how loud each of these
 * is, in decibels.
 * @param {import('playwright-core').Page} page
 * @param {number[]} tones
 * @returns {Promise<{ loudest: number, levels: number[] }>}
 */
function listen(page, tones) {
  return page.evaluate(async (tones) => {
    /** @type {RTCPeerConnection[]} */
    const peers = /** @type {any} */ (window).peers;
    const peer = peers.filter((p) => p.connectionState === 'connected').at(-1);
    const track = peer?.getReceivers().find((r) => r.track.kind === 'audio')?.track;
    if (!track) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return { loudest: 0, levels: tones.map(() => -200) };
    }
    const context = new AudioContext();
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    source.connect(analyser);
    await new Promise((resolve) => setTimeout(resolve, 400));
    const data = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(data);
    const width = context.sampleRate / analyser.fftSize;
    let best = 0;
    for (const [i, level] of data.entries()) if (level > (data[best] ?? 0)) best = i;
    const loud = (data[best] ?? -200) > -70;
    const levels = tones.map((hz) => {
      const at = Math.round(hz / width);
      return Math.max(...data.slice(at - 2, at + 3));
    });
    await context.close();
    return { loudest: loud ? best * width : 0, levels };
  }, tones);
}

/**
 * Waits until this tone arrives at the page.
 * @param {import('playwright-core').Page} page
 * @param {number} hz
 */
export async function hears(page, hz) {
  /** @type {number[]} */
  const told = [];
  for (let tries = 0; tries < 30; tries += 1) {
    const { loudest } = await listen(page, []);
    if (Math.abs(loudest - hz) < 25) return;
    told.push(Math.round(loudest));
  }
  throw new Error(`wanted ${hz} Hz, heard ${told.join(' ')}`);
}

/**
 * Waits until all of these tones arrive at the page, and none of the others.
 * @param {import('playwright-core').Page} page
 * @param {number[]} wanted
 * @param {number[]} others
 */
export async function hearsAll(page, wanted, others) {
  let told = '';
  for (let tries = 0; tries < 30; tries += 1) {
    const { levels } = await listen(page, [...wanted, ...others]);
    const quietest = Math.min(...levels.slice(0, wanted.length));
    const loudest = Math.max(-200, ...levels.slice(wanted.length));
    if (quietest > -65 && loudest < quietest - 15) return;
    told = levels.map((l) => Math.round(l)).join(' ');
  }
  throw new Error(`wanted ${wanted.join(' ')} and not ${others.join(' ')} Hz: ${told} dB`);
}

/**
 * What voice is encoded as, on the way to the page and from it.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string>}
 */
export function codecs(page) {
  return page.evaluate(async () => {
    /** @type {RTCPeerConnection[]} */
    const peers = /** @type {any} */ (window).peers;
    /** @type {any[]} */
    const stats = [];
    (await peers.at(-1)?.getStats())?.forEach((/** @type {any} */ s) => void stats.push(s));
    const codec = (/** @type {string} */ kind) => {
      const stream = stats.find((s) => s.type === kind && s.kind === 'audio');
      return stats.find((s) => s.id === stream?.codecId)?.mimeType ?? 'none';
    };
    return `${codec('inbound-rtp')} ${codec('outbound-rtp')}`;
  });
}
