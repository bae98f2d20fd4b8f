// Signing in and out, sessions that end, and a server that goes and comes back.
import { check, drive, given, signIn } from './drive.mjs';

const user = given('NAME');
const password = given('SECRET');

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();

  // Whoever is not signed in is asked to, and lands where they wanted to.
  await page.goto('/contacts?digits=77');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await test.accessible(page, 'sign-in');
  await test.pictures(page, 'signin');
  await signIn(page, user, 'not the password');
  await page.getByText('User name or password is wrong.').waitFor();
  await test.pictures(page, 'signin-wrong');
  await signIn(page, user, password);
  await page.getByRole('heading', { name: 'Contacts', exact: true }).waitFor();
  check(page.url().includes('digits=77'), `at ${page.url()}`);

  // A reload keeps the session.
  await page.reload();
  const digits = page.getByLabel('Number ends with');
  await digits.waitFor();

  // When it ends, what was written is still there after the next sign-in, and so is the place.
  await digits.fill('4711');
  await context.clearCookies({ name: 'zeroline' });
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('heading', { name: 'Your session is over' }).waitFor();
  await test.accessible(page, 'session over');
  await test.pictures(page, 'session-over');
  const over = page.getByRole('dialog');
  check((await over.getByLabel('User name').inputValue()) === user, 'the name is kept');
  await over.getByLabel('Password').fill(password);
  await over.getByRole('button', { name: 'Sign in' }).click();
  await over.waitFor({ state: 'detached' });
  check((await digits.inputValue()) === '4711', 'what was written is lost');

  // Language and theme, kept over a reload.
  await page.getByRole('button', { name: user }).click();
  await page.getByRole('button', { name: /Language/ }).click();
  await page.getByRole('option', { name: 'Deutsch' }).click();
  await page.getByRole('button', { name: /Farben/ }).click();
  await page.getByRole('option', { name: 'Dunkel' }).click();
  await page.reload();
  await page.getByRole('heading', { name: 'Kontakte', exact: true }).waitFor();
  check((await page.locator('html').getAttribute('lang')) === 'de', 'the language of the page');
  check((await page.locator('html').getAttribute('data-theme')) === 'dark', 'the theme');
  await test.accessible(page, 'contacts, dark, German');
  await page.evaluate(() => localStorage.clear());
  await page.reload();

  // The server goes: what was seen stays to be seen, and it is said that it may be old.
  await page.getByRole('link', { name: 'Board' }).click();
  await page.getByRole('heading', { name: 'Board' }).waitFor();
  await page.getByRole('article', { name: 'support' }).waitFor();
  await test.at('live');
  await page.getByText('The connection to the server is lost.').waitFor();
  await page.getByRole('article', { name: 'support' }).waitFor();
  await test.accessible(page, 'connection lost');
  await test.pictures(page, 'connection-lost');
  await test.at('lost');
  await page.getByText('The connection to the server is lost.').waitFor({ state: 'detached' });

  // Two tabs: who signs out in one is signed out in the other.
  const other = await context.newPage();
  await other.goto('/board');
  await other.getByRole('heading', { name: 'Board' }).waitFor();
  await page.getByRole('button', { name: user }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await other.getByRole('heading', { name: 'Your session is over' }).waitFor();
  await other.getByRole('button', { name: 'Leave the console' }).click();
  await other.getByRole('heading', { name: 'Sign in' }).waitFor();
});
