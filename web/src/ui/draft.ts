import { useCallback, useState } from 'react';

/**
 * Something that is being written, kept over a reload of this tab and not longer: what agents note
 * of callers is not to stay in a browser.
 */
export function useDraft(name: string): [string, (text: string) => void] {
  const key = `draft.${name}`;
  const [kept, setKept] = useState(() => ({ key, text: read(key) }));
  // Another draft: what was written of one contact is not of the next.
  const now = kept.key === key ? kept : { key, text: read(key) };
  const write = useCallback(
    (text: string) => {
      setKept({ key, text });
      try {
        if (text === '') sessionStorage.removeItem(key);
        else sessionStorage.setItem(key, text);
      } catch {
        // It holds until a reload.
      }
    },
    [key],
  );
  return [now.text, write];
}

function read(key: string): string {
  try {
    return sessionStorage.getItem(key) ?? '';
  } catch {
    return '';
  }
}
