// A recorded talk at a desk phone: pausing what is recorded and having all three talk from the desk, and
// what is seen while the server takes its time.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/');
  await signIn(page, given('NAME'), given('SECRET'));
  const badge = page.locator('.ownstate .badge');
  /** @param {string} word */
  const is = (word) => badge.filter({ hasText: word }).waitFor();
  await is('Ready');
  await test.at('ready');
  await is('Talking');

  // The record knows of the pause before the button says so.
  await page.getByRole('button', { name: 'Pause recording' }).click();
  await page.getByRole('button', { name: 'Resume recording', pressed: true }).waitFor();
  await test.accessible(page, 'recording paused');
  await test.pictures(page, 'desk-recording-paused');
  await test.at('paused');
  await page.getByRole('button', { name: 'Resume recording' }).click();
  await page.getByRole('button', { name: 'Pause recording' }).waitFor();
  await test.at('resumed');

  // Asked first, then all three.
  await page.getByRole('button', { name: 'Transfer' }).click();
  const row = page.getByRole('region', { name: 'Transfer' }).locator('[data-agent=agent2]');
  await row.getByText('Ready').waitFor();
  await row.getByRole('button', { name: 'Ask first' }).click();
  await page.getByText('It rings at').waitFor();
  check((await page.getByRole('button', { name: 'All three talk' }).count()) === 0, 'too early');
  await test.at('asking');
  await page.getByText('You speak with').waitFor();
  await page.getByRole('button', { name: 'All three talk' }).click();
  await page.getByText('Three talk. Hang up, and the others talk on.').waitFor();
  await test.accessible(page, 'three talk');
  await test.pictures(page, 'desk-three');
  await test.at('three');

  // A slow server: it is said that something is on its way, and all else goes on.
  /** @type {(() => void)[]} */
  const waiting = [];
  const slow = /\/api\/v1\/contacts(\?|$)/;
  await page.route(slow, async (route) => {
    await new Promise((resolve) => waiting.push(() => resolve(undefined)));
    await route.continue().catch(() => undefined);
  });
  await page.getByRole('link', { name: 'Contacts' }).click();
  await page.getByRole('heading', { name: 'Contacts', exact: true }).waitFor();
  await page.getByRole('main').getByRole('status').getByText('Loading').waitFor();
  await test.pictures(page, 'slow-contacts');
  await page.getByRole('link', { name: 'Desk' }).click();
  await page.getByText('Three talk. Hang up, and the others talk on.').waitFor();
  await page.getByRole('link', { name: 'Contacts' }).click();
  await page.getByRole('main').getByRole('status').getByText('Loading').waitFor();
  await page.unroute(slow);
  for (const go of waiting) go();
  await page.getByRole('main').getByRole('status').waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Desk' }).click();

  await page.getByRole('button', { name: 'Hang up' }).click();
  await page.getByText('Three talk.').waitFor({ state: 'detached' });
  await test.at('left');
});
