/** GraphiQL's default tabs: the operations that all clients share, simplest first. */

const texts = import.meta.glob<string>('../../../clients/operations/*.graphql', {
  query: '?raw',
  import: 'default',
  eager: true,
});

const ORDER = [
  'search',
  'autocomplete',
  'movie',
  'person',
  'costars',
  'node',
  'catalog',
  'catalog-changed',
] as const;

export const examples = ORDER.map((name) => {
  const query = texts[`../../../clients/operations/${name}.graphql`];
  if (query === undefined) throw new Error(`clients/operations has no ${name}.graphql`);
  return { query };
});
