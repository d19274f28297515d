/** GraphiQL's first tabs: the operations that all clients share, in the order a newcomer would try them. */

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
  if (query === undefined) throw new Error(`clients/operations holds ${name}.graphql`);
  return { query };
});
