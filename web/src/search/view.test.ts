import { describe, expect, test } from 'vitest';
import type { MovieFacets } from '../operations';
import { facets } from './testFacets';
import { filtersOf, readView, START_VIEW, withoutPiece, writeView, type View } from './view';

const read = (query: string): View => readView(new URL(query, 'https://movies.example/'));

describe('an address', () => {
  test.each<[string, Partial<View>]>([
    ['', {}],
    ['?q=the+godfahter', { text: 'the godfahter' }],
    ['?q=love&sort=YEAR_ASC', { text: 'love', sort: 'YEAR_ASC' }],
    ['?genre=Drama&genre=Crime', { filters: { genres: { anyOf: ['Drama', 'Crime'] } } }],
    ['?person=Toshir%C5%8D+Mifune', { filters: { cast: { anyOf: ['Toshirō Mifune'] } } }],
    ['?sort=RATING_DESC&director=Ida+Lupino', { sort: 'RATING_DESC', filters: { directors: { anyOf: ['Ida Lupino'] } } }],
    ['?writer=Ida+Lupino', { filters: { writers: { anyOf: ['Ida Lupino'] } } }],
    ['?provider=a%26b&decade=1980', { filters: { providers: { anyOf: ['a&b'] }, decades: [1980] } }],
    ['?from=1972&to=1974', { filters: { year: { gte: 1972, lte: 1974 } } }],
    ['?from=1972', { filters: { year: { gte: 1972 } } }],
    ['?q=love&genre=Drama&state=token', { text: 'love', filters: { genres: { anyOf: ['Drama'] } }, state: 'token' }],
    ['?q=love&after=cursor', { text: 'love', page: { after: 'cursor' } }],
    ['?q=love&before=cursor', { text: 'love', page: { before: 'cursor' } }],
  ])('%s is read and written back', (query, view) => {
    expect(read(query)).toEqual({ ...START_VIEW, ...view });
    expect(writeView({ ...START_VIEW, ...view })).toBe(query);
  });

  test.each([
    ['an unknown order', '?sort=BEST', ''],
    ['years that are no numbers', '?from=&to=soon&decade=80s&decade=', ''],
    ['years beyond every integer type', '?from=99999999999', ''],
    ['unknown parameters', '?utm_source=mail&q=love', '?q=love'],
  ])('ignores %s', (_, query, written) => {
    expect(writeView(read(query))).toBe(written);
  });
});

describe('filters of a view', () => {
  const shown = facets({ genres: ['Drama'], years: [[1970, 1974]] });

  test.each<[string, Partial<View>, MovieFacets | undefined, View['filters']]>([
    ['those of the address, not widened to buckets', { state: 'token', filters: { year: { gte: 1972, lte: 1974 } } }, shown, { year: { gte: 1972, lte: 1974 } }],
    ['those on show where a link holds a token alone', { state: 'token' }, shown, { genres: { anyOf: ['Drama'] }, year: { gte: 1970, lte: 1974 } }],
    ['none while the answer to a bare token is awaited', { state: 'token' }, undefined, {}],
    ['none for a readable question without filters', {}, shown, {}],
  ])('%s', (_, view, answered, expected) => {
    expect(filtersOf({ ...START_VIEW, ...view }, answered)).toEqual(expected);
  });
});

test.each([
  ['comedy 1980s', '1980s', 'comedy'],
  ['Comedy of the 1980S, please', '1980s', 'Comedy of the , please'],
  ['  war   and peace ', 'and', 'war peace'],
  ['love', 'war', 'love'],
  ['love', 'love', ''],
])('%j without %j is %j', (text, piece, expected) => {
  expect(withoutPiece(text, piece)).toBe(expected);
});
