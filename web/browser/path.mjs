// Voice does not find its way to the page: plain words, no further call, and how it goes on when it does.
import { check, drive, given, signIn } from './drive.mjs';
import { hears, prick } from './ears.mjs';

const CALLER = 600;

await drive(async (test) => {
  const context = await test.context({ permissions: ['microphone'] });
  await prick(context);
  // As behind a firewall that holds back UDP: what is sent to the server arrives nowhere.
  await context.addInitScript(() => {
    const peer = /** @type {any} */ (RTCPeerConnection.prototype);
    const put = peer.setRemoteDescription;
    peer.setRemoteDescription = function blocked(/** @type {RTCSessionDescriptionInit} */ told) {
      const nowhere = told.sdp?.replace(/^(a=candidate:\S+ \d+ \S+ \d+ \S+) \d+/gm, '$1 9');
      const open = /** @type {any} */ (window).openPath;
      return put.call(this, open ? told : { type: told.type, sdp: nowhere });
    };
  });
  const page = await context.newPage();
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto('/desk');
  await signIn(page, given('NAME'), given('SECRET'));
  await page.getByRole('button', { name: 'Take calls in this browser' }).click();
  await page.getByText('Ready to ring').waitFor();
  await test.at('ready');

  await page.getByRole('button', { name: 'Answer', exact: true }).click();
  await test.at('answered');
  const told = page.getByRole('alert').filter({ hasText: 'Voice does not find its way' });
  await told.waitFor();
  check((await told.innerText()).includes('A firewall or a VPN'), await told.innerText());
  check((await page.getByRole('button', { name: 'Mute' }).count()) === 0, 'a talk with nobody');
  await page.getByText('No voice', { exact: true }).waitFor();
  await test.accessible(page, 'no voice');
  await test.pictures(page, 'phone-voiceless');
  await test.at('told');

  // The firewall lets it through now.
  await page.evaluate(() => {
    /** @type {any} */ (window).openPath = true;
  });
  await told.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('Ready to ring').waitFor();
  await test.at('again');
  await page.getByRole('button', { name: 'Answer', exact: true }).click();
  await hears(page, CALLER);
  await test.at('talking');
  await page.getByRole('button', { name: 'Hang up' }).click();
});
