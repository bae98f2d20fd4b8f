// Agents, queues, calendars and webhooks, as files rule them.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/settings?tab=agents');
  await signIn(page, given('NAME'), given('SECRET'));
  const agents = page.getByRole('region', { name: 'Agents' });
  await agents.getByText('Anna Berg').waitFor();
  await agents.getByText('billing 2, German 3').waitFor();
  await agents.getByText('zeroline.toml').waitFor();
  await test.accessible(page, 'agents');
  await test.pictures(page, 'settings-agents-file');

  await page.getByRole('tab', { name: 'Queues' }).click();
  const queues = page.getByRole('region', { name: 'support' });
  await queues.getByText('who has been ready longest').waitFor();
  await queues.getByText('call +4570101155 → offer a callback → leave a message').waitFor();
  await test.accessible(page, 'queues');
  await test.pictures(page, 'settings-queues');

  await page.getByRole('tab', { name: 'Calendars' }).click();
  const office = page.getByRole('region', { name: 'Office hours' });
  await office.waitFor();
  await page.getByLabel('What does a caller meet on').fill('2026-12-24');
  await office.getByText('Christmas Eve (holiday)').first().waitFor();
  const day = await office.locator('ol li').allInnerTexts();
  check(day.length === 3 && (day[1] ?? '').startsWith('09:00'), day.join(' | '));
  await office.getByText('1 special time in 2026').click();
  await test.accessible(page, 'calendars');
  await test.pictures(page, 'settings-calendars');

  await page.getByRole('tab', { name: 'Webhooks' }).click();
  const hooks = page.getByRole('region', { name: 'Webhooks' });
  await hooks.getByText('http://127.0.0.1:9/hook').waitFor();
  check(!(await hooks.innerText()).includes('hidden'), 'what opens a door');
  // The receiver is not there: what is on its way says so, and can be sent at once.
  const way = page.getByRole('region', { name: 'Deliveries' });
  await way.getByRole('button', { name: 'Try at once' }).first().waitFor();
  await test.accessible(page, 'webhooks');
  await test.pictures(page, 'settings-webhooks');
});
