/** The page's own texts in the visitor's language, numbers as the visitor writes them. */

import { en, type Words } from './en';

const language = typeof navigator === 'undefined' ? 'en' : navigator.language;
const numbers = new Intl.NumberFormat(language);
const decimals = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Other languages, each loaded by its visitors alone. */
const LANGUAGES: Readonly<Record<string, () => Promise<Words>>> = {
  de: async () => (await import('./de')).de,
};

export let words: Words = en;

/** Loads the visitor's language, if there is a file for it. Views come after it. */
export function loadWords(): Promise<void> | undefined {
  const [code = ''] = language.split('-');
  const load = LANGUAGES[code];
  if (!load) return undefined;
  return load().then(
    (loaded) => {
      words = loaded;
      document.documentElement.lang = code;
    },
    // English is there anyway.
    () => undefined,
  );
}

export const number = (value: number): string => numbers.format(value);
export const decimal = (value: number): string => decimals.format(value);
/** `1 movie`, `36,254 movies`. */
export const movies = (value: number): string => words.movies(value, number(value));
