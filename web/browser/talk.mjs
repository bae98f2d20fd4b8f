// An agent whose phone is in the page: ring, talk, hold, reload, transfer, wrap-up.
import { check, drive, given, signIn } from './drive.mjs';
import { hears, prick, seen } from './ears.mjs';

const CALLER = 600;
const SECOND = 1250;

await drive(async (test) => {
  const context = await test.context({ permissions: ['microphone'] });
  await prick(context);
  const page = await context.newPage();
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto('/');
  await signIn(page, given('NAME'), given('SECRET'));
  const phone = page.getByRole('region', { name: 'Phone', exact: true });
  await phone.getByText('On my table').waitFor();
  await test.pictures(page, 'phone-offer');
  await phone.getByRole('button', { name: 'Take calls in this browser' }).click();
  await phone.getByText('Ready to ring').waitFor();
  const badge = page.locator('.ownstate .badge');
  /** @param {string} word */
  const is = (word) => badge.filter({ hasText: word }).waitFor();
  await is('Ready');
  await test.accessible(page, 'phone ready');

  // Devices, and how loud one is.
  await phone.getByRole('button', { name: 'Phone and sound' }).click();
  const dialog = page.getByRole('dialog');
  await page.waitForFunction(() => {
    const bar = document.querySelector('.dialog .level .bar > span');
    return bar instanceof HTMLElement && Number.parseFloat(bar.style.width) > 10;
  });
  await test.accessible(page, 'phone settings');
  await test.pictures(page, 'phone-settings');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await seen(page);
  await test.at('ready');

  // It rings in the page, and the card is there before it does.
  const answer = page.getByRole('button', { name: 'Answer' });
  await answer.waitFor();
  await page.locator('.card').getByText('Asked for a person (0)').waitFor();
  await page.waitForFunction(() => /** @type {any} */ (window).seen.ring > 0);
  const { card = 0, ring = 0 } = await seen(page);
  check(card > 0 && card <= ring, `the card at ${card}, the ring at ${ring}`);
  await test.accessible(page, 'ringing in the page');
  await test.pictures(page, 'phone-ringing');
  await test.at('ringing');

  await answer.focus();
  await page.keyboard.press('Enter');
  await is('Talking');
  await hears(page, CALLER);
  await page.getByText('You hear each other well').waitFor();
  await test.accessible(page, 'talking in the page');
  await test.pictures(page, 'phone-talking');
  await test.at('talking');
  await page.getByRole('button', { name: 'Mute', exact: true }).click();
  await test.at('muted');
  await page.getByRole('button', { name: 'Unmute' }).click();
  await page.getByRole('button', { name: 'Keypad' }).click();
  await page.getByRole('group', { name: 'Keypad' }).getByRole('button', { name: '5' }).click();
  await test.pictures(page, 'phone-keypad');
  await page.getByRole('button', { name: 'Keypad' }).click();
  await test.at('key');

  // The connection is gone for a moment: the page mends it, and the two talk on.
  await page.evaluate(() => {
    for (const socket of /** @type {any} */ (window).sockets) socket.close();
  });
  await page.getByText('The connection is lost in mid-call').waitFor();
  await page.getByText('The connection is lost in mid-call').waitFor({ state: 'detached' });
  await hears(page, CALLER);
  await test.at('mended');

  // A colleague is asked first, and has the caller then.
  await page.getByRole('button', { name: 'Transfer' }).click();
  const hand = page.getByRole('region', { name: 'Transfer' });
  const row = hand.locator('[data-agent=agent2]');
  await row.getByText('Ready').waitFor();
  await test.accessible(page, 'the directory');
  await test.pictures(page, 'phone-directory');
  await row.getByRole('button', { name: 'Ask first' }).click();
  await page.getByText('It rings at').waitFor();
  await test.at('asking');
  await page.getByText('You speak with').waitFor();
  await hears(page, SECOND);
  await test.pictures(page, 'phone-asking');
  await page.getByRole('button', { name: 'Hand the caller on' }).click();
  await is('Wrap-up');
  await test.at('handed');
  await page.getByRole('button', { name: 'Finish wrap-up' }).first().click();
  await is('Ready');
});
