// Drives a real browser for a test of the server: `await test.at('step')` tells the test where the
// script is and waits until it says "go".
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import AxeBuilder from '@axe-core/playwright';
import { chromium } from 'playwright-core';

/** Where the console is. */
export const HOME = process.env.CONSOLE ?? 'http://127.0.0.1:8080';
const PROGRAM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
/** A language whose words are longer: pictures in it as well show what has no room. */
const LONG = 'de';
/** The browser says so of each answer that is an error; the pages tell it better. */
const EXPECTED = /Failed to load resource/;

/**
 * What a test's script has to do with.
 * @typedef {object} Test
 * @property {import('playwright-core').Browser} browser
 * @property {(step: string, more?: string) => Promise<void>} at
 * @property {(options?: import('playwright-core').BrowserContextOptions) => Promise<import('playwright-core').BrowserContext>} context
 * @property {(page: import('playwright-core').Page, what: string, options?: object) => Promise<void>} accessible
 * @property {(page: import('playwright-core').Page, name: string) => Promise<void>} pictures
 */

/**
 * Pages of a folder in place of those in the program: to try changes without building it anew.
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} folder
 */
async function pagesOf(context, folder) {
  await context.route(/.*/, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname.startsWith('/api/')) return route.continue();
    const path = join(folder, pathname.includes('.') ? pathname : 'index.html');
    return route.fulfill({ path });
  });
}

/** What is in place of a microphone: a WAV file where the test gives one, else beeps. */
function microphone() {
  const file = process.env.MICROPHONE;
  // Nobody is asked for the one that beeps.
  if (!file) return ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
  return [
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-audio-capture=${file}`,
    // Who was not given leave is refused, and not asked.
    '--deny-permission-prompts',
  ];
}

/**
 * Who has made their own certificate, and is believed: by the hash of its key, as people would by what the
 * browser shows them. The name is one that only this browser knows: pages of the machine itself count as safe.
 */
function believed() {
  const file = process.env.TRUSTED;
  if (!file) return [];
  const { publicKey } = new X509Certificate(readFileSync(file));
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const hash = createHash('sha256').update(key).digest('base64');
  return [
    `--ignore-certificate-errors-spki-list=${hash}`,
    '--host-resolver-rules=MAP zeroline.test 127.0.0.1',
  ];
}

/**
 * Has the page speak this language, as if it had been chosen in another tab.
 * @param {import('playwright-core').Page} page
 * @param {string} language
 */
async function speak(page, language) {
  await page.evaluate((newValue) => {
    dispatchEvent(new StorageEvent('storage', { key: 'zeroline.language', newValue }));
  }, language);
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} what
 * @param {object} options
 */
async function judge(page, what, options) {
  const found = await new AxeBuilder({ page }).options(options).withTags(WCAG).analyze();
  const told = found.violations.map(
    (v) =>
      `${what}: ${v.id}: ${v.help}\n${v.nodes.map((n) => `  ${n.target}: ${n.failureSummary}`).join('\n')}`,
  );
  if (told.length > 0) throw new Error(told.join('\n'));
}

/** @param {(test: Test) => Promise<void>} script */
export async function drive(script) {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const browser = await chromium.launch({
    executablePath: PROGRAM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--autoplay-policy=no-user-gesture-required',
      ...microphone(),
      ...believed(),
      // Pages of a folder count as strangers, whom a browser keeps from servers of this machine.
      ...(process.env.PAGES ? ['--disable-features=LocalNetworkAccessChecks'] : []),
    ],
  });
  /** @type {string[]} */
  const wrong = [];
  const close = () => void browser.close().finally(() => process.exit(1));
  process.once('SIGTERM', close);
  /** @type {Test} */
  const test = {
    browser,
    async at(step, more = '') {
      console.log(`at ${step} ${more}`.trim());
      const { done } = await lines.next();
      if (done) throw new Error('the test is gone');
    },
    async context(options = {}) {
      const context = await browser.newContext({ baseURL: HOME, locale: 'en-GB', ...options });
      context.setDefaultTimeout(30_000);
      if (process.env.PAGES) await pagesOf(context, process.env.PAGES);
      context.on('console', (message) => {
        if (message.type() === 'error' && !EXPECTED.test(message.text()))
          wrong.push(message.text());
      });
      context.on('weberror', (e) => wrong.push(String(e.error())));
      return context;
    },
    async accessible(page, what, options = {}) {
      await judge(page, what, options);
      // On a phone, in the dark: nothing is cut off, and all of it can be read there too.
      const size = page.viewportSize();
      await page.setViewportSize({ width: 390, height: 844 });
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.waitForTimeout(250);
      const [over, height] = await page.evaluate(() => {
        const root = document.documentElement;
        return [root.scrollWidth - root.clientWidth, root.scrollHeight];
      });
      check((over ?? 0) <= 0, `${what}: ${over} px wider than a phone`);
      // As high as it is: what the bar at the bottom covers is scrolled to.
      await page.setViewportSize({ width: 390, height: Math.min(height ?? 0, 8_000) });
      await judge(page, `${what} on a phone in the dark`, options);
      await page.emulateMedia({ colorScheme: 'light' });
      if (size) await page.setViewportSize(size);
      await page.waitForTimeout(250);
    },
    async pictures(page, name) {
      const folder = process.env.PICTURES;
      if (!folder) return;
      mkdirSync(folder, { recursive: true });
      for (const [width, height] of [
        [390, 844],
        [1366, 768],
        [1920, 1080],
      ]) {
        await page.setViewportSize({ width: width ?? 0, height: height ?? 0 });
        for (const theme of /** @type {const} */ (['light', 'dark'])) {
          await page.emulateMedia({ colorScheme: theme });
          await page.waitForTimeout(250);
          await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`) });
        }
        await page.emulateMedia({ colorScheme: 'light' });
        await speak(page, LONG);
        await page.waitForTimeout(250);
        await page.screenshot({ path: join(folder, `${name}-${width}-${LONG}.png`) });
        await speak(page, 'en');
      }
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 1366, height: 768 });
    },
  };
  try {
    await script(test);
    if (wrong.length > 0) throw new Error(`the browser complains:\n${wrong.join('\n')}`);
    await browser.close();
    console.log('done');
    process.exit(0);
  } catch (error) {
    console.error(error);
    for (const context of browser.contexts()) {
      for (const page of context.pages()) {
        console.error(page.url());
        console.error(
          await page
            .locator('body')
            .innerText({ timeout: 1_000 })
            .catch(() => ''),
        );
      }
    }
    console.error(wrong.join('\n'));
    await browser.close();
    process.exit(1);
  }
}

/**
 * @param {import('playwright-core').Page} page
 * @param {string} user
 * @param {string} password
 */
export async function signIn(page, user, password) {
  await page.getByLabel('User name').fill(user);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/**
 * Kills the process of the page: nobody closes anything.
 * @param {import('playwright-core').Page} page
 */
export async function dies(page) {
  const gone = page.waitForEvent('crash');
  void page.goto('chrome://crash').catch(() => {});
  await gone;
}

/**
 * @param {boolean} is
 * @param {string} what
 */
export function check(is, what) {
  if (!is) throw new Error(what);
}

/** @param {string} name */
export function given(name) {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not given`);
  return value;
}
