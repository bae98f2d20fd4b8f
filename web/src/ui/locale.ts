import { useTranslation } from 'react-i18next';

/**
 * How dates and numbers are written: as the browser's own country does, where it speaks the chosen
 * language, else as the language usually does.
 */
export function localeOf(language: string, browser: readonly string[]): string {
  const of = (tag: string) => tag.toLowerCase().split('-')[0];
  return browser.find((tag) => of(tag) === language) ?? language;
}

/** The same, in this browser. */
export function useLocale(): string {
  const { i18n } = useTranslation();
  return localeOf(i18n.language, navigator.languages);
}
