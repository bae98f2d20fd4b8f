// What callers answered after their talk, in the reports: as a table, as bars, and in the file.
import { readFileSync } from 'node:fs';
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context({ acceptDownloads: true });
  const page = await context.newPage();
  await page.goto('/reports');
  await signIn(page, given('NAME'), given('SECRET'));
  const surveys = page.getByRole('region', { name: 'Surveys', exact: true });
  await surveys.waitFor();
  const row = surveys.getByRole('row').filter({ hasText: 'kind' });
  const cells = await row.locator('th, td').allInnerTexts();
  const wanted = ['kind', 'rate', '2', '4.5', '1 – 5', '1: 0, 2: 0, 3: 0, 4: 1, 5: 1'];
  check(JSON.stringify(cells) === JSON.stringify(wanted), JSON.stringify(cells));
  await surveys.locator('.recharts-bar').first().waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    surveys.getByRole('button', { name: 'CSV file: Surveys', exact: true }).click(),
  ]);
  const [, line] = readFileSync(await file.path(), 'utf8')
    .trim()
    .split('\r\n');
  check(line === 'kind,rate,2,4.5,1 – 5,"1: 0, 2: 0, 3: 0, 4: 1, 5: 1"', line ?? 'no line');
  await test.accessible(page, 'surveys');
  await surveys.scrollIntoViewIfNeeded();
  await test.pictures(page, 'reports-surveys');

  // The journey of one: the agent ends the talk, and the caller is asked after it.
  await page.goto(`/contacts?digits=${given('CALLER')}`);
  await page.getByRole('region', { name: 'Contacts found' }).getByRole('link').first().click();
  const journey = page.getByRole('region', { name: 'Journey' });
  await journey.getByText('agent1 ended the talk; the caller is asked how it was').waitFor();
  await journey.getByText('Ended: ').waitFor();
  await test.accessible(page, 'a journey with a survey');
  await test.pictures(page, 'contact-survey');
  await journey.scrollIntoViewIfNeeded();
  await test.pictures(page, 'contact-survey-journey');
});
