/**
 * What the page shows, as its address says it. Everything needed to show the same page again stands in the
 * address, so sharing, reloading and the Back button need nothing else.
 *
 * A question is either readable (`q`, `sort`, `genre`, …) or a state token that the gateway gave out (`state`).
 * Beside a token, `q` only fills the box and `sort` only the menu: the token already holds them.
 */

import type { MovieFacets, MovieSort, MovieWhere } from '../operations';

export interface View {
  readonly text: string;
  readonly sort: MovieSort;
  readonly where: MovieWhere;
  readonly state?: string | undefined;
  readonly page?: PagePlace | undefined;
}

/** A page other than the first: behind or before a cursor. */
export type PagePlace = { readonly after: string } | { readonly before: string };

export const SORTS: readonly (readonly [MovieSort, string])[] = [
  ['RELEVANCE', 'Best match'],
  ['YEAR_DESC', 'Newest first'],
  ['YEAR_ASC', 'Oldest first'],
  ['TITLE_ASC', 'Title A–Z'],
  ['TITLE_DESC', 'Title Z–A'],
];

const isSort = (value: string | null): value is MovieSort => SORTS.some(([sort]) => sort === value);

const LISTS = [
  ['genres', 'genre'],
  ['cast', 'person'],
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
    where: readWhere(address.searchParams),
    state: get('state'),
    page: after ? { after } : before ? { before } : undefined,
  };
}

function readWhere(params: URLSearchParams): MovieWhere {
  const where: Record<string, unknown> = {};
  for (const [field, name] of LISTS) {
    const anyOf = params.getAll(name);
    if (anyOf.length > 0) where[field] = { anyOf };
  }
  const decades = params.getAll('decade').map(Number).filter(Number.isInteger);
  if (decades.length > 0) where['decades'] = decades;
  const year = { gte: readYear(params.get('from')), lte: readYear(params.get('to')) };
  if (year.gte !== undefined || year.lte !== undefined) where['year'] = year;
  return where as MovieWhere;
}

function readYear(value: string | null): number | undefined {
  const year = Number(value);
  return value !== null && Number.isInteger(year) ? year : undefined;
}

/** The query part of the view's address; empty for the start page. */
export function writeView(view: View): string {
  const params = new URLSearchParams();
  if (view.text) params.set('q', view.text);
  if (view.sort !== 'RELEVANCE') params.set('sort', view.sort);
  if (view.state === undefined) writeWhere(view.where, params);
  else params.set('state', view.state);
  if (view.page && 'after' in view.page) params.set('after', view.page.after);
  if (view.page && 'before' in view.page) params.set('before', view.page.before);
  const query = params.toString();
  return query ? `?${query}` : '';
}

function writeWhere(where: MovieWhere, params: URLSearchParams): void {
  for (const [field, name] of LISTS) {
    for (const value of where[field]?.anyOf ?? []) params.append(name, value);
  }
  for (const decade of where.decades ?? []) params.append('decade', String(decade));
  if (where.year?.gte !== undefined) params.set('from', String(where.year.gte));
  if (where.year?.lte !== undefined) params.set('to', String(where.year.lte));
}

/**
 * The filter that an answer shows as selected. A token cannot be read here, and need not be: selected values
 * are always listed, so new text or another order can keep them.
 */
export function selectedWhere(facets: MovieFacets): MovieWhere {
  const where: Record<string, unknown> = {};
  for (const [field] of LISTS) {
    const anyOf = facets[field].values.filter((value) => value.selected).map((value) => value.value);
    if (anyOf.length > 0) where[field] = { anyOf };
  }
  const decades = facets.decades.values.filter((value) => value.selected).map((value) => Number(value.value));
  if (decades.length > 0) where['decades'] = decades;
  const years = facets.years.buckets.filter((bucket) => bucket.selected);
  const [first, last] = [years[0], years.at(-1)];
  if (first && last) where['year'] = { gte: first.from, lte: last.to };
  return where as MovieWhere;
}

/** The text without one piece of it, for what the box shows after a chip or a word was dropped. */
export function withoutPiece(text: string, piece: string): string {
  const at = text.toLowerCase().indexOf(piece.toLowerCase());
  const rest = at < 0 ? text : text.slice(0, at) + text.slice(at + piece.length);
  return rest.replace(/\s+/g, ' ').trim();
}
