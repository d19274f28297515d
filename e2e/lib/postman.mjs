// Builds the Postman collection from the shared operations and the assertions below.
import { operation } from './operations.mjs';

/** Requests with their operation, the assertions on `answer` (the data), and the variables for later requests. */
const OPERATIONS = [
  {
    name: 'Search',
    file: 'search',
    tests: [
      ['finds the movie that was meant', `pm.expect(answer.search.hits.edges[0].node.title).to.eql('The Godfather')`],
      ['counts exactly', `pm.expect(answer.search.total.relation).to.eql('EQUAL'); pm.expect(answer.search.total.value).to.be.above(0)`],
      ['highlights the words', `pm.expect(answer.search.hits.edges[0].highlights.map((text) => text.html).join()).to.include('<mark>Godfather</mark>')`],
      ['gives the reason', `pm.expect(answer.search.hits.edges[0].reasons.map((reason) => reason.kind)).to.include('TYPO')`],
      ['counts genres', `pm.expect(answer.search.facets.genres.values.map((value) => value.value)).to.include('Crime')`],
    ],
    save: { state: 'answer.search.state', movieId: 'answer.search.hits.edges[0].node.id' },
  },
  {
    name: 'Restore a state',
    file: 'restore',
    variables: '{ "state": "{{state}}" }',
    tests: [
      ['restores the same question', `pm.expect(answer.search.state).to.eql(pm.collectionVariables.get('state')); pm.expect(answer.search.hits.nodes[0].id).to.eql(pm.collectionVariables.get('movieId'))`],
    ],
  },
  {
    name: 'Autocomplete',
    file: 'autocomplete',
    tests: [
      ['suggests a person', `pm.expect(answer.autocomplete.map((one) => one.__typename + ' ' + one.text)).to.include('PersonSuggestion Al Pacino')`],
      ['finds a movie for each suggestion', `answer.autocomplete.forEach((one) => pm.expect(one.count).to.be.above(0))`],
    ],
  },
  {
    name: 'Movie and similar movies',
    file: 'movie',
    variables: '{ "id": "{{movieId}}" }',
    tests: [
      ['is the movie', `pm.expect(answer.movie.title).to.eql('The Godfather'); pm.expect(answer.movie.year).to.eql(1972)`],
      ['has similar movies', `pm.expect(answer.movie.similar.map((movie) => movie.title).join()).to.include('The Godfather Part')`],
      ['has its provenance', `pm.expect(answer.movie.provenance.provider).to.eql('multiplex')`],
    ],
  },
  {
    name: 'Many movies',
    file: 'movies',
    tests: [['keeps the order, with null for unknown ids', `pm.expect(answer.movies).to.have.length(2); pm.expect(answer.movies[0].title).to.eql('The Godfather'); pm.expect(answer.movies[1]).to.be.null`]],
  },
  {
    name: 'Person',
    file: 'person',
    tests: [
      ['is found in any spelling', `pm.expect(answer.person.name).to.eql('Robert De Niro')`],
      ['has movies and co-stars', `pm.expect(answer.person.filmography.nodes).to.not.be.empty; pm.expect(answer.person.costars).to.not.be.empty`],
    ],
  },
  {
    name: 'Path between co-stars',
    file: 'costars',
    tests: [['ends at the requested person', `pm.expect(answer.costars.steps).to.have.length(answer.costars.length); pm.expect(answer.costars.steps[answer.costars.length - 1].person.name).to.eql(answer.costars.to.name)`]],
  },
  {
    name: 'Node and nodes',
    file: 'node',
    tests: [['have their types', `pm.expect(answer.node.__typename).to.eql('Movie'); pm.expect(answer.nodes.map((node) => node.__typename)).to.eql(['Movie', 'Person'])`]],
  },
  {
    name: 'Catalogue and receipts',
    file: 'catalog',
    tests: [
      ['holds the seeds', `pm.expect(answer.catalog.movies).to.be.at.least(400)`],
      ['has receipts', `pm.expect(answer.importReceipts.totalCount).to.be.at.least(5)`],
    ],
  },
  {
    name: 'Receipt of one file',
    file: 'receipt',
    tests: [['is complete', `pm.expect(answer.importReceipt.status).to.eql('COMPLETE'); pm.expect(answer.importReceipt.refused).to.eql(0)`]],
  },
];

/** Requests that must be refused, with their error code. */
const REFUSALS = [
  ['Forged state', '{ search(state: "forged") { state } }', 'BAD_STATE'],
  ['Forged cursor', '{ search(text: "love") { hits(first: 1, after: "forged") { nodes { id } } } }', 'BAD_CURSOR'],
  ['Years in the wrong order', '{ search(where: { year: { gte: 2000, lte: 1990 } }) { total { value } } }', 'BAD_USER_INPUT'],
  ['Page too large', '{ search { hits(first: 101) { nodes { id } } } }', 'BAD_USER_INPUT'],
];

const test = (name, code) => `pm.test(${JSON.stringify(name)}, () => { ${code}; });`;
const script = (lines) => [{ listen: 'test', script: { type: 'text/javascript', exec: lines } }];
const graphql = (name, query, variables, lines) => ({
  name,
  event: script(lines),
  request: {
    method: 'POST',
    header: [{ key: 'Accept', value: 'application/graphql-response+json, application/json;q=0.9' }],
    body: { mode: 'graphql', graphql: { query, variables } },
    url: '{{baseUrl}}/graphql',
  },
});
const get = (name, url, lines, header = []) => ({ name, event: script(lines), request: { method: 'GET', header, url } });

export async function buildCollection() {
  const operations = await Promise.all(
    OPERATIONS.map(async ({ name, file, variables = '', tests, save = {} }) =>
      graphql(name, await operation(file), variables, [
        test('answers without errors', 'pm.response.to.have.status(200); pm.expect(pm.response.json().errors).to.be.undefined'),
        'const answer = pm.response.json().data;',
        ...tests.map(([what, code]) => test(what, code)),
        ...Object.entries(save).map(([key, value]) => `pm.collectionVariables.set('${key}', ${value});`),
      ]),
    ),
  );
  const refusals = REFUSALS.map(([name, query, code]) =>
    graphql(name, query, '', [
      test(`is refused as ${code}`, `pm.expect(pm.response.json().errors[0].extensions.code).to.eql('${code}')`),
    ]),
  );
  const http = [
    get('Query by GET', '{{baseUrl}}/graphql?query=%7B%20catalog%20%7B%20movies%20%7D%20%7D', [
      test('answers', 'pm.response.to.have.status(200); pm.expect(pm.response.json().data.catalog.movies).to.be.at.least(400)'),
    ]),
    get('Schema', '{{baseUrl}}/schema.graphql', [
      test('is SDL with an ETag', `pm.response.to.have.status(200); pm.expect(pm.response.text()).to.include('type Query'); pm.response.to.have.header('ETag')`),
      `pm.collectionVariables.set('schemaTag', pm.response.headers.get('ETag'));`,
    ]),
    get(
      'Schema, unchanged',
      '{{baseUrl}}/schema.graphql',
      [test('is not sent again', 'pm.response.to.have.status(304)')],
      [{ key: 'If-None-Match', value: '{{schemaTag}}' }],
    ),
    get('Alive', '{{baseUrl}}/livez', [test('answers', 'pm.response.to.have.status(200)')]),
    get('Ready', '{{baseUrl}}/readyz', [test('answers', 'pm.response.to.have.status(200)')]),
  ];
  return {
    info: {
      name: 'WIKIMovie',
      description:
        'Each operation of the WIKIMovie gateway with assertions, over the movies of `seeds/`. Generated from `clients/operations` by `npm run postman` in `e2e/`.',
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    item: [
      { name: 'Operations', item: operations },
      { name: 'Refusals', item: refusals },
      { name: 'HTTP', item: http },
    ],
    variable: ['state', 'movieId', 'schemaTag'].map((key) => ({ key, value: '' })),
  };
}
