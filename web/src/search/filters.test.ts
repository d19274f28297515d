import { describe, expect, test } from 'vitest';
import { relaxFilters, selectedFilters, toggleValue, toggleWriter, toggleYears, type Filters, type ValueFacet } from './filters';
import { facets } from './testFacets';

test('selected values become filters, others do not', () => {
  expect(selectedFilters(facets({}))).toEqual({});
  const shown = facets({
    genres: ['Drama', 'Crime'],
    cast: ['Al Pacino'],
    directors: ['Michael Mann'],
    decades: ['1970'],
    providers: ['streamline'],
    years: [[1970, 1974], [1975, 1979]],
  });
  expect(selectedFilters(shown)).toEqual({
    genres: { anyOf: ['Drama', 'Crime'] },
    cast: { anyOf: ['Al Pacino'] },
    directors: { anyOf: ['Michael Mann'] },
    decades: [1970],
    providers: { anyOf: ['streamline'] },
    year: { gte: 1970, lte: 1979 },
  });
});

describe('a click on a value', () => {
  test.each<[string, string[], ValueFacet, string, Filters]>([
    ['adds the first', [], 'genres', 'Drama', { genres: { anyOf: ['Drama'] } }],
    ['adds another', ['Drama'], 'genres', 'Crime', { genres: { anyOf: ['Drama', 'Crime'] } }],
    ['removes one of two', ['Drama', 'Crime'], 'cast', 'Drama', { cast: { anyOf: ['Crime'] } }],
    ['removes the last and its filter', ['Drama'], 'providers', 'Drama', {}],
    ['makes numbers of decades', ['1970'], 'decades', '1980', { decades: [1970, 1980] }],
  ])('%s', (_, selected, facet, value, expected) => {
    const kept: Filters = { year: { gte: 1972, lte: 1974 } };
    expect(toggleValue(kept, facets({ [facet]: selected }), facet, value)).toEqual({ ...kept, ...expected });
  });

  test('finds the filter where the address spells the value otherwise', () => {
    const typed: Filters = { genres: { anyOf: ['drama'] } };
    expect(toggleValue(typed, facets({ genres: ['Drama'] }), 'genres', 'Drama')).toEqual({});
  });
});

test.each<[string, Filters, Filters]>([
  ['sets the range', {}, { year: { gte: 1970, lte: 1974 } }],
  ['replaces a range inside the bucket', { year: { gte: 1972, lte: 1974 } }, { year: { gte: 1970, lte: 1974 } }],
  ['replaces an open range', { year: { gte: 1970 } }, { year: { gte: 1970, lte: 1974 } }],
  ['removes a range that equals the bucket', { year: { gte: 1970, lte: 1974 } }, {}],
])('a click on a bar %s', (_, before, after) => {
  expect(toggleYears(before, { from: 1970, to: 1974 })).toEqual(after);
});

test('a writer is added once and removed again', () => {
  const one = toggleWriter({ decades: [1970] }, 'Ida Lupino');
  expect(one).toEqual({ decades: [1970], writers: { anyOf: ['Ida Lupino'] } });
  expect(toggleWriter(toggleWriter(one, 'Collier Young'), 'Ida Lupino')).toEqual({
    decades: [1970],
    writers: { anyOf: ['Collier Young'] },
  });
  expect(toggleWriter(one, 'Ida Lupino')).toEqual({ decades: [1970] });
  expect(relaxFilters(one, 'WRITERS')).toEqual({ decades: [1970] });
});

test('a relaxation drops its own filter alone', () => {
  const filters: Filters = { genres: { anyOf: ['Drama'] }, decades: [1970] };
  expect(relaxFilters(filters, 'GENRES')).toEqual({ decades: [1970] });
  expect(relaxFilters(filters, 'DECADES')).toEqual({ genres: { anyOf: ['Drama'] } });
  expect(relaxFilters({ directors: { anyOf: ['Michael Mann'] } }, 'DIRECTORS')).toEqual({});
  expect(relaxFilters(filters, 'WORD')).toEqual(filters);
  expect(relaxFilters(filters, 'TITLE')).toEqual(filters);
});
