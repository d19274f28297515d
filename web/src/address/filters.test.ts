import { expect, test } from 'vitest';
import {
  addValue,
  countFilters,
  modeOf,
  removeValue,
  setAll,
  setRange,
  toggleDecade,
  toggleExcluded,
  toggleValue,
  whereOf,
  type Filters,
} from './filters';

const horror: Filters = { genres: { any: ['Horror'], all: [], not: [] } };

test('a click chooses a value, and another one takes it out', () => {
  expect(toggleValue({}, 'genres', 'Horror')).toEqual(horror);
  expect(toggleValue(horror, 'genres', 'Horror')).toEqual({});
});

test('values are one without case and accents, as for the gateway', () => {
  expect(modeOf({ cast: { any: ['toshiro mifune'], all: [], not: [] } }, 'cast', 'Toshirō Mifune')).toBe('any');
  expect(toggleValue({ genres: { any: ['horror'], all: [], not: [] } }, 'genres', 'Horror')).toEqual({});
});

test('a value is chosen, required or excluded, one at a time', () => {
  const excluded = toggleExcluded(horror, 'genres', 'Horror');
  expect(excluded).toEqual({ genres: { any: [], all: [], not: ['Horror'] } });
  expect(toggleValue(excluded, 'genres', 'Horror')).toEqual(horror);
  expect(toggleExcluded(excluded, 'genres', 'Horror')).toEqual({});
});

test('where all must hold, the next one joins them', () => {
  const all = setAll(addValue(horror, 'genres', 'Comedy', 'any'), 'genres', true);
  expect(all).toEqual({ genres: { any: [], all: ['Horror', 'Comedy'], not: [] } });
  expect(toggleValue(all, 'genres', 'War').genres?.all).toEqual(['Horror', 'Comedy', 'War']);
  expect(setAll(all, 'genres', false).genres?.any).toEqual(['Horror', 'Comedy']);
});

test('a change of one filter leaves all others as they are', () => {
  const others: Filters = { title: 'night', poster: true, rating: { from: 7 }, year: { from: 1972, to: 1977 } };
  expect(toggleValue(others, 'genres', 'Horror')).toEqual({ ...others, ...horror });
  expect(removeValue({ ...others, ...horror }, 'genres', 'Horror')).toEqual(others);
  expect(toggleDecade(toggleDecade(others, 1970), 1970)).toEqual(others);
});

test('a range has its ends in order, and none without an end', () => {
  expect(setRange({}, 'year', { from: 1980, to: 1970 })).toEqual({ year: { from: 1970, to: 1980 } });
  expect(setRange({ year: { from: 1970 } }, 'year', {})).toEqual({});
});

test('the contract gets what is in use', () => {
  const filters: Filters = {
    genres: { any: ['Horror'], all: [], not: ['War'] },
    year: { from: 1972 },
    decades: [1970],
    poster: false,
  };
  expect(whereOf(filters)).toEqual({
    genres: { anyOf: ['Horror'], noneOf: ['War'] },
    year: { gte: 1972 },
    decades: [1970],
    hasPoster: false,
  });
  expect(countFilters(filters)).toBe(5);
  expect(whereOf({})).toBeUndefined();
});
