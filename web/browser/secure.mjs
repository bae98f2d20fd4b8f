// The console by HTTPS, with the certificate that the server has made itself: pages, microphone, and a phone
// that registers by a WebSocket over TLS. The browser believes this one certificate and no other.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { check, drive, given, HOME, signIn } from './drive.mjs';
import { hears, prick } from './ears.mjs';

const CALLER = 600;

/**
 * Asks for a page as somebody who believes in this certificate, or in those of the system alone.
 * @param {string | undefined} ca
 * @returns {Promise<number | string>}
 */
function ask(ca) {
  const { port } = new URL(HOME);
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/', ...(ca && { ca }) };
    const asked = request(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', (error) => resolve(/** @type {NodeJS.ErrnoException} */ (error).code ?? ''));
    asked.end();
  });
}

await drive(async (test) => {
  // It holds for this machine's address, and nobody else has signed it.
  const certificate = readFileSync(given('TRUSTED'), 'utf8');
  const believed = await ask(certificate);
  check(believed === 200, `by its own certificate: ${believed}`);
  const stranger = await ask(undefined);
  check(/SELF_SIGNED|UNABLE_TO_VERIFY/.test(String(stranger)), `by the system's: ${stranger}`);

  const context = await test.context({ permissions: ['microphone'] });
  await prick(context);
  const page = await context.newPage();
  page.on('dialog', (dialog) => void dialog.accept());
  const answer = await page.goto('/desk');
  check(answer?.request().url().startsWith('https://zeroline.test') ?? false, page.url());
  check(await page.evaluate(() => isSecureContext), 'no secure page');
  await signIn(page, given('NAME'), given('SECRET'));
  await page.getByRole('heading', { name: 'Desk' }).waitFor();
  const cookies = await context.cookies();
  const session = cookies.find((c) => /zeroline/.test(c.name));
  check(session?.secure ?? false, `the session in the clear: ${JSON.stringify(cookies)}`);

  await page.getByRole('button', { name: 'Take calls in this browser' }).click();
  await page.getByText('Ready to ring').waitFor();
  const phones = await page.evaluate(() =>
    /** @type {WebSocket[]} */ (/** @type {any} */ (window).sockets)
      .filter((s) => s.readyState === WebSocket.OPEN)
      .map((s) => s.url),
  );
  check(phones.length > 0 && phones.every((url) => url.startsWith('wss://')), phones.join(' '));
  await test.at('ready');
  await page.getByRole('button', { name: 'Answer', exact: true }).click();
  await hears(page, CALLER);
  await page.locator('.card').getByText('Asked for a person (0)').waitFor();
  await test.at('talking');
  await page.getByRole('button', { name: 'Hang up' }).click();
});
