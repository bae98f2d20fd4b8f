// Reports that add up, and one contact in depth: its course, its voice, its recording, its messages.
import { readFileSync } from 'node:fs';
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context({ acceptDownloads: true });
  const page = await context.newPage();
  await page.goto('/reports');
  await signIn(page, given('NAME'), given('SECRET'));

  // One of two was answered, and in time.
  await page.getByRole('heading', { name: 'Reports', exact: true }).waitFor();
  const came = page.getByRole('region', { name: 'Who wanted a person: all queues' }).first();
  await came.waitFor();
  const summary = await page.locator('.summary').innerText();
  check(/Service level\s*50\s?%/.test(summary), summary);
  check(/Hung up while waiting\s*50\s?%/.test(summary), summary);
  await came.locator('.recharts-bar').first().waitFor();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV file: Who wanted a person' }).click(),
  ]);
  const csv = readFileSync(await file.path(), 'utf8');
  const [head = '', ...lines] = csv.replace('\uFEFF', '').trim().split('\r\n');
  check(head.startsWith('Interval,Came,Answered in time'), head);
  const sums = lines.map((l) => l.split(',').map(Number));
  const sum = (/** @type {number} */ column) => sums.reduce((all, l) => all + (l[column] ?? 0), 0);
  check(sum(1) === 2 && sum(2) === 1 && sum(6) === 1, csv);
  await test.accessible(page, 'reports');
  await test.pictures(page, 'reports');
  await page.getByRole('heading', { name: 'Evidence for service laws' }).scrollIntoViewIfNeeded();
  await test.pictures(page, 'reports-end');
  const proof = page.getByRole('region', { name: 'Evidence for service laws' }).last();
  check(/Had one within 180 seconds\s*–?\s*50\s?%/.test(await proof.innerText()), 'the evidence');

  // Own dates: told what is missing, and a day on which nobody called.
  await page.getByRole('button', { name: /\bTime\b/ }).click();
  await page.getByRole('option', { name: 'Own dates' }).click();
  await page.getByText('Choose two dates').waitFor();
  await page.getByLabel('From').fill('2020-03-29');
  await page.getByLabel('To', { exact: true }).fill('2020-03-29');
  await page.getByText('Nobody called in this time.').waitFor();
  await test.pictures(page, 'reports-nobody');
  await page.goto('/reports?range=week&by=day&queue=support&zone=Europe/Lisbon');
  await page.getByText('by the clock of Europe/Lisbon').waitFor();
  await page.getByRole('region', { name: 'Who wanted a person: support' }).first().waitFor();

  // The contact that was answered: what was heard of each side, in words.
  await page.goto('/contacts?digits=5550301');
  const found = page.getByRole('region', { name: 'Contacts found' });
  await found.getByRole('row').filter({ hasText: '5550301' }).getByRole('link').click();
  const voice = page.getByRole('region', { name: 'Voice' });
  await voice.getByText('Heard well').first().waitFor();
  check((await voice.getByText('Heard well').count()) === 2, 'two sides');

  // Its messages: a ladder without the number, and the text of one.
  const ladder = page.getByRole('region', { name: 'SIP messages' });
  await ladder.getByRole('button', { name: /^…01 sends INVITE/ }).click();
  const dialog = page.getByRole('dialog');
  const text = await dialog.locator('pre').innerText();
  check(text.startsWith('INVITE sip:100@'), text);
  check(!text.includes('5550301') && text.includes('…01'), text);
  await test.accessible(page, 'a message');
  await test.pictures(page, 'contact-message');
  await dialog.getByRole('button', { name: 'Close' }).click();
  const said = await ladder.locator('li').allInnerTexts();
  check(said.length > 10, said.join('\n'));
  for (const what of ['180 Ringing', '200 OK', 'ACK', 'BYE'])
    check(
      said.some((l) => l.includes(what)),
      `${what} in ${said.join(' | ')}`,
    );

  // Its recording: read once, drawn, and played.
  const course = page.getByRole('region', { name: 'Course and recordings' });
  await course.getByRole('button', { name: 'Listen' }).click();
  const play = course.getByRole('button', { name: 'Play', exact: true });
  await play.waitFor();
  await page.waitForFunction(() => document.querySelector('[data-state="ready"]') !== null);
  // Styles of shadow roots axe would read by a way that the page's policy forbids.
  await test.accessible(page, 'contact in depth', { preload: false });
  await test.pictures(page, 'contact-depth');
  await ladder.scrollIntoViewIfNeeded();
  await test.pictures(page, 'contact-ladder');
  await play.click();
  await page.waitForFunction(() => {
    const seek = document.querySelector('.replay-seek');
    return seek instanceof HTMLInputElement && Number(seek.value) > 300;
  });
  await course.getByRole('button', { name: 'Pause', exact: true }).click();
  await test.at('heard');
});
