/** From an address to the view that it opens, and back. */

import { readQuestion, writeQuestion, type Question } from './question';

export type Route =
  | { readonly view: 'start' }
  | { readonly view: 'search'; readonly question: Question; readonly after?: string }
  | { readonly view: 'movie'; readonly id: string }
  | { readonly view: 'person'; readonly name: string }
  | { readonly view: 'path'; readonly from: string; readonly to: string }
  /** No page has this address. */
  | { readonly view: 'lost' };

export function readRoute({ pathname, searchParams }: URL): Route {
  const [, first = '', second = '', ...rest] = pathname.split('/');
  if (rest.length > 0) return { view: 'lost' };
  const name = decode(second);
  switch (first) {
    case '': {
      const question = readQuestion(searchParams);
      const after = searchParams.get('after');
      return question ? { view: 'search', question, ...(after && { after }) } : { view: 'start' };
    }
    case 'movie':
      return name ? { view: 'movie', id: name } : { view: 'lost' };
    case 'person':
      return name ? { view: 'person', name } : { view: 'lost' };
    case 'path':
      if (second !== '') return { view: 'lost' };
      return { view: 'path', from: searchParams.get('from') ?? '', to: searchParams.get('to') ?? '' };
    default:
      return { view: 'lost' };
  }
}

/** Undefined for what is no UTF-8. */
function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

export const searchHref = (question: Question, after?: string): string => `/${writeQuestion(question, after)}`;
export const movieHref = (id: string): string => `/movie/${encodeURIComponent(id)}`;
export const personHref = (name: string): string => `/person/${encodeURIComponent(name)}`;
export const pathHref = (from: string, to: string): string => {
  const params = new URLSearchParams({ ...(from && { from }), ...(to && { to }) });
  return params.size > 0 ? `/path?${params}` : '/path';
};
