// A talk at a desk phone, led from the desk: hold, chat and approval with a supervisor, an earlier
// contact, and the phone hung up from here.
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
  const chat = page.getByRole('region', { name: 'Chat with the supervisor' });
  await chat.getByLabel('Message').fill('may I cancel the fee?');
  await page.keyboard.press('Enter');
  await chat.getByText('may I cancel the fee?').waitFor();
  const approvals = page.getByRole('region', { name: 'Approvals' });
  await approvals.getByRole('button', { name: 'Ask for an approval' }).click();
  await approvals.getByLabel('What for').fill('fee of May');
  await approvals.getByLabel('Amount').fill('12,50');
  await approvals.getByLabel('Unit').fill('EUR');
  await approvals.getByRole('button', { name: 'Ask the supervisor' }).click();
  await approvals.getByText('Asked').waitFor();
  await test.accessible(page, 'chat and approvals');
  await test.at('asked');
  // What the supervisor says and decides is there by itself.
  await chat.getByText('yes, once').waitFor();
  await approvals.getByText('Granted').waitFor();
  await approvals.getByText('Up to 10 EUR.').waitFor();
  await test.pictures(page, 'desk-chat');
  await page.getByRole('button', { name: 'Hold', exact: true }).click();
  await page.getByRole('button', { name: 'Resume' }).waitFor();
  await test.at('held');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Hold', exact: true }).waitFor();
  // Nobody is there to be asked: told in place, and nothing has changed.
  await page.getByRole('button', { name: 'Transfer' }).click();
  await page.getByRole('tab', { name: 'Number' }).click();
  const hand = page.getByRole('region', { name: 'Transfer' });
  await hand.getByRole('textbox', { name: 'Number' }).fill('0123456');
  await page.getByRole('button', { name: 'Hand on' }).click();
  const refused = page.getByRole('region', { name: 'Transfer' }).getByRole('alert');
  await refused.waitFor();
  check((await refused.innerText()).length > 20, 'why it was refused');
  await test.pictures(page, 'desk-transfer-refused');
  await page.getByRole('button', { name: 'Transfer' }).click();
  await page.getByRole('button', { name: 'Hang up' }).click();
  await is('Wrap-up');
  await page.getByLabel('Note').fill('fee of May is cancelled');
  await page.getByRole('button', { name: 'Save and finish wrap-up' }).click();
  await is('Ready');
  await test.at('again');
  // The same caller once more: the card tells what was before.
  const card = page.locator('.card');
  await card.waitFor();
  await page.getByRole('heading', { name: 'Earlier contacts' }).waitFor();
  await page.getByText('fee of May is cancelled').waitFor();
  await test.accessible(page, 'earlier contacts');
  await test.pictures(page, 'desk-earlier');
  await test.at('known');
});
