import { describe, expect, test } from 'vitest';
import { MODES, VALUE_FIELDS, type Filters, type ValueFilter } from './filters';
import { EMPTY_QUESTION, readQuestion, SORTS, writeQuestion, type Question } from './question';

const read = (query: string): Question | undefined => readQuestion(new URLSearchParams(query));

/** A generator with a seed, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

const WORDS = ['Horror', 'Sci-Fi & Co', 'a=b', 'Šárka Ó', '日本', '100%', 'x+y', 'Mr. "Q"', 'a,b', '#1', '½'];

function anyQuestion(next: () => number): Question {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(next() * values.length)] as Value;
  const maybe = (): boolean => next() < 0.4;
  const some = (): string[] => (maybe() ? [...new Set([pick(WORDS), pick(WORDS)])] : []);
  const lists = VALUE_FIELDS.map((field) => {
    const values: ValueFilter = { any: some(), all: some(), not: some() };
    return [field, values] as const;
  }).filter(([, values]) => MODES.some((mode) => values[mode].length > 0));
  const filters: Filters = {
    ...Object.fromEntries(lists),
    ...(maybe() && { decades: [1970, 1980] }),
    ...(maybe() && { year: pick([{ from: 1972 }, { to: 1977 }, { from: 1972, to: 1977 }]) }),
    ...(maybe() && { runtime: { from: 60, to: 90 } }),
    ...(maybe() && { rating: { from: 7.25 } }),
    ...(maybe() && { title: pick(WORDS) }),
    ...(maybe() && { poster: maybe() }),
  };
  return { text: maybe() ? `${pick(WORDS)} ` : '', sort: pick(SORTS), filters };
}

describe('an address', () => {
  test('holds every question, whatever it has', () => {
    const next = random(7);
    for (let round = 0; round < 500; round += 1) {
      const question = anyQuestion(next);
      expect(read(writeQuestion(question))).toEqual(question);
    }
  });

  test('is readable', () => {
    const question: Question = {
      text: 'night',
      sort: 'RELEVANCE',
      filters: { genres: { any: ['Horror'], all: [], not: ['War'] }, year: { from: 1972, to: 1977 } },
    };
    expect(writeQuestion(question)).toBe('?q=night&genre=Horror&genre.not=War&from=1972&to=1977');
  });

  test('without a question is the start page', () => {
    expect(read('')).toBeUndefined();
    expect(read('utm_source=x')).toBeUndefined();
    expect(read(writeQuestion(EMPTY_QUESTION))).toEqual(EMPTY_QUESTION);
  });

  test('D2: a range of years stays as it is', () => {
    expect(read('q=night&from=1972&to=1977')?.filters.year).toEqual({ from: 1972, to: 1977 });
  });

  test('D10: words count, and a token beside them does not', () => {
    expect(read('q=alien&state=altered')).toEqual({ ...EMPTY_QUESTION, text: 'alien' });
    expect(read('state=token')).toEqual({ ...EMPTY_QUESTION, state: 'token' });
  });

  test('D10: years in the wrong order are swapped', () => {
    expect(read('from=1980&to=1970')?.filters.year).toEqual({ from: 1970, to: 1980 });
  });

  test.each(['from=soon', 'from=', 'sort=BEST', 'decade=x', 'from=99999999999', 'genre='])('ignores %s', (query) => {
    expect(read(query)).toBeUndefined();
  });
});
