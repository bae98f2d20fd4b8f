// Who calls from the page, and whose page is gone then: closed, or its process killed.
import { dies, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context({ permissions: ['microphone'] });
  const first = await context.newPage();
  await first.goto('/try');
  await signIn(first, given('NAME'), given('SECRET'));
  await first.getByRole('heading', { name: 'Try it' }).waitFor();
  /** @param {import('playwright-core').Page} page */
  const asks = async (page) => {
    await page.goto('/try');
    await page.getByRole('button', { name: /\bLine\b/ }).click();
    await page.getByRole('option', { name: /\(100/ }).click();
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.locator('.where').getByText('In the menu').waitFor();
    await page.getByRole('button', { name: '0 person' }).click();
  };

  // The tab is closed in mid-call.
  await asks(first);
  await test.at('asked');
  await first.locator('.where').getByText('You talk to').waitFor();
  await test.at('talking');
  await first.close({ runBeforeUnload: true });
  await test.at('closed');

  // The browser dies in mid-call: nobody says goodbye.
  const second = await context.newPage();
  await asks(second);
  await test.at('asked-again');
  await second.locator('.where').getByText('You talk to').waitFor();
  await test.at('talking-again');
  await dies(second);
  await test.at('killed');
  await second.close();

  // And while they wait for somebody.
  const third = await context.newPage();
  await asks(third);
  await third.locator('.where').getByText('Place 1 in line').waitFor();
  await test.at('waiting');
  await dies(third);
  await test.at('killed-waiting');
});
