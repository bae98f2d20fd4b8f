// Two tabs of one agent: one has the phone, the other can take it; a tab that dies while it rings.
import { check, drive, given, signIn } from './drive.mjs';
import { hears, prick } from './ears.mjs';

const CALLER = 600;

await drive(async (test) => {
  const context = await test.context({ permissions: ['microphone'] });
  await prick(context);
  const first = await context.newPage();
  first.on('dialog', (dialog) => void dialog.accept());
  await first.goto('/');
  await signIn(first, given('NAME'), given('SECRET'));
  await first.getByRole('button', { name: 'Take calls in this browser' }).click();
  await first.getByText('Ready to ring').waitFor();
  const second = await context.newPage();
  second.on('dialog', (dialog) => void dialog.accept());
  await second.goto('/desk');
  await second.getByText('Another tab or window of this browser has your phone').waitFor();
  await test.accessible(second, 'the second tab');
  await test.pictures(second, 'phone-elsewhere');
  await test.at('ready');

  // Both show the card; the one that has the phone answers.
  await first.getByRole('button', { name: 'Answer' }).click();
  await second.locator('.card').waitFor();
  check((await second.getByRole('button', { name: 'Mute' }).count()) === 0, 'mute in both');
  await hears(first, CALLER);
  await test.at('talking');

  // The other takes the phone, and the talk with it.
  await second.getByRole('button', { name: 'Take calls in this tab' }).click();
  await hears(second, CALLER);
  await first.getByText('Another tab or window of this browser has your phone').waitFor();
  await test.at('taken');
  await second.getByText('Ready to ring').waitFor();
  await test.at('over');
  await second.getByRole('button', { name: 'Finish wrap-up' }).first().click();

  // The tab that has it dies while it rings; the other has it by itself then.
  await second.locator('.ownstate .badge').filter({ hasText: 'Ready' }).waitFor();
  await test.at('again');
  await second.getByRole('button', { name: 'Answer' }).waitFor();
  await second.close();
  await test.at('closed');
  await first.getByText('Ready to ring').waitFor();
});
