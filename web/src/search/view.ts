/**
 * What the page shows, as its address says it. The address holds everything that the same page needs, so sharing,
 * reloading and the Back button work without other storage.
 *
 * A question is either readable (`q`, `sort`, `genre`, …) or a state token of the gateway (`state`). A token holds the whole
 * question; the readable parameters beside it say what the search box, the sort menu and the next question start from.
 */

import type { MovieFacets, MovieSort, RelaxedPart } from '../operations';
import { selectedFilters, type Filters, type YearRange } from './filters';

export interface View {
  readonly text: string;
  readonly sort: MovieSort;
  readonly filters: Filters;
  readonly state?: string | undefined;
  readonly page?: PageCursor | undefined;
}

/** A page other than the first: after or before a cursor. */
export type PageCursor = { readonly after: string } | { readonly before: string };

export const START_VIEW: View = { text: '', sort: 'RELEVANCE', filters: {} };

export const SORTS: readonly (readonly [MovieSort, string])[] = [
  ['RELEVANCE', 'Best match'],
  ['YEAR_DESC', 'Newest first'],
  ['YEAR_ASC', 'Oldest first'],
  ['TITLE_ASC', 'Title A–Z'],
  ['TITLE_DESC', 'Title Z–A'],
  ['RATING_DESC', 'Best rated'],
];

const isSort = (value: string | null): value is MovieSort => SORTS.some(([sort]) => sort === value);

const LIST_PARAMETERS = [
  ['genres', 'genre'],
  ['cast', 'person'],
  ['directors', 'director'],
  ['writers', 'writer'],
  ['providers', 'provider'],
] as const;

export function readView(address: URL): View {
  const get = (name: string): string | undefined => address.searchParams.get(name) ?? undefined;
  const sort = address.searchParams.get('sort');
  const after = get('after');
  const before = get('before');
  return {
    text: get('q') ?? '',
    sort: isSort(sort) ? sort : 'RELEVANCE',
    filters: readFilters(address.searchParams),
    state: get('state'),
    page: after ? { after } : before ? { before } : undefined,
  };
}

function readFilters(params: URLSearchParams): Filters {
  const lists = LIST_PARAMETERS.map(([field, name]) => [field, { anyOf: params.getAll(name) }] as const);
  const decades = params.getAll('decade').map(readYear).filter((decade) => decade !== undefined);
  const year = readRange(params);
  return {
    ...Object.fromEntries(lists.filter(([, { anyOf }]) => anyOf.length > 0)),
    ...(decades.length > 0 && { decades }),
    ...(year && { year }),
  };
}

function readRange(params: URLSearchParams): YearRange | undefined {
  const gte = readYear(params.get('from'));
  const lte = readYear(params.get('to'));
  if (gte === undefined && lte === undefined) return undefined;
  return { ...(gte !== undefined && { gte }), ...(lte !== undefined && { lte }) };
}

/** Ignores what is no whole number: an address that a person edited must still open the page. */
function readYear(value: string | null): number | undefined {
  return value !== null && /^-?\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** The query part of the view's address; empty for the start page. */
export function writeView(view: View): string {
  const params = new URLSearchParams();
  if (view.text) params.set('q', view.text);
  if (view.sort !== 'RELEVANCE') params.set('sort', view.sort);
  writeFilters(view.filters, params);
  if (view.state !== undefined) params.set('state', view.state);
  if (view.page && 'after' in view.page) params.set('after', view.page.after);
  if (view.page && 'before' in view.page) params.set('before', view.page.before);
  const query = params.toString();
  return query ? `?${query}` : '';
}

function writeFilters(filters: Filters, params: URLSearchParams): void {
  for (const [field, name] of LIST_PARAMETERS) {
    for (const value of filters[field]?.anyOf ?? []) params.append(name, value);
  }
  for (const decade of filters.decades ?? []) params.append('decade', String(decade));
  if (filters.year?.gte !== undefined) params.set('from', String(filters.year.gte));
  if (filters.year?.lte !== undefined) params.set('to', String(filters.year.lte));
}

/** The view's filters. A link may hold a token and nothing beside it: then its answer's facets show them. */
export function filtersOf(view: View, facets: MovieFacets | undefined): Filters {
  const tokenOnly = view.state !== undefined && Object.keys(view.filters).length === 0;
  return tokenOnly && facets ? selectedFilters(facets) : view.filters;
}

/** The text without one piece of it: what the search box shows after a chip or a word was dropped. */
export function withoutPiece(text: string, piece: string): string {
  const at = text.toLowerCase().indexOf(piece.toLowerCase());
  const rest = at < 0 ? text : text.slice(0, at) + text.slice(at + piece.length);
  return rest.replace(/\s+/g, ' ').trim();
}

/** The text without what a relaxation drops of it. */
export function withoutPart(text: string, part: RelaxedPart, dropped: string): string {
  switch (part) {
    case 'WORD':
    case 'PERSON':
    case 'UNDERSTOOD':
      return withoutPiece(text, dropped);
    case 'SEVERAL':
      return dropped.split(', ').reduce(withoutPiece, text);
    case 'TEXT':
      return '';
    default:
      return text;
  }
}
