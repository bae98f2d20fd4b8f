// How smoothly a page is drawn, and what memory it takes.

/**
 * What the scripts of a page keep, in megabytes, asked for as often as one likes.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<() => Promise<number>>}
 */
export async function heapOf(page) {
  const tools = await page.context().newCDPSession(page);
  return async () => {
    await tools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await tools.send('Runtime.getHeapUsage');
    return Math.round(usedSize / 1e5) / 10;
  };
}

/**
 * Times between frames in milliseconds, and all long tasks together, during so many seconds.
 * @param {import('playwright-core').Page} page
 * @param {number} seconds
 */
export function smoothness(page, seconds) {
  return page.evaluate(async (length) => {
    /** @type {number[]} */
    const times = [];
    let long = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) long += entry.duration;
    }).observe({ entryTypes: ['longtask'] });
    const end = performance.now() + length;
    let last = performance.now();
    await new Promise((done) => {
      const frame = () => {
        const now = performance.now();
        times.push(now - last);
        last = now;
        if (now < end) requestAnimationFrame(frame);
        else done(null);
      };
      requestAnimationFrame(frame);
    });
    times.sort((a, b) => a - b);
    /** @param {number} share */
    const of = (share) => Math.round((times[Math.floor(times.length * share)] ?? 0) * 10) / 10;
    return {
      frames: times.length,
      median: of(0.5),
      p95: of(0.95),
      p99: of(0.99),
      worst: of(0.9999),
      long,
    };
  }, seconds * 1000);
}
