import { useEffect } from 'react';

/** A list that is read anew, or a dialog that gives the focus back, has it again within this. */
const AGAIN_MS = 60;

/** What has the focus can not have it any more. */
function isGone(element: Element): boolean {
  return !element.isConnected || element.matches(':disabled');
}

function isLost(element: Element): boolean {
  const now = document.activeElement;
  return now === null || now === document.body || (now === element && isGone(element));
}

/**
 * Whoever works by keyboard or by ear stays where they are. A button that was pressed and is gone, or can not
 * be pressed any more, gives the focus to the nearest place with a name that is still there.
 */
export function useKeptFocus() {
  useEffect(() => {
    let last: Element | null = null;
    let around: Element[] = [];
    let timer: ReturnType<typeof setTimeout> | null = null;

    const came = ({ target }: FocusEvent) => {
      if (!(target instanceof Element)) return;
      last = target;
      around = [];
      for (let e = target.parentElement; e; e = e.parentElement)
        if (e.matches('section[aria-label], main')) around.push(e);
    };
    // Somebody clicked beside it. What is taken away loses the focus as well, and is gone a moment later.
    const left = ({ target }: FocusEvent) => {
      setTimeout(() => {
        if (target === last && last && !isGone(last) && isLost(last)) last = null;
      });
    };
    const look = () => {
      timer = null;
      if (!last || !isLost(last)) return;
      const place = isGone(last)
        ? (around.find((e) => e.isConnected) ?? document.getElementById('main'))
        : last;
      if (!(place instanceof HTMLElement)) return;
      if (place !== last && !place.hasAttribute('tabindex')) place.tabIndex = -1;
      place.focus({ preventScroll: true });
    };
    const changed = () => {
      if (last && timer === null && (isGone(last) || isLost(last)))
        timer = setTimeout(look, AGAIN_MS);
    };

    const watch = new MutationObserver(changed);
    watch.observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['disabled'],
    });
    document.addEventListener('focusin', came);
    document.addEventListener('focusout', left);
    return () => {
      watch.disconnect();
      document.removeEventListener('focusin', came);
      document.removeEventListener('focusout', left);
      if (timer !== null) clearTimeout(timer);
    };
  }, []);
}
