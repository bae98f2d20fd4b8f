// Which microphone, loudspeaker and ring: chosen, kept over a reload, and used. And an offer while the agent
// looks at something else: the browser tells them, without the number.
import { check, drive, given, signIn } from './drive.mjs';
import { hears, prick } from './ears.mjs';

const CALLER = 600;

/**
 * What the page has done with devices and notifications.
 * @param {import('playwright-core').BrowserContext} context
 */
async function watch(context) {
  await context.addInitScript(() => {
    const page = /** @type {any} */ (window);
    page.put = { talk: [], ring: [] };
    page.told = [];
    const talk = HTMLMediaElement.prototype.setSinkId;
    HTMLMediaElement.prototype.setSinkId = function put(/** @type {string} */ id) {
      page.put.talk.push(id);
      return talk.call(this, id);
    };
    const sounds = /** @type {any} */ (AudioContext.prototype);
    const ring = sounds.setSinkId;
    sounds.setSinkId = function put(/** @type {string} */ id) {
      page.put.ring.push(id);
      return ring.call(this, id);
    };
    page.Notification = class extends Notification {
      /**
       * @param {string} title
       * @param {NotificationOptions} [options]
       */
      constructor(title, options) {
        super(title, options);
        page.told.push({ title, body: options?.body ?? '', tag: options?.tag ?? '' });
      }
    };
    // A page that nobody looks at: this browser has no window that could be in front of it.
    Object.defineProperty(document, 'visibilityState', {
      get: () => (page.away ? 'hidden' : 'visible'),
    });
  });
}

await drive(async (test) => {
  const context = await test.context({ permissions: ['microphone', 'notifications'] });
  await prick(context);
  await watch(context);
  const page = await context.newPage();
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto('/desk');
  await signIn(page, given('NAME'), given('SECRET'));
  await page.getByRole('button', { name: 'Take calls in this browser' }).click();
  await page.getByText('Ready to ring').waitFor();
  // Who has given leave is not asked for it.
  check(
    (await page.getByRole('button', { name: 'Notify me when it rings' }).count()) === 0,
    'asked again',
  );

  const dialog = page.getByRole('dialog');
  const open = () => page.getByRole('button', { name: 'Phone and sound' }).click();
  const close = () => dialog.getByRole('button', { name: 'Close' }).click();
  /** @param {string} label */
  const choice = (label) => dialog.getByRole('button', { name: label });
  /** @param {string} label @param {string} device */
  const choose = async (label, device) => {
    await choice(label).click();
    await page.getByRole('option', { name: device }).click();
    await choice(label).filter({ hasText: device }).waitFor();
  };
  const chosen = /** @type {const} */ ([
    ['Microphone', 'Fake Audio Input 2'],
    ['Loudspeaker of talks', 'Fake Audio Output 1'],
    ['Loudspeaker of the ring', 'Fake Audio Output 2'],
  ]);
  await open();
  for (const [label, device] of chosen) await choose(label, device);
  await test.accessible(page, 'devices');
  await test.pictures(page, 'phone-devices');
  await close();

  await page.reload();
  await page.getByText('Ready to ring').waitFor();
  await open();
  for (const [label, device] of chosen) await choice(label).filter({ hasText: device }).waitFor();
  await close();
  /** The name of a device by its id. @param {string} id */
  const nameOf = (id) =>
    page.evaluate(async (id) => {
      const all = await navigator.mediaDevices.enumerateDevices();
      return all.find((d) => d.deviceId === id)?.label ?? `none: ${id}`;
    }, id);
  const put = () =>
    page.evaluate(
      () => /** @type {{ talk: string[], ring: string[] }} */ (/** @type {any} */ (window).put),
    );
  const speaksBy = () =>
    page.evaluate(() => {
      /** @type {RTCPeerConnection | undefined} */
      const peer = /** @type {any} */ (window).peers.at(-1);
      return peer?.getSenders().find((s) => s.track?.kind === 'audio')?.track?.label ?? '';
    });
  await page.evaluate(() => {
    /** @type {any} */ (window).away = true;
  });
  await test.at('ready');

  // It rings where it was to, and the browser says so: who calls is not for everybody's eyes.
  const answer = page.getByRole('button', { name: 'Answer', exact: true });
  await answer.waitFor();
  await page.waitForFunction(() => /** @type {any} */ (window).told.length > 0);
  const told = await page.evaluate(() => /** @type {any[]} */ (/** @type {any} */ (window).told));
  check(/^Your phone rings/.test(told[0].title), JSON.stringify(told));
  check(
    told.some((n) => n.body.includes('Asked for a person (0)')),
    JSON.stringify(told),
  );
  check(!JSON.stringify(told).includes(given('CALLER')), `the number: ${JSON.stringify(told)}`);
  check(new Set(told.map((n) => n.tag)).size === 1, `more than one: ${JSON.stringify(told)}`);
  await page.waitForFunction(() => /** @type {any} */ (window).seen.ring > 0);
  const ring = (await put()).ring.at(-1) ?? '';
  check((await nameOf(ring)) === 'Fake Audio Output 2', `rings at ${await nameOf(ring)}`);
  await page.evaluate(() => {
    /** @type {any} */ (window).away = false;
  });

  await answer.click();
  await page.locator('.ownstate .badge').filter({ hasText: 'Talking' }).waitFor();
  await hears(page, CALLER);
  const talk = (await put()).talk.at(-1) ?? '';
  check((await nameOf(talk)) === 'Fake Audio Output 1', `talks at ${await nameOf(talk)}`);
  check((await speaksBy()) === 'Fake Audio Input 2', `speaks by ${await speaksBy()}`);
  await test.at('talking');

  // Another one in mid-call: the talk goes on by it.
  await open();
  await choose('Microphone', 'Fake Audio Input 1');
  await close();
  for (let n = 0; n < 50 && (await speaksBy()) !== 'Fake Audio Input 1'; n += 1)
    await page.waitForTimeout(100);
  check((await speaksBy()) === 'Fake Audio Input 1', `speaks by ${await speaksBy()}`);
  await test.at('other-microphone');
  await page.getByRole('button', { name: 'Hang up' }).click();
});
