// How smooth the board is with many calls: node browser/load.mjs [CALLS] [EVENTS A SECOND] [SECONDS]
//
// A server that is none, but speaks like one: many calls of its own making that change all the time.
// The page is the built one. Tells frame times, long tasks and the growth of memory.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { chromium } from 'playwright-core';
import { heapOf, smoothness } from './smooth.mjs';

const [calls = 500, rate = 100, seconds = 30] = process.argv.slice(2).map(Number);
const DIST = join(import.meta.dirname, '../dist');
const KINDS = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const QUEUES = ['support', 'sales', 'billing', 'returns'];
const STAGES = /** @type {const} */ (['menu', 'waiting', 'offered', 'talking', 'held']);
const AGENTS = 120;

/** @param {number} n */
const some = (n) => Math.floor(Math.random() * n);
/** @param {number} ago */
const at = (ago) => new Date(Date.now() - ago * 1000).toISOString();

let number = 0;

/** @param {string} contact */
function call(contact) {
  const stage = STAGES[some(STAGES.length)] ?? 'menu';
  const waits = stage === 'waiting' || stage === 'offered';
  return {
    contact,
    line: 'main',
    caller: `…${10 + some(90)}`,
    stage,
    node: ['welcome', 'billing', 'router', 'account'][some(4)],
    queue: stage === 'menu' ? null : QUEUES[some(QUEUES.length)],
    agents: stage === 'talking' || stage === 'held' ? [`agent${some(AGENTS)}`] : [],
    started: at(60 + some(600)),
    since: at(some(60)),
    waiting_since: waits ? at(some(300)) : null,
    reason: waits ? { kind: 'asked' } : undefined,
  };
}

/** @param {number} n */
function agent(n) {
  const states = ['ready', 'talking', 'wrap_up', 'paused', 'offline'];
  const state = states[some(states.length)];
  const reason = state === 'paused' ? { reason: 'lunch' } : {};
  return { agent: `agent${n}`, name: `Agent ${n}`, state, since: at(some(900)), ...reason };
}

/** @param {string} name */
function queue(name) {
  return {
    queue: name,
    waiting: some(40),
    waiting_since: at(some(300)),
    staffed: 30,
    ready: some(10),
    thresholds: [
      { threshold: 'longest_wait > 2m', level: 'warning', since: some(2) ? at(some(60)) : null },
      { threshold: 'ready < 1', level: 'critical', since: null },
    ],
    today: {
      entered: 900,
      answered: 812,
      answered_in_time: 700,
      abandoned: 31,
      abandoned_short: 6,
      abandon_rate: 0.034,
      overflowed: 4,
      promised: 9,
      service_level: 0.7 + some(20) / 100,
      service_level_aim: 0.8,
      service_level_now: 0.6 + some(40) / 100,
      in_time_ms: 20_000,
      handling_ms: 180_000,
      mean_wait_ms: 21_000,
      longest_wait_ms: 310_000,
      talks: 812,
    },
    counts: {
      entered: 900,
      answered: 812,
      abandoned: 31,
      overflowed: 4,
      moved: 2,
      offers: 850,
      missed: 9,
    },
  };
}

const contacts = Array.from({ length: calls }, () => `c${number++}`);

/** @returns {[string, unknown]} */
function event() {
  const kind = some(10);
  if (kind === 0) return ['queue', queue(QUEUES[some(QUEUES.length)] ?? 'support')];
  if (kind === 1) return ['agent', agent(some(AGENTS))];
  const place = some(contacts.length);
  const contact = contacts[place] ?? 'c0';
  if (kind > 3) return ['contact.step', call(contact)];
  // One goes, another comes.
  contacts[place] = `c${number++}`;
  queued.push(['contact.begun', call(contacts[place] ?? 'c0')]);
  return ['contact.ended', call(contact)];
}

/** @type {[string, unknown][]} */
const queued = [];

const server = createServer((request, response) => {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  if (path === '/api/v1/session') {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ who: 'ann', role: 'supervisor', csrf: 'x' }));
  } else if (path === '/api/v1/events') {
    response.setHeader('content-type', 'text/event-stream');
    let id = 0;
    /** @param {string} kind @param {unknown} data */
    const tell = (kind, data) =>
      response.write(`id: 1-${++id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
    tell('picture', {
      agents: Array.from({ length: AGENTS }, (_, n) => agent(n)),
      queues: QUEUES.map(queue),
      calls: contacts.map(call),
    });
    const timer = setInterval(() => {
      for (let n = 0; n < rate / 20; n++) tell(...(queued.pop() ?? event()));
    }, 50);
    response.on('close', () => clearInterval(timer));
  } else if (path.startsWith('/api/')) {
    response.setHeader('content-type', 'application/json');
    response.end('[]');
  } else {
    const name = extname(path) ? path : '/index.html';
    response.setHeader(
      'content-type',
      KINDS[/** @type {keyof KINDS} */ (extname(name))] ?? 'text/html',
    );
    response.end(readFileSync(join(DIST, name)));
  }
});

await new Promise((ready) => server.listen(0, '127.0.0.1', () => ready(null)));
const address = server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--js-flags=--expose-gc'],
});
const page = await (
  await browser.newContext({ viewport: { width: 1920, height: 1080 } })
).newPage();
await page.goto(`http://127.0.0.1:${port}/board`);
await page.getByRole('region', { name: 'Calls' }).waitFor();
const heap = await heapOf(page);
await page.waitForTimeout(3_000);
const before = await heap();
const frames = await smoothness(page, seconds);
const after = await heap();
console.log(`${calls} calls, ${rate} events a second, ${seconds} s`);
console.log(
  `frame time ms: median ${frames.median}, 95 % ${frames.p95}, 99 % ${frames.p99}, worst ${frames.worst}`,
);
console.log(`${frames.frames} frames, long tasks ${Math.round(frames.long)} ms`);
console.log(`memory MB: ${before} before, ${after} after`);
if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, 'load.png') });
await browser.close();
server.close();
