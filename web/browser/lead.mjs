// A supervisor at the board: limits in words, a talk that is listened to, chat, and a decision.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/board');
  await signIn(page, given('NAME'), given('SECRET'));

  // The limit that is crossed is told in words, the other one is not there.
  const tile = page.getByRole('article', { name: 'support' });
  await tile.getByText(/Critical: agents ready below 1/).waitFor();
  check((await tile.getByText(/Warning/).count()) === 0, 'a limit that holds');
  await tile.getByText('Service level today').waitFor();

  const calls = page.getByRole('region', { name: 'Calls' });
  await calls.getByRole('button', { name: 'Commands for the call of …11' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText(/Your phone \(boss\) rings/).waitFor();
  await test.accessible(page, 'commands');
  await test.pictures(page, 'board-commands');
  await dialog.getByRole('button', { name: 'Listen' }).click();
  await test.at('listen');
  await dialog.getByText('You hear both; nobody hears you.').waitFor();
  await dialog.getByLabel('Message').fill('offer him the other one');
  await page.keyboard.press('Enter');
  await dialog.getByText('offer him the other one').waitFor();
  await test.pictures(page, 'board-listening');
  await dialog.getByRole('button', { name: 'Whisper to the agent' }).click();
  await dialog.getByText('You hear both; the agent hears you.').waitFor();
  await test.at('whisper');
  await dialog.getByRole('button', { name: 'Leave the talk' }).click();
  await dialog.getByText('You hear both').waitFor({ state: 'detached' });
  await test.at('left');

  // What the agent writes is there by itself.
  await dialog.getByText('he agrees').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  const asked = page.getByRole('region', { name: 'Agents wait for approval' });
  await asked.getByText('a refund').waitFor();
  await test.accessible(page, 'approvals');
  await test.pictures(page, 'board-approval');
  await asked.getByRole('button', { name: 'Grant: a refund' }).click();
  await dialog.getByLabel('Up to (EUR)').fill('much');
  await dialog.getByText('Write a number.').waitFor();
  await dialog.getByLabel('Up to (EUR)').fill('50');
  await test.pictures(page, 'board-decision');
  await dialog.getByRole('button', { name: 'Grant' }).click();
  await asked.waitFor({ state: 'detached' });
  await test.at('granted');

  // The call is over: its row goes.
  await calls.getByText('No call at this moment.').waitFor();
});
