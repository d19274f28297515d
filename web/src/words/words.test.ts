import { expect, test } from 'vitest';
import { de } from './de';
import { en } from './en';

/** Sentences in which nothing is left to translate, or which are names. */
const SAME = new Set(['graphiql', 'genresLabel', 'provider', 'examples', 'results']);

test('each language has every sentence, in its own words', () => {
  expect(Object.keys(de).toSorted()).toEqual(Object.keys(en).toSorted());
  const names = Object.keys(en) as (keyof typeof en)[];
  expect(names.filter((name) => typeof de[name] !== typeof en[name])).toEqual([]);
  const sentences = names.filter((name) => String(en[name]).includes(' ') && !SAME.has(name));
  expect(sentences.filter((name) => de[name] === en[name])).toEqual([]);
});

test('one is one, and none are many', () => {
  expect(en.movies(1, '1')).toBe('1 movie');
  expect(en.movies(0, '0')).toBe('0 movies');
  expect(de.movies(1, '1')).toBe('1 Film');
  expect(de.suggestionCount(8)).toBe('8 Vorschläge');
});
