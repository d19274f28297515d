/** GraphiQL's default tabs: a short question, then the operations that all clients share, simplest first. */

import { ENDPOINT } from '../gateway/ask';
import start from './start.graphql?raw';

const texts = import.meta.glob<string>('../../../clients/operations/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const ORDER = ['search', 'autocomplete', 'movie', 'person', 'costars', 'node', 'catalog', 'catalog-changed'] as const;

interface Tab {
  readonly query: string;
  readonly variables?: string;
}

/** Ids that the catalogue has; none where it does not answer at once. The defaults of the operations are of the seeds. */
async function firstIds(): Promise<{ movie?: string | undefined; person?: string | undefined }> {
  const query = '{ search { hits(first: 1) { nodes { id people(first: 1) { id } } } } }';
  try {
    const response = await fetch(ENDPOINT, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
      signal: AbortSignal.timeout(1_500),
    });
    const { data } = (await response.json()) as {
      data?: { search: { hits: { nodes: { id: string; people: { id: string }[] }[] } } };
    };
    const movie = data?.search.hits.nodes[0];
    return { movie: movie?.id, person: movie?.people[0]?.id };
  } catch {
    return {};
  }
}

export async function examples(): Promise<Tab[]> {
  const { movie, person } = await firstIds();
  const variables: Partial<Record<(typeof ORDER)[number], object>> =
    movie === undefined ? {} : { movie: { id: movie }, node: { id: movie, ids: [movie, ...(person ? [person] : [])] } };
  const operations = ORDER.map((name) => {
    const query = texts[`../../../clients/operations/${name}.graphql`];
    if (query === undefined) throw new Error(`clients/operations has no ${name}.graphql`);
    const given = variables[name];
    return given ? { query, variables: JSON.stringify(given, undefined, 2) } : { query };
  });
  return [{ query: start }, ...operations];
}
