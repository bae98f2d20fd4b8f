// The demo line: walked through without a call, its tests, and where callers wanted a person.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/lines');
  await signIn(page, given('NAME'), given('SECRET'));

  // Heat: where 0 was pressed.
  await page.locator('.react-flow__node').first().waitFor();
  await page.getByRole('button', { name: /Colour by/ }).click();
  await page.getByRole('option', { name: 'Pressed 0' }).click();
  await page.locator('.node.heat-5 .figure-of').getByText('1').waitFor();
  await test.accessible(page, 'heat');
  await test.pictures(page, 'lines-heat');
  await page.getByRole('button', { name: /Colour by/ }).click();
  await page.getByRole('option', { name: 'Heard again' }).click();
  await page.locator('.node.heat-5 .figure-of').getByText('1').waitFor();
  await page.getByText('had it said again (9)').waitFor();
  await test.accessible(page, 'heat of what was heard again');
  await test.pictures(page, 'lines-again');
  await page.getByRole('button', { name: /Colour by/ }).click();
  await page.getByRole('option', { name: 'Time' }).click();
  await page.locator('.node.heat-5').first().waitFor();

  // Built in: to be looked at and tried, not to be published.
  await page.getByRole('tab', { name: 'Files' }).click();
  await page.getByText('These menus are part of the program.').waitFor();
  await page
    .getByRole('region', { name: 'Check', exact: true })
    .getByText('Loads, and is proven')
    .waitFor();
  await test.pictures(page, 'lines-built-in');

  await page.getByRole('tab', { name: 'Simulator' }).click();
  const said = page.getByRole('region', { name: 'What is said' });
  await said.getByText('Welcome to Northwind.').waitFor();
  await page.getByLabel('Time of the call').fill('2026-12-01T10:00');
  await said.getByText('Welcome to Northwind.').waitFor();
  const press = (/** @type {RegExp} */ name) => page.getByRole('button', { name }).click();
  await press(/^1 language en/);
  await said.getByText('How can we help you?').waitFor();
  await page.locator('.node.here').getByText('Main menu').waitFor();
  await press(/^1 Invoice number/);
  await page.getByLabel('Digits', { exact: true }).fill('123456');
  await press(/^Press$/);
  await press(/^1 that is right/);
  // The web service is not asked: whoever walks says what it answers.
  await page.getByText('/invoices/123456').waitFor();
  await test.accessible(page, 'simulator');
  await test.pictures(page, 'lines-simulate-service');
  await page
    .getByLabel('Its answer (JSON)')
    .fill('{"state": "paid", "amount": 12.5, "due": "2026-12-24"}');
  await press(/^It answers$/);
  await said.getByText(/Your invoice of .* is paid/).waitFor();
  await test.pictures(page, 'lines-simulate');
  await press(/^One step back$/);
  await press(/^It fails$/);
  await said.getByText(/To queue support: Fault/).waitFor();
  await page.getByText('The call is over.').waitFor();
  await press(/^From the beginning$/);
  await press(/^1 language en/);
  await press(/^0 a person/);
  await said.getByText(/Talks to/).waitFor();

  await press(/^Run the tests$/);
  await page.getByText(/All \d+ tests passed/).waitFor();
  await page.getByText(/demo: \d+ % reached/).waitFor();
  await test.accessible(page, 'tests of menus');
  await test.pictures(page, 'lines-tests');
  check((await page.locator('.loading').count()) === 0, 'something still loads');
});
