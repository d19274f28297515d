/**
 * A question as the address of the page holds it, always in words: `?q=alien&genre=Horror&from=1972&to=1979`. A token of the
 * gateway (`state`) is read only where the address has no words, and never written.
 */

import type { MovieSort } from '../operations';
import { MODES, setRange, valuesOf, VALUE_FIELDS, type Filters, type Mode, type RangeField, type ValueField } from './filters';

export interface Question {
  readonly text: string;
  readonly sort: MovieSort;
  readonly filters: Filters;
  /** Token of a whole question, of a link that has nothing else. */
  readonly state?: string;
}

export const EMPTY_QUESTION: Question = { text: '', sort: 'RELEVANCE', filters: {} };

export const SORTS: readonly MovieSort[] = [
  'RELEVANCE',
  'YEAR_DESC',
  'YEAR_ASC',
  'TITLE_ASC',
  'TITLE_DESC',
  'RATING_DESC',
  'POPULARITY_DESC',
];

const PARAMETER: Readonly<Record<ValueField, string>> = {
  genres: 'genre',
  cast: 'person',
  directors: 'director',
  writers: 'writer',
  languages: 'language',
  countries: 'country',
  providers: 'provider',
};
const RANGE_PARAMETERS: Readonly<Record<RangeField, readonly [string, string]>> = {
  year: ['from', 'to'],
  runtime: ['minutes.from', 'minutes.to'],
  rating: ['rating.from', 'rating.to'],
};

const parameter = (field: ValueField, mode: Mode): string =>
  mode === 'any' ? PARAMETER[field] : `${PARAMETER[field]}.${mode}`;

/** The question of an address; undefined where it asks nothing, which is the start page. */
export function readQuestion(params: URLSearchParams): Question | undefined {
  const text = params.get('q') ?? '';
  const sort = SORTS.find((known) => known === params.get('sort'));
  const filters = readFilters(params);
  if (text !== '' || sort !== undefined || Object.keys(filters).length > 0) {
    return { text, sort: sort ?? 'RELEVANCE', filters };
  }
  const state = params.get('state');
  return state ? { ...EMPTY_QUESTION, state } : undefined;
}

function readFilters(params: URLSearchParams): Filters {
  const lists = VALUE_FIELDS.map((field) => {
    const read = (mode: Mode): string[] => [...new Set(params.getAll(parameter(field, mode)).filter(Boolean))];
    return [field, { any: read('any'), all: read('all'), not: read('not') }] as const;
  });
  let filters: Filters = Object.fromEntries(lists.filter(([, values]) => MODES.some((mode) => values[mode].length > 0)));
  for (const [field, [from, to]] of Object.entries(RANGE_PARAMETERS)) {
    const range = { from: readNumber(params.get(from)), to: readNumber(params.get(to)) };
    filters = setRange(filters, field as RangeField, range);
  }
  const decades = params.getAll('decade').map(readNumber).filter((decade) => decade !== undefined);
  if (decades.length > 0) filters = { ...filters, decades: [...new Set(decades)] };
  const title = params.get('title');
  if (title) filters = { ...filters, title };
  const poster = params.get('poster');
  if (poster === 'yes' || poster === 'no') filters = { ...filters, poster: poster === 'yes' };
  return filters;
}

/** Ignores what is no number: an address that a person edited must still open the page. */
function readNumber(value: string | null): number | undefined {
  return value !== null && /^-?\d{1,9}(\.\d{1,2})?$/.test(value) ? Number(value) : undefined;
}

/** The query part of the address, with its `?`. A question that asks nothing lists all movies by its sort. */
export function writeQuestion(question: Question, after?: string): string {
  const params = new URLSearchParams();
  const { text, sort, filters, state } = question;
  if (text) params.set('q', text);
  for (const field of VALUE_FIELDS) {
    for (const mode of MODES) {
      for (const value of valuesOf(filters, field)[mode]) params.append(parameter(field, mode), value);
    }
  }
  for (const decade of filters.decades ?? []) params.append('decade', String(decade));
  for (const [field, [from, to]] of Object.entries(RANGE_PARAMETERS)) {
    const range = filters[field as RangeField];
    if (range?.from !== undefined) params.set(from, String(range.from));
    if (range?.to !== undefined) params.set(to, String(range.to));
  }
  if (filters.title !== undefined) params.set('title', filters.title);
  if (filters.poster !== undefined) params.set('poster', filters.poster ? 'yes' : 'no');
  if (state !== undefined) params.set('state', state);
  else if (sort !== 'RELEVANCE' || params.size === 0) params.set('sort', sort);
  if (after !== undefined) params.set('after', after);
  return `?${params}`;
}
