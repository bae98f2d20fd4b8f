// The prompts of the demo: four languages, the words of values among them.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/lines?tab=prompts');
  await signIn(page, given('NAME'), given('SECRET'));
  const list = page.getByRole('region', { name: 'Prompts', exact: true });
  await list.getByRole('listitem').first().waitFor();
  const languages = page.locator('.prompt-languages > li');
  check((await languages.count()) === 4, `${await languages.allInnerTexts()}`);
  check((await page.getByText('Nothing is wrong').count()) === 4, 'the demo has faults');
  await page.getByLabel('Words or name').fill('Willkommen');
  const welcome = list.getByRole('listitem').first();
  await welcome.getByText('Willkommen').waitFor();
  await welcome.getByText(/^Played by: demo:/).waitFor();
  await page.getByLabel('Words or name').fill('');
  await page.getByRole('button', { name: /Line/ }).click();
  await page.getByRole('option', { name: 'demo' }).click();
  await list
    .getByText(/numbers and dates in demo/)
    .first()
    .waitFor();
  await test.accessible(page, 'prompts of the demo');
  await test.pictures(page, 'lines-prompts');
});
