/** The page's own texts in the visitor's language, numbers as the visitor writes them. */

import { en, type Words } from './en';

const language = typeof navigator === 'undefined' ? 'en' : navigator.language;
const numbers = new Intl.NumberFormat(language);
const decimals = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const words: Words = en;

export const number = (value: number): string => numbers.format(value);
export const decimal = (value: number): string => decimals.format(value);
/** `1 movie`, `36,254 movies`. */
export const movies = (value: number): string => words.movies(value, number(value));
