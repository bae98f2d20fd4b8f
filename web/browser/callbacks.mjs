// What was promised to callers: when it was asked for, whose number it is for who asks, one that is carried
// out and one that is not needed.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/desk');
  await signIn(page, given('NAME'), given('SECRET'));
  await page.getByRole('heading', { name: 'Desk' }).waitFor();
  await page.getByRole('tab', { name: 'Callbacks' }).click();
  await page.getByText('Nobody waits to be called back.').waitFor();
  await test.at('none');

  // They come by themselves, with the time; the numbers are for who asks.
  await page.getByRole('tab', { name: 'Callbacks (2)' }).waitFor();
  const rows = page.getByRole('article').filter({ hasText: 'asked for' });
  check((await rows.count()) === 2, `${await rows.count()} callbacks`);
  const all = await page.locator('body').innerText();
  for (const number of [given('FIRST'), given('SECOND')])
    check(!all.includes(number), `${number} is there unasked`);
  const first = rows.filter({ hasText: `…${given('FIRST').slice(-2)}` });
  const second = rows.filter({ hasText: `…${given('SECOND').slice(-2)}` });
  for (const row of [first, second]) {
    const told = await row.innerText();
    check(told.includes('Open') && told.includes('support'), told);
    const at = Date.parse((await row.locator('time').getAttribute('datetime')) ?? '');
    check(Math.abs(Date.now() - at) < 120_000, `asked for at ${at}: ${told}`);
  }
  await test.accessible(page, 'callbacks');
  await test.pictures(page, 'desk-callbacks');
  await second.getByRole('button', { name: 'Show the number' }).click();
  await rows.getByText(given('SECOND')).waitFor();
  await test.at('shown');

  // One does not need it any more: why is asked, and written down.
  const other = rows.filter({ hasText: given('SECOND') });
  await other.getByRole('button', { name: 'Not needed' }).click();
  const dialog = page.getByRole('dialog');
  const refuse = dialog.getByRole('button', { name: 'Not needed' });
  check(await refuse.isDisabled(), 'without a reason');
  await dialog.getByLabel('Reason').fill('has written a mail');
  await test.pictures(page, 'desk-callback-why');
  await refuse.click();
  await page.getByRole('tab', { name: 'Callbacks (1)' }).waitFor();
  check((await first.count()) === 1, 'the wrong one is gone');
  await test.at('cancelled');

  // The other is carried out: rung for, called, and gone from the list.
  await page.locator('.ownstate .badge').filter({ hasText: 'Ringing' }).waitFor();
  await test.at('ringing');
  await first.getByText('Being called').waitFor();
  await test.at('calling');
  await page.getByText('Nobody waits to be called back.').waitFor();
});
