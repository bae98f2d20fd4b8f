// An administrator takes an agent on, makes a mistake, and lets the agent go again.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/settings?tab=agents');
  await signIn(page, given('NAME'), given('SECRET'));
  const agents = page.getByRole('region', { name: 'Agents' });
  const add = agents.getByRole('button', { name: 'Take an agent on' });
  await add.click();
  const dialog = page.getByRole('dialog');

  // What is wrong is told at its field, and what was written stays.
  await dialog.getByLabel('Name at the phone').fill('zoe');
  await dialog.getByLabel('Name', { exact: true }).fill('Zoe Lund');
  await dialog.getByLabel('Password of the phone').fill('open sesame');
  await dialog.getByLabel('Queues').fill('suport');
  await dialog.getByLabel('Time for writing up').fill('soon');
  await dialog.getByRole('button', { name: 'Add' }).click();
  const queues = dialog.getByLabel('Queues');
  await dialog.getByText(/did you mean `support`/).waitFor();
  check((await queues.getAttribute('aria-invalid')) === 'true', 'the field of the mistake');
  const wrap = dialog.getByLabel('Time for writing up');
  check((await wrap.getAttribute('aria-invalid')) === 'true', 'all mistakes at once');
  await test.accessible(page, 'an agent that is wrong');
  await test.pictures(page, 'settings-agent-wrong');

  // Nothing is lost by a key.
  await page.keyboard.press('Escape');
  check((await queues.inputValue()) === 'suport', 'what was written');
  await queues.fill('support');
  await wrap.fill('5s');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.waitFor({ state: 'detached' });
  await agents.getByText('Zoe Lund').waitFor();
  check(!(await agents.innerText()).includes('sesame'), 'a password is shown');
  await test.at('taken-on');

  // A queue that lines need stays, and says where.
  await page.getByRole('tab', { name: 'Queues' }).click();
  await page.getByRole('button', { name: 'Change queue support' }).click();
  await dialog.getByLabel('A phone rings for').fill('25s');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.getByText('This is not saved yet.').waitFor();
  await test.accessible(page, 'a queue');
  await test.pictures(page, 'settings-queue-change');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('region', { name: 'support' }).getByText('0:25').waitFor();
  await page.getByRole('button', { name: 'Add a queue' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('sales');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Change queue support' }).click();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.getByText(/agent zoe: queues/).waitFor();
  await dialog
    .getByText(/main\.yaml/)
    .first()
    .waitFor();
  await test.pictures(page, 'settings-queue-needed');
  await dialog.getByRole('button', { name: 'Do not remove' }).click();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });

  // A webhook comes and goes.
  await page.getByRole('tab', { name: 'Webhooks' }).click();
  await page.getByRole('button', { name: 'Add a webhook' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('crm');
  await dialog.getByLabel('Address').fill('http://127.0.0.1:9/hook');
  await dialog.getByLabel('Secret').fill('short');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog
    .getByText(/at least 16 characters/)
    .first()
    .waitFor();
  await dialog.getByLabel('Secret').fill('at least sixteen characters');
  await dialog.getByRole('button', { name: 'Add' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('heading', { name: 'crm' }).waitFor();

  await page.getByRole('tab', { name: 'Agents' }).click();
  await agents.getByRole('button', { name: 'Change agent zoe' }).click();
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.getByText('Remove agent zoe?').waitFor();
  await test.accessible(page, 'an agent who goes');
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
  await agents.getByText('Zoe Lund').waitFor({ state: 'detached' });
  await test.at('gone');
});
