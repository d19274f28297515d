import { expect, test } from 'vitest';
import { EMPTY_QUESTION } from './question';
import { corrected, relaxed, withoutPiece } from './text';

const asked = (text: string, filters = {}) => ({ ...EMPTY_QUESTION, text, filters });

test.each([
  ['80s comedy', '80s', 'comedy'],
  ['tom hanks meg ryan', 'Meg Ryan', 'tom hanks'],
  ['alien', 'aliens', 'alien'],
])('%s without %s', (text, piece, rest) => {
  expect(withoutPiece(text, piece)).toBe(rest);
});

test('the corrected text has the spelling that was found', () => {
  expect(corrected('the godfahter', [{ typed: 'godfahter', matched: 'Godfather' }])).toBe('the godfather');
  expect(corrected('alien', [])).toBeUndefined();
});

test('D4: a person is dropped whole', () => {
  expect(relaxed(asked('tom hanks meg ryan'), { part: 'PERSON', dropped: 'meg ryan' })?.text).toBe('tom hanks');
});

test('a relaxation drops words, a filter, or several of both', () => {
  const filters = { genres: { any: ['Horror'], all: [], not: [] }, decades: [1980] };
  expect(relaxed(asked('red night', filters), { part: 'WORD', dropped: 'red' })).toEqual(asked('night', filters));
  expect(relaxed(asked('night', filters), { part: 'GENRES', dropped: 'Horror' })).toEqual(asked('night', { decades: [1980] }));
  expect(relaxed(asked('night', filters), { part: 'SEVERAL', dropped: 'night, Horror' })).toEqual(asked('', { decades: [1980] }));
  expect(relaxed(asked('night', filters), { part: 'SEVERAL', dropped: 'all filters' })).toEqual(asked('night'));
  expect(relaxed(asked('night'), { part: 'TEXT', dropped: 'night' })).toEqual(asked(''));
});

test('what the page has no words for is not offered', () => {
  expect(relaxed(asked('night'), { part: 'SEVERAL', dropped: 'night, runtime over 90' })).toBeUndefined();
  expect(relaxed(asked('night'), { part: 'WORD', dropped: 'day' })).toBeUndefined();
});
