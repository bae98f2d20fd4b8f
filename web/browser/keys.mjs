// What a keyboard does in a page, and what has the focus then: always something that can be seen and named.
import { check } from './drive.mjs';

/** Places that are named and not pressed: they have the focus when what had it is gone. */
const PLACES = ['section', 'main'];

export class Keyboard {
  /** @type {string[]} */
  way = [];

  /**
   * @param {import('playwright-core').Page} page
   * @param {import('playwright-core').CDPSession} tools
   */
  constructor(page, tools) {
    this.page = page;
    this.tools = tools;
  }

  /** @param {import('playwright-core').Page} page */
  static async of(page) {
    return new Keyboard(page, await page.context().newCDPSession(page));
  }

  /**
   * What has the focus, as a screen reader says it; it must be there, be seen and have a name.
   * @returns {Promise<{ role: string, name: string }>}
   */
  async focus() {
    const unseen = await this.page.evaluate((places) => {
      const e = document.activeElement;
      if (!(e instanceof HTMLElement) || e === document.body) return 'nothing has the focus';
      const ring = [e, e.closest('[data-focus-visible]')].some((of) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(of ?? e);
        return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
      });
      // What is chosen in a list has another ground.
      const marked = e.matches('.option[data-focused]');
      if (!ring && !marked) return `the focus is not seen: ${e.outerHTML.slice(0, 200)}`;
      const { left, top, right, bottom } = e.getBoundingClientRect();
      const place = places.some((p) => e.matches(p));
      if (right <= 0 || bottom <= 0 || left >= innerWidth || top >= innerHeight)
        return `out of the window: ${e.outerHTML.slice(0, 200)}`;
      if (place) return null;
      const on = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      const covered = on && !e.contains(on) && !on.contains(e) && !e.closest('label')?.contains(on);
      return covered ? `covered: ${e.outerHTML.slice(0, 200)}` : null;
    }, PLACES);
    if (unseen) throw new Error(`${unseen}\nafter ${this.way.join(' > ')}`);
    const { result } = await this.tools.send('Runtime.evaluate', {
      expression: 'document.activeElement',
    });
    const { nodes } = await this.tools.send('Accessibility.getPartialAXTree', {
      ...(result.objectId && { objectId: result.objectId }),
      fetchRelatives: false,
    });
    const role = String(nodes[0]?.role?.value ?? '');
    const name = String(nodes[0]?.name?.value ?? '').trim();
    this.way.push(`${role} "${name}"`);
    check(role !== '' && role !== 'generic', `no role after ${this.way.join(' > ')}`);
    check(name !== '' || role === 'main', `no name after ${this.way.join(' > ')}`);
    return { role, name };
  }

  /**
   * Goes on until this has the focus.
   * @param {string} role
   * @param {RegExp} name
   * @param {string} key
   */
  async to(role, name, key = 'Tab') {
    for (let steps = 0; steps < 60; steps += 1) {
      await this.page.keyboard.press(key);
      const now = await this.focus();
      if (now.role === role && name.test(now.name)) return;
    }
    throw new Error(`no ${role} ${name} by ${key}: ${this.way.join(' > ')}`);
  }

  /**
   * What was pressed is gone: before long something else has the focus.
   * @param {string} what
   */
  async kept(what) {
    await this.page
      .waitForFunction(
        () => document.activeElement !== null && document.activeElement !== document.body,
        undefined,
        { timeout: 5_000 },
      )
      .catch(() => {
        throw new Error(`${what}: the focus is lost after ${this.way.join(' > ')}`);
      });
    return this.focus();
  }

  /**
   * Waits until what has the focus is called so.
   * @param {string} role
   * @param {RegExp} name
   */
  async becomes(role, name) {
    let now = await this.focus();
    for (let tries = 0; tries < 100; tries += 1) {
      if (now.role === role && name.test(now.name)) return;
      await this.page.waitForTimeout(100);
      now = await this.focus();
    }
    throw new Error(`no ${role} ${name}: ${this.way.join(' > ')}`);
  }

  /** @param {string} key */
  press(key) {
    this.way.push(`[${key}]`);
    return this.page.keyboard.press(key);
  }

  /** @param {string} text */
  type(text) {
    return this.page.keyboard.type(text);
  }
}
