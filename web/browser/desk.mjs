// The agent's desk beside a real phone: the card before the answer, notes, a reload, wrap-up.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/');
  await signIn(page, given('NAME'), given('SECRET'));
  // An agent begins at the desk.
  await page.getByRole('heading', { name: 'Desk' }).waitFor();
  const badge = page.locator('.ownstate .badge');
  /** @param {string} word */
  const is = (word) => badge.filter({ hasText: word }).waitFor();
  await is('Ready');
  await test.accessible(page, 'desk');
  await test.pictures(page, 'desk-idle');

  // A pause for a reason, by keyboard alone.
  const pause = page.getByRole('button', { name: 'Pause', exact: true });
  await pause.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'lunch' }).waitFor();
  await page.keyboard.press('Enter');
  await is('Paused: lunch');
  await test.at('paused', (await badge.innerText()).replace(/\s+/g, ' '));
  await page.getByRole('button', { name: 'Ready' }).click();
  await is('Ready');

  // A second tab looks at something else: it hears of the ring as well.
  const second = await context.newPage();
  await second.goto('/board');
  await second.getByRole('heading', { name: 'Board' }).waitFor();
  await test.at('ready');

  // The phone rings and nobody has answered: the card is there.
  const card = page.locator('.card');
  await card.waitFor();
  await page.getByRole('alert').getByText('Your phone rings').waitFor();
  check((await card.innerText()).includes('5550188'), 'the number');
  await card.getByText('Asked for a person (0)').waitFor();
  await page.waitForFunction(() => document.title.startsWith('Your phone rings'));
  await second.getByRole('alert').getByText('Your phone rings').waitFor();
  await test.accessible(page, 'ringing');
  await test.pictures(page, 'desk-ringing');
  await test.at('card');

  // Answered at the phone.
  await is('Talking');
  const note = page.getByLabel('Note');
  await note.fill('asks for the second invoice');
  check((await page.title()) === 'Desk – Zeroline', await page.title());
  await page.reload();
  // The record has the card; what was written is there.
  await card.getByText('Asked for a person (0)').waitFor();
  check((await card.innerText()).includes('5550188'), 'the number after a reload');
  check((await note.inputValue()) === 'asks for the second invoice', 'the note after a reload');
  await test.accessible(page, 'talking');
  await test.pictures(page, 'desk-talking');
  await page.getByRole('button', { name: 'Add a task' }).click();
  await page.getByLabel('What is to be done').fill('send the invoice');
  await page.getByRole('button', { name: 'Store the task' }).click();
  await page.getByRole('heading', { name: 'send the invoice' }).waitFor();
  await test.at('talking');

  // The talk is over: code and note end the wrap-up.
  await is('Wrap-up');
  await page.reload();
  await page.getByRole('button', { name: /Wrap-up code/ }).click();
  await page.getByRole('option', { name: 'solved' }).click();
  await test.pictures(page, 'desk-wrapup');
  await page.getByRole('button', { name: 'Save and finish wrap-up' }).click();
  await is('Ready');
  await test.at('written');

  // The task: taken and done, and gone from the list.
  const task = page.getByRole('article').filter({ hasText: 'send the invoice' });
  await task.getByRole('button', { name: 'Take' }).click();
  await task.getByText('Yours').waitFor();
  await task.getByRole('button', { name: 'Done' }).click();
  await task.waitFor({ state: 'detached' });

  // An offer that is not taken: the card goes, and the desk says so.
  await test.at('again');
  await card.waitFor();
  await test.at('ringing-again');
  await is('Missed');
  await card.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Ready' }).click();
});
