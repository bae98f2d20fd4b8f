// What callers hear: what is missing comes first, with who needs it; recordings are drawn and played.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  // A slow server shows that something goes on; one that fails is told, and asked again.
  let slow = true;
  await context.route('**/api/v1/prompts', async (route) => {
    if (!slow) return route.continue();
    await new Promise((then) => setTimeout(then, 1_000));
    return route.fulfill({ status: 503, contentType: 'text/plain', body: 'busy' });
  });
  await page.goto('/lines?tab=prompts');
  await signIn(page, given('NAME'), given('SECRET'));
  const panel = page.getByRole('tabpanel');
  await panel.getByText('Loading …').waitFor();
  await panel.getByRole('button', { name: 'Try again' }).waitFor();
  slow = false;
  await panel.getByRole('button', { name: 'Try again' }).click();

  const list = page.getByRole('region', { name: 'Prompts', exact: true });
  const one = (/** @type {string} */ name) =>
    list
      .getByRole('listitem')
      .filter({ has: page.locator('code').getByText(new RegExp(`(^|/)${name}$`)) });
  const pick = async (/** @type {RegExp} */ label, /** @type {string} */ option) => {
    await page.getByRole('button', { name: label }).click();
    await page.getByRole('option', { name: option }).click();
  };
  await one('quiet').getByText('Too quiet').waitFor();
  await one('quiet')
    .getByText(/dB louder would be right/)
    .waitFor();
  await one('quiet').getByText('Unused').waitFor();
  check((await list.getByText('Missing', { exact: true }).count()) === 0, 'something is missing');
  await test.at('fine');

  await page.getByRole('button', { name: 'Look again' }).click();
  await one('jingle').getByText('Missing', { exact: true }).waitFor();
  await one('jingle').getByText('main: News of today').waitFor();
  check((await one('jingle').getByRole('button').count()) === 0, 'what is missing can be heard');
  await one('quiet').getByText('main: News of today').waitFor();
  const first = await list.getByRole('listitem').first().innerText();
  check(first.includes('jingle'), `not first: ${first}`);

  // Only what has to be mended.
  await pick(/Everything/, 'What has a problem');
  await page.waitForFunction(
    () => document.querySelectorAll('.prompts > li').length === 3,
    undefined,
  );
  await test.accessible(page, 'prompts');
  await test.pictures(page, 'lines-prompts-wrong');

  // Heard, and drawn.
  await one('quiet').getByRole('button', { name: 'Listen to' }).click();
  const wave = page.getByRole('region', { name: /^Waveform/ });
  await wave.locator('[data-state="ready"]').waitFor({ state: 'attached' });
  await wave.getByText('/ 0:02').waitFor();
  await page.waitForFunction(() => /0:0[12] \/ 0:02/.test(document.body.innerText));
  // To weigh styles, axe would write those of the waves anew, without what lets them in.
  await test.accessible(page, 'listening', { preload: false });
  await test.pictures(page, 'lines-prompts-listen');
  await one('quiet')
    .getByRole('button', { name: /^Close/ })
    .click();
  await wave.waitFor({ state: 'detached' });

  // By words, by line, and nothing.
  await pick(/What has a problem/, 'Everything');
  await page.getByLabel('Words or name').fill('no such words');
  await list.getByText('No prompt is like that.').waitFor();
  await page.getByLabel('Words or name').fill('QUIET');
  await one('quiet').waitFor();
  await pick(/Line/, 'The server itself');
  await list.getByText('No prompt is like that.').waitFor();
  await page.getByLabel('Words or name').fill('sys-moh');
  await one('sys-moh').getByText('without words').waitFor();
});
