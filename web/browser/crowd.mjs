// The board while hundreds of callers come, wait and go: it stays smooth, and does not grow.
import { check, drive, given, signIn } from './drive.mjs';
import { heapOf, smoothness } from './smooth.mjs';

const SECONDS = 6;

await drive(async (test) => {
  const context = await test.context({ viewport: { width: 1920, height: 1080 } });
  const page = await context.newPage();
  await page.goto('/board');
  await signIn(page, given('NAME'), given('SECRET'));
  const calls = page.getByRole('region', { name: 'Calls' });
  await calls.waitFor();
  await test.at('board');

  const wanted = Number(given('CALLS'));
  await page.waitForFunction(
    (wanted) => {
      const told = document.querySelector('section[aria-label="Calls"] header .number');
      return Number(told?.textContent) >= wanted;
    },
    wanted,
    { timeout: 120_000 },
  );
  // So many are not drawn at once, and each of them can be found.
  await calls.getByRole('button', { name: 'Show 40 more' }).waitFor();
  check((await calls.locator('tbody tr').count()) === 40, 'rows');
  const heap = await heapOf(page);
  const before = await heap();
  const drawn = await smoothness(page, SECONDS);
  const after = await heap();
  await test.accessible(page, 'a crowd');
  await test.pictures(page, 'board-crowd');
  await calls.scrollIntoViewIfNeeded();
  await test.pictures(page, 'board-crowd-calls');
  const { frames, median, p95, p99, worst, long } = drawn;
  const told =
    `${wanted} calls: frame time ms: median ${median}, 95 % ${p95}, 99 % ${p99}, worst ${worst}; ` +
    `${frames} frames in ${SECONDS} s, long tasks ${Math.round(long)} ms; memory MB: ${before}, then ${after}`;
  // Loose: the machine has the server and the callers to carry as well.
  check(median < 100, told);
  check(after < 80 && after - before < 20, told);
  await test.at('measured', told);
});
