// The menu files in the page: mistakes in place, the call that shows one, publishing, going back.
import { check, drive, given, signIn } from './drive.mjs';

await drive(async (test) => {
  const context = await test.context();
  const page = await context.newPage();
  await page.goto('/lines?tab=edit');
  await signIn(page, given('NAME'), given('SECRET'));
  const told = page.getByRole('region', { name: 'Check', exact: true });
  const editor = page.locator('.cm-content');
  const publish = page.getByRole('button', { name: 'Publish', exact: true });
  const pick = async (/** @type {string} */ file) => {
    await page.getByRole('button', { name: /\bFile\b/ }).click();
    await page.getByRole('option', { name: file }).click();
    await page.getByRole('textbox', { name: file }).waitFor();
  };
  const write = async (/** @type {string} */ text) => {
    await editor.click();
    await page.keyboard.press('Control+a');
    // Of text that takes the place of other text Chromium wants to keep the style, in an attribute.
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(text);
  };
  await told.getByText('Loads, and is proven').waitFor();
  check(await publish.isDisabled(), 'nothing was changed, and can be published');
  await pick('main.yaml');
  const original = given('MAIN');
  check((await editor.innerText()).includes('line: main'), await editor.innerText());
  await test.accessible(page, 'editor');
  await test.pictures(page, 'lines-edit');

  // What does not load is told at its place, and leads there.
  await write(original.replace('start: main', 'start: mian'));
  await told.getByText('1 mistake').waitFor();
  await told.getByRole('button', { name: 'main.yaml:4' }).click();
  await page.locator('.cm-lintRange-error').first().waitFor();
  check(await publish.isDisabled(), 'what does not load can be published');

  // What breaks the promise is drawn: the shortest call that shows it.
  await write(given('BROKEN'));
  await told.getByText('The shortest call that shows it:').waitFor();
  await page.locator('.node.on-call').first().waitFor();
  check(await publish.isDisabled(), 'what is not proven can be published');
  await test.accessible(page, 'a broken draft');
  await test.pictures(page, 'lines-broken');

  // The schema knows what can be written, and a draft stays over a reload.
  await write(`${original}  more:\n    `);
  await page.keyboard.press('Control+End');
  await page.keyboard.press('Control+Space');
  const proposed = page.locator('.cm-tooltip-autocomplete li');
  await proposed.filter({ hasText: 'collect' }).waitFor();
  await test.pictures(page, 'lines-complete');
  await page.keyboard.press('Escape');
  const better = original.replace('["100"]', '["100", "102"]');
  await write(better);
  await told.getByText('Loads, and is proven').waitFor();
  await page.reload();
  await pick('main.yaml');
  check((await editor.innerText()).includes('"102"'), 'the draft is lost');
  await page.getByRole('button', { name: 'What changes' }).click();
  await page.locator('.cm-changedLine, .cm-insertedLine').first().waitFor();
  await test.accessible(page, 'what changes');
  await test.pictures(page, 'lines-differs');
  await told.getByText('Loads, and is proven').waitFor();
  await publish.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('main.yaml').waitFor();
  await dialog.getByLabel('Why').fill('a second number');
  await test.accessible(page, 'publish');
  await test.pictures(page, 'lines-publish');
  await dialog.getByRole('button', { name: 'Publish' }).click();
  await page.getByText('Version 2 is in use.').waitFor();
  await test.at('published');

  // Somebody changes the folder meanwhile: nobody's changes are lost.
  await pick('main.yaml');
  await write(better.replace('"102"', '"103"'));
  await told.getByText('Loads, and is proven').waitFor();
  await test.at('elsewhere');
  await publish.click();
  await dialog.getByRole('button', { name: 'Publish' }).click();
  await dialog.getByText('Somebody else was faster.').waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByText('Somebody else has changed the files since you began.').waitFor();
  await test.pictures(page, 'lines-overtaken');
  await page.getByRole('button', { name: 'Take theirs, discard mine' }).click();
  await page.waitForFunction(() => !document.body.innerText.includes('since you began'));
  check((await editor.innerText()).includes('# elsewhere'), 'the other change is not shown');

  // Versions: who and why, what is different, and back.
  await page.getByRole('tab', { name: 'Versions' }).click();
  await page.getByRole('cell', { name: 'a second number' }).waitFor();
  await test.accessible(page, 'versions');
  await page.getByRole('button', { name: 'Compare version 1' }).click();
  const back = page.getByRole('region', { name: 'Back to version 1' });
  await back.locator('.cm-content').first().waitFor();
  await test.accessible(page, 'a version');
  await test.pictures(page, 'lines-versions');
  await back.getByRole('button', { name: 'Go back to it' }).click();
  await dialog.getByRole('button', { name: 'Publish' }).click();
  await page.getByText(/Version \d is in use\./).waitFor();
  await test.at('back');
});
