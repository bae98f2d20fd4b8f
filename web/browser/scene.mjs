// An agent whose phone is in the page, from the sign-in to the end of the second wrap-up: the tab dies while
// it rings, and is loaded anew in mid-call.
import { check, dies, drive, given, signIn } from './drive.mjs';
import { codecs, hears, prick, seen } from './ears.mjs';

const CALLER = 600;
const GUEST = 450;

await drive(async (test) => {
  const context = await test.context({ permissions: ['microphone'] });
  await prick(context);
  const open = async () => {
    const page = await context.newPage();
    page.on('dialog', (dialog) => void dialog.accept());
    await page.goto('/desk');
    return page;
  };
  /** @param {import('playwright-core').Page} page */
  const desk = (page) => ({
    card: page.locator('.card'),
    answer: page.getByRole('button', { name: 'Answer', exact: true }),
    /** @param {string} word */
    is: (word) => page.locator('.ownstate .badge').filter({ hasText: word }).waitFor(),
    // It rings, and the card is there before it does.
    rings: async () => {
      await page.getByRole('button', { name: 'Answer', exact: true }).waitFor();
      await page.waitForFunction(() => /** @type {any} */ (window).seen.ring > 0);
      const { card = 0, ring = 0 } = await seen(page);
      check(card > 0 && card <= ring, `the card at ${card}, the ring at ${ring}`);
      await page.locator('.card').getByText('Asked for a person (0)').waitFor();
      return page.locator('.card').innerText();
    },
  });

  const first = await open();
  await signIn(first, given('NAME'), given('SECRET'));
  await first.getByRole('button', { name: 'Take calls in this browser' }).click();
  await first.getByText('Ready to ring').waitFor();
  await desk(first).is('Ready');
  await seen(first);
  await test.at('ready');

  const told = await desk(first).rings();
  check(told.includes(given('CALLER')), told);
  await test.at('ringing');

  // Nobody closes it, and nobody says goodbye: the caller is the next all the same, as soon as the agent
  // is there again.
  await dies(first);
  await test.at('killed');
  await first.close();
  const page = await open();
  const { card, answer, is, rings } = desk(page);
  const again = await rings();
  check(again.includes(given('CALLER')), `not the one who waited longest: ${again}`);
  await test.at('ringing-again');

  await answer.click();
  await is('Talking');
  await hears(page, CALLER);
  await test.at('talking');
  await page.getByRole('button', { name: 'Hold', exact: true }).click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await test.at('held');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Hold', exact: true }).waitFor();
  await hears(page, CALLER);
  await test.at('resumed');

  // Loaded anew in mid-call: the talk goes on, and the card is there.
  await page.reload();
  await hears(page, CALLER);
  await card.getByText('Asked for a person (0)').waitFor();
  await page.getByRole('button', { name: 'Mute', exact: true }).waitFor();
  await test.at('reloaded');

  // Handed on without a question, and written up.
  await page.getByRole('button', { name: 'Transfer' }).click();
  const row = page.getByRole('region', { name: 'Transfer' }).locator('[data-agent=agent2]');
  await row.getByText('Ready').waitFor();
  await row.getByRole('button', { name: 'Hand on' }).click();
  await test.at('handing');
  await is('Wrap-up');
  await page.reload();
  await is('Wrap-up');
  await card.getByText('Asked for a person (0)').waitFor();
  check((await card.innerText()).includes(given('CALLER')), 'somebody else is written up');
  await page.getByLabel('Note').fill('wants the second invoice');
  await page.getByRole('button', { name: /Wrap-up code/ }).click();
  await page.getByRole('option', { name: 'solved' }).click();
  await seen(page);
  await page.getByRole('button', { name: 'Save and finish wrap-up' }).click();

  // The next is the one who called from a page: another card, and another voice.
  const next = await rings();
  check(!next.includes(given('CALLER')), next);
  await answer.click();
  await is('Talking');
  await hears(page, GUEST);
  const by = await codecs(page);
  check(by === 'audio/opus audio/opus', by);
  await test.at('next');
  await page.getByRole('button', { name: 'Hang up' }).click();
  await is('Wrap-up');
  await test.at('over');
  await page.getByRole('button', { name: 'Finish wrap-up' }).first().click();
  await is('Ready');
});
