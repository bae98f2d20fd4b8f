// The microphone is not given out: the page says so, and nobody is sent to this phone.
import { drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/');
  await signIn(page, given('NAME'), given('SECRET'));
  await page.getByRole('button', { name: 'Take calls in this browser' }).click();
  await page.getByText('The browser may not use the microphone').waitFor();
  await test.accessible(page, 'no microphone');
  await test.pictures(page, 'phone-refused');
  await test.at('refused');
  // It is allowed: one click, and it rings here.
  await context.grantPermissions(['microphone']);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Ready to ring').waitFor();
  await test.at('allowed');
  await page.getByRole('button', { name: 'Phone and sound' }).click();
  await page.getByText('On my table', { exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await test.at('table');
});
