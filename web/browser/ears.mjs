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
      page.seen.ring ??= performance.now();
      return tone.call(this);
    };
    new MutationObserver(() => {
      if (document.querySelector('.card')) page.seen.card ??= performance.now();
    }).observe(document, { childList: true, subtree: true });
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
 * The loudest tone that arrives at the page now; 0 where it is silent.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<number>}
 */
export function heard(page) {
  return page.evaluate(async () => {
    /** @type {RTCPeerConnection[]} */
    const peers = /** @type {any} */ (window).peers;
    const peer = peers.filter((p) => p.connectionState === 'connected').at(-1);
    const track = peer?.getReceivers().find((r) => r.track.kind === 'audio')?.track;
    if (!track) {
      await new Promise((resolve) => setTimeout(resolve, 400));
      return 0;
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
    let best = 0;
    for (const [i, level] of data.entries()) if (level > (data[best] ?? 0)) best = i;
    const loud = (data[best] ?? -200) > -70;
    const hz = loud ? (best * context.sampleRate) / analyser.fftSize : 0;
    await context.close();
    return hz;
  });
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
    const now = await heard(page);
    if (Math.abs(now - hz) < 25) return;
    told.push(Math.round(now));
  }
  throw new Error(`wanted ${hz} Hz, heard ${told.join(' ')}`);
}
