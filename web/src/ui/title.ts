import { useEffect } from 'react';

const NAME = 'Zeroline';

let page = '';
let urgent: string | null = null;

function show() {
  document.title = urgent ?? (page ? `${page} – ${NAME}` : NAME);
}

/** The title of the page that is shown. */
export function useTitle(title: string) {
  useEffect(() => {
    page = title;
    show();
  }, [title]);
}

/** Something that goes before the page's title for a while; `null`: no more. */
export function setUrgent(words: string | null) {
  urgent = words;
  show();
}
