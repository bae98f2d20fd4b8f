// Board, contacts, lines and settings beside real calls.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/board');
  await signIn(page, given('NAME'), given('SECRET'));

  // Who waits longest is the first, with why and for how long.
  const waits = page.getByRole('region', { name: 'Who waits' });
  await waits.getByText('…01').waitFor();
  await waits.getByText('…02').waitFor();
  check(
    !(await page.locator('body').innerText()).includes('5550201'),
    'a whole number on the board',
  );
  const rows = await waits.locator('tbody tr').allInnerTexts();
  check(rows[0]?.includes('…01') ?? false, rows.join('\n'));
  check(rows[0]?.includes('Asked for a person (0)') ?? false, rows.join('\n'));
  const wait = waits.locator('tbody tr td').first();
  const before = await wait.innerText();
  await page.waitForFunction(
    ([selector, text]) => document.querySelector(selector ?? '')?.textContent !== text,
    ['section[aria-label="Who waits"] tbody td', before],
  );
  await test.accessible(page, 'board');
  await test.pictures(page, 'board');
  await page.getByRole('button', { name: 'Wall display' }).click();
  await page.locator('.wallboard').waitFor();
  await test.pictures(page, 'wall');
  await page.getByRole('button', { name: 'Leave the wall display' }).click();
  await test.at('waiting');
  // One of them hung up.
  await waits.getByText('…01').waitFor({ state: 'detached' });
  await waits.getByText('…02').waitFor();

  // Contacts: found, and the journey of one.
  await page.getByRole('link', { name: 'Contacts' }).click();
  await page.getByLabel('Number ends with').fill('5550201');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.waitForURL(/digits=5550201/);
  const found = page.getByRole('region', { name: 'Contacts found' });
  await found.getByText('Caller hung up').waitFor();
  check((await found.locator('tbody tr').count()) === 1, 'one contact');
  await test.accessible(page, 'contacts');
  await page.getByLabel('Number ends with').fill('55 50');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByText('Write the last 2 to 20 digits').waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await found.getByText('5550202').waitFor();
  await test.pictures(page, 'contacts');
  await found.getByRole('row').filter({ hasText: '5550201' }).getByRole('link').click();
  const journey = page.getByRole('region', { name: 'Journey' });
  await journey.getByText('To queue support: Asked for a person (0)').waitFor();
  await journey.getByText('Ended: Caller hung up').waitFor();
  await test.accessible(page, 'contact');
  await test.pictures(page, 'contact');

  // Lines: the graph, its proof, and who is where.
  await page.getByRole('link', { name: 'Lines' }).click();
  await page.getByRole('heading', { name: 'Lines', exact: true }).waitFor();
  await page.goto('/lines?line=main');
  await page.getByText('Proven: from every state').waitFor();
  await page.locator('.react-flow__node').first().waitFor();
  await test.at('lines');
  await page.locator('.node.menu .live').getByText('1').waitFor();
  await test.accessible(page, 'lines');
  await test.pictures(page, 'lines');
  await page.getByRole('button', { name: 'Read the menus again' }).click();
  await page.getByText('The menus are in use.').waitFor();

  // Settings: a user is made, and may sign in with what is shown once.
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Add a user' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('User name').fill('b o b');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.getByText(/letters, digits/).waitFor();
  await dialog.getByLabel('User name').fill('bob');
  await test.pictures(page, 'settings-user');
  await dialog.getByRole('button', { name: 'Add' }).click();
  const secret = await page.locator('.secret').innerText();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('cell', { name: 'bob', exact: true }).first().waitFor();
  await test.accessible(page, 'users');
  await test.pictures(page, 'settings-users');
  const bobs = await (await test.context()).newPage();
  await bobs.goto('/');
  await signIn(bobs, 'bob', secret);
  // Without an agent a user sees so.
  await bobs.getByRole('link', { name: 'Desk' }).click();
  await bobs.getByText('No phone belongs to your user.').waitFor();
  check((await bobs.getByRole('link', { name: 'Settings' }).count()) === 0, 'settings for agents');
  for (const tab of [
    'Agents',
    'Queues',
    'Calendars',
    'Tokens',
    'Webhooks',
    'Outbox',
    'Audit trail',
  ]) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByRole('heading', { name: tab, level: 2 }).waitFor();
    await test.accessible(page, tab);
    await test.pictures(page, `settings-${tab.toLowerCase().replace(' ', '-')}`);
  }
  await page.getByRole('cell', { name: 'user.create' }).first().waitFor();

  // An address that does not exist.
  await page.goto('/nowhere');
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
});
