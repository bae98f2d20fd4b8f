// A line is called from the page, by its microphone: menu, 0, a person at a real phone, both hear.
import { check, drive, given, signIn } from './drive.mjs';

/**
 * The loudest tone that the page hears, in Hz; 0: nothing.
 * @param {import('playwright-core').Page} page
 */
function tone(page) {
  return page.evaluate(async () => {
    const audio = document.querySelector('audio');
    if (!(audio?.srcObject instanceof MediaStream)) return 0;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    analyser.smoothingTimeConstant = 0;
    context.createMediaStreamSource(audio.srcObject).connect(analyser);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    const loudest = levels.reduce((best, level, i) => (level > (levels[best] ?? 0) ? i : best), 0);
    const hz = (loudest * context.sampleRate) / analyser.fftSize;
    const silent = (levels[loudest] ?? -200) < -60;
    await context.close();
    return silent ? 0 : Math.round(hz);
  });
}

await drive(async (test) => {
  const context = await test.context({ permissions: ['microphone'] });
  const page = await context.newPage();
  await page.goto('/');
  await page.getByRole('link', { name: /Call a line from this page/ }).click();
  await page.getByText('Sign in, and call a line').waitFor();
  await test.pictures(page, 'try-signin');
  await signIn(page, given('NAME'), given('SECRET'));

  await page.getByRole('heading', { name: 'Try it' }).waitFor();
  await page.locator('.react-flow__node').first().waitFor();
  await test.accessible(page, 'try');
  await test.pictures(page, 'try-before');
  await page.getByRole('button', { name: /\bLine\b/ }).click();
  await page.getByRole('option', { name: /\(100/ }).click();
  const said = page.getByRole('region', { name: 'What is said' });
  const state = page.locator('.where');

  // The greeting is heard, and its words stand there.
  await page.getByRole('button', { name: 'Call', exact: true }).click();
  await state.getByText('In the menu').waitFor();
  await said.getByText(given('GREETING')).waitFor();
  await page.locator('.node.here').waitFor();
  let greeting = 0;
  for (let i = 0; i < 10 && greeting === 0; i++) greeting = await tone(page);
  check(greeting > 0, 'the greeting is not heard');
  await test.accessible(page, 'try in the menu');

  // A key of the keyboard, which means nothing here.
  await page.keyboard.press('7');
  await said.locator('kbd').filter({ hasText: '7' }).waitFor();
  await said.getByText('means nothing here').waitFor();
  await test.pictures(page, 'try-menu');

  // 0, and the queue.
  await page.getByRole('button', { name: '0 person' }).click();
  await state.getByText('Waiting').waitFor();
  await state.getByText('Place 1 in line').waitFor();
  await page.locator('.node.people.here').waitFor();
  await test.accessible(page, 'try waiting');
  await test.pictures(page, 'try-waiting');
  await test.at('waiting');

  // Somebody answers, by name.
  await state.getByText('You talk to').waitFor();
  await state.getByText(given('AGENT')).waitFor();
  await test.at('talking');
  let heard = 0;
  for (let i = 0; i < 20 && Math.abs(heard - 700) > 15; i++) heard = await tone(page);
  check(Math.abs(heard - 700) <= 15, `the agent's tone is not heard, but ${heard} Hz`);
  await test.pictures(page, 'try-talking');
  await page.getByRole('button', { name: 'Mute' }).click();
  await page.getByRole('button', { name: 'Unmute' }).waitFor();
  await test.at('muted');
  await page.getByRole('button', { name: 'Hang up' }).click();
  await state.getByText('Call over').waitFor();
  await said.getByText('Ended: Caller hung up').waitFor();
  await test.pictures(page, 'try-over');
  await test.at('over');

  // Without a microphone it works as well, and says so.
  const without = await test.context({ permissions: [] });
  const deaf = await without.newPage();
  await deaf.addInitScript(() => {
    Object.defineProperty(navigator.mediaDevices, 'getUserMedia', {
      value: async () => {
        throw new DOMException('no', 'NotFoundError');
      },
    });
  });
  await deaf.goto('/try');
  await signIn(deaf, given('NAME'), given('SECRET'));
  await deaf.getByRole('button', { name: 'Call', exact: true }).click();
  await deaf.getByText('This device has no microphone.').waitFor();
  await deaf.locator('.where').getByText('In the menu').waitFor();
  await deaf.getByRole('button', { name: '0 person' }).click();
  await deaf.locator('.where').getByText('Place 1 in line').waitFor();
  await test.pictures(deaf, 'try-silent');
  // Leaving the page ends the call.
  await deaf.getByRole('link', { name: 'Board' }).click();
  await deaf.getByText('No call at this moment.').waitFor();

  // A full server is told in plain words.
  await deaf.getByRole('link', { name: 'Try it' }).click();
  await test.at('full');
  await deaf.getByRole('button', { name: 'Call', exact: true }).click();
  await deaf.getByText('The server has as many calls as it takes.').waitFor();
  await test.pictures(deaf, 'try-full');

  // And one that does not let calls through.
  await deaf.routeWebSocket(/\/sip$/, (socket) => void socket.close());
  await deaf.getByRole('button', { name: 'Call again' }).click();
  await deaf.getByText('The server does not answer calls from this page.').waitFor();
});
