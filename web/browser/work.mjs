// Messages and callbacks as work: heard, numbers shown when asked for, done.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/desk');
  await signIn(page, given('NAME'), given('SECRET'));
  const message = page.getByRole('article').filter({ hasText: 'Message' }).first();
  await message.waitFor();
  check(!(await message.innerText()).includes('5550190'), 'the number is there unasked');
  await message.getByRole('button', { name: 'Show the number' }).click();
  await message.getByText('5550190').waitFor();
  await message.getByRole('button', { name: 'Hear the message' }).click();
  const audio = message.locator('audio');
  await audio.waitFor();
  // It plays: the browser knows how long it is.
  await page.waitForFunction(() => {
    const audio = document.querySelector('audio');
    return audio !== null && audio.duration > 0.5;
  });
  await test.accessible(page, 'a message');
  await test.pictures(page, 'desk-message');
  await test.at('heard');
  await message.getByRole('button', { name: 'Done' }).click();
  await page.getByText('Nothing is open.').waitFor();
});
