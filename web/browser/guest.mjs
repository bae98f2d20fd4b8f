// Who calls from the page, behind somebody else in line, and hears the agent then.
import { check, drive, given, signIn } from './drive.mjs';
import { codecs, hears, prick } from './ears.mjs';

const AGENT = 900;

await drive(async (test) => {
  const context = await test.context({ permissions: ['microphone'] });
  await prick(context);
  const page = await context.newPage();
  await page.goto('/try');
  await signIn(page, given('NAME'), given('SECRET'));
  await page.getByRole('button', { name: /\bLine\b/ }).click();
  await page.getByRole('option', { name: /\(100/ }).click();
  const state = page.locator('.where');
  const said = page.getByRole('region', { name: 'What is said' });
  await test.at('signed-in');
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  await state.getByText('In the menu').waitFor();
  await page.getByRole('button', { name: '0 person' }).click();
  await state.getByText('Place 2 in line').waitFor();
  await test.at('waiting');
  // The agent of the one before is gone: that one is before them still.
  await state.getByText('Place 2 in line').waitFor();
  await test.at('behind');
  await state.getByText('You talk to').waitFor();
  await state.getByText('Anna Holm').waitFor();
  await hears(page, AGENT);
  const by = await codecs(page);
  check(by === 'audio/opus audio/opus', by);
  await test.at('talking');
  await state.getByText('Call over').waitFor();
  await said.getByText(/^Ended:/).waitFor();
});
