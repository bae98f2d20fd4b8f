// A supervisor whose phone is in the page: hears a talk, whispers, joins and takes the caller over, from the
// row of the board, and touches no other phone.
import { check, drive, given, signIn } from './drive.mjs';
import { hears, hearsAll, prick } from './ears.mjs';

const CALLER = 600;
const AGENT = 900;
const BOSS = 1250;

await drive(async (test) => {
  const context = await test.context({ permissions: ['microphone'] });
  await prick(context);
  const page = await context.newPage();
  await page.goto('/desk');
  await signIn(page, given('NAME'), given('SECRET'));
  await page.getByRole('button', { name: 'Take calls in this browser' }).click();
  await page.getByText('Ready to ring').waitFor();
  await page.getByRole('link', { name: 'Board' }).click();
  await test.at('ready');

  const calls = page.getByRole('region', { name: 'Calls' });
  await calls.getByRole('row').filter({ hasText: 'Talking' }).waitFor();
  await calls.getByRole('button', { name: /^Commands for the call of/ }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('You have your part at once').waitFor();
  await dialog.getByRole('button', { name: 'Listen' }).click();
  // It rings behind the dialog: nobody has to answer.
  await dialog.getByText('You hear both; nobody hears you.').waitFor();
  await hearsAll(page, [CALLER, AGENT], [BOSS]);
  await test.pictures(page, 'board-beside');
  await test.at('listens');

  await dialog.getByRole('button', { name: 'Whisper to the agent' }).click();
  await dialog.getByText('You hear both; the agent hears you.').waitFor();
  await hearsAll(page, [CALLER, AGENT], [BOSS]);
  await test.at('whispers');

  await dialog.getByRole('button', { name: 'Join the talk' }).click();
  await dialog.getByText('You talk with both.').waitFor();
  await hearsAll(page, [CALLER, AGENT], [BOSS]);
  await test.at('joins');

  await dialog.getByRole('button', { name: 'Take the caller over' }).click();
  await dialog.getByText('This is your own talk.').waitFor();
  await hears(page, CALLER);
  await hearsAll(page, [CALLER], [AGENT, BOSS]);
  await test.at('has-them');

  // The desk has the card now, and the talk's commands.
  await dialog.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('link', { name: 'Desk', exact: true }).click();
  const card = page.locator('.card');
  await card.getByText('Asked for a person (0)').waitFor();
  check((await card.innerText()).includes(given('CALLER')), await card.innerText());
  await page.getByRole('button', { name: 'Hang up' }).click();
  await page.getByText('Ready to ring').waitFor();
});
