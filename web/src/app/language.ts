import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { da } from '../locales/da';
import { de } from '../locales/de';
import { en } from '../locales/en';
import { nb } from '../locales/nb';

/** The console's languages, each by its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', da: 'Dansk', nb: 'Norsk (bokmål)' };
export type Language = keyof typeof LANGUAGES;

const KEY = 'zeroline.language';

function known(tag: string): Language | null {
  const base = tag.toLowerCase().split('-')[0] ?? '';
  // Who reads nynorsk reads bokmål sooner than English.
  const near = base === 'no' || base === 'nn' ? 'nb' : base;
  return near in LANGUAGES ? (near as Language) : null;
}

/** The chosen language, or the first of the browser's that there is. */
export function choose(chosen: string | null, wanted: readonly string[]): Language {
  for (const tag of [chosen ?? '', ...wanted]) {
    const language = known(tag);
    if (language) return language;
  }
  return 'en';
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

export function setLanguage(language: Language) {
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // It holds until the page is closed.
  }
  void i18next.changeLanguage(language);
}

export function startLanguage() {
  i18next.on('languageChanged', (language) => {
    document.documentElement.lang = language;
  });
  // Chosen in another tab.
  addEventListener('storage', ({ key, newValue }) => {
    if (key === KEY) void i18next.changeLanguage(choose(newValue, navigator.languages));
  });
  void i18next.use(initReactI18next).init({
    resources: {
      en: { translation: en },
      de: { translation: de },
      da: { translation: da },
      nb: { translation: nb },
    },
    lng: choose(stored(), navigator.languages),
    fallbackLng: 'en',
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}
