// A whole call without a mouse: sign in, take the phone, answer, hold, write up. What has the focus is seen
// at each step, and has a name.
import { check, drive, given } from './drive.mjs';
import { hears, prick } from './ears.mjs';
import { Keyboard } from './keys.mjs';

const CALLER = 600;

await drive(async (test) => {
  const context = await test.context({ permissions: ['microphone'] });
  await prick(context);
  const page = await context.newPage();
  await page.goto('/');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const keys = await Keyboard.of(page);
  const badge = page.locator('.ownstate .badge');
  /** @param {string} word */
  const is = (word) => badge.filter({ hasText: word }).waitFor();

  // Whoever opens the page can write at once.
  await keys.becomes('textbox', /^User name/);
  await keys.type(given('NAME'));
  await keys.to('textbox', /^Password/);
  await keys.type(given('SECRET'));
  await keys.press('Enter');
  await page.getByRole('heading', { name: 'Desk' }).waitFor();

  await keys.to('button', /^Take calls in this browser$/);
  await keys.press('Enter');
  await page.getByText('Ready to ring').waitFor();
  // The button is gone with the choice: its place has the focus.
  const place = await keys.kept('the phone is chosen');
  check(place.role === 'region' && place.name === 'Phone', `at ${place.role} ${place.name}`);
  await is('Ready');
  await test.at('ready');

  await page.getByRole('button', { name: 'Answer' }).waitFor();
  await keys.to('button', /^Answer$/, 'Shift+Tab');
  await keys.press('Enter');
  await is('Talking');
  await hears(page, CALLER);
  const talk = await keys.kept('answered');
  check(talk.role === 'region' && talk.name === 'Talking', `at ${talk.role} ${talk.name}`);
  await test.at('talking');

  // One button holds and resumes, and says each time what it does next.
  await keys.to('button', /^Hold$/);
  await keys.press('Enter');
  await keys.becomes('button', /^Resume$/);
  await test.at('held');
  await keys.press('Enter');
  await keys.becomes('button', /^Hold$/);
  await hears(page, CALLER);
  await test.at('resumed');

  // What is written when the caller hangs up is written on.
  await keys.to('textbox', /^Note$/);
  await keys.type('wants the');
  await test.at('writing');
  await is('Wrap-up');
  await keys.type(' second invoice');
  await keys.becomes('textbox', /^Note$/);
  const note = await page.getByLabel('Note').inputValue();
  check(note === 'wants the second invoice', note);
  await keys.to('button', /Wrap-up code/, 'Shift+Tab');
  await keys.press('Enter');
  await keys.becomes('option', /./);
  for (let n = 0; n < 5 && (await keys.focus()).name !== 'solved'; n += 1)
    await keys.press('ArrowDown');
  await keys.press('Enter');
  await keys.becomes('button', /solved.*Wrap-up code|Wrap-up code.*solved/);
  await keys.to('button', /^Save and finish wrap-up$/);
  await keys.press('Enter');
  await is('Ready');
  await keys.kept('written up');
  await keys.to('button', /^Pause/);
  await test.at('written');
});
