/** Each operation against a live gateway over the movies of `seeds/`. The compiler checks the types, these tests the values. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AutocompleteDocument,
  CatalogDocument,
  CostarsDocument,
  MovieDocument,
  MoviesDocument,
  NodeDocument,
  PersonDocument,
  RequestError,
  ReceiptDocument,
  RestoreDocument,
  SearchDocument,
} from '../src/index.js';
import { client, live } from './gateway.js';

test('a typo finds the movie that was meant', live, async () => {
  const { search } = await client.ask(SearchDocument);
  const first = search.hits.edges[0];
  assert.equal(first?.node.title, 'The Godfather');
  assert.equal(search.total.relation, 'EQUAL');
  const title = first.highlights.find(({ field }) => field === 'TITLE');
  const highlighted = title?.spans.map(({ start, end }) => title.text.slice(start, end));
  assert.ok(highlighted?.includes('Godfather'), `highlighted: ${highlighted?.join()}`);
  assert.ok(title?.html.includes('<mark>Godfather</mark>'));
  assert.ok(first.reasons.some(({ kind, matched }) => kind === 'TYPO' && /godfather/i.test(matched)));
  assert.ok(search.facets.genres.values.some(({ value }) => value === 'Crime'));
});

test('filters are typed, and a facet value has the state token of its toggle', live, async () => {
  const where = { genres: { anyOf: ['Crime'] }, year: { gte: 1970, lte: 1979 } };
  const { search } = await client.ask(SearchDocument, { text: null, where, sort: 'YEAR_ASC' });
  assert.ok(search.total.value > 0);
  for (const { node } of search.hits.edges) {
    assert.ok(node.genres.includes('Crime'));
    assert.ok(node.year !== null && node.year >= 1970 && node.year <= 1979);
  }
  const crime = search.facets.genres.values.find(({ value }) => value === 'Crime');
  assert.equal(crime?.selected, true);
  assert.equal(crime.count, search.total.value);
  const without = await client.ask(RestoreDocument, { state: crime.toggle });
  assert.ok(without.search.total.value > search.total.value);
});

test('a state token restores its question, and paging goes forward and back', live, async () => {
  const { search } = await client.ask(SearchDocument, { text: 'love', first: 3 });
  const state = search.state;
  const first = await client.ask(RestoreDocument, { state, first: 3 });
  assert.deepEqual(
    first.search.hits.nodes.map(({ id }) => id),
    search.hits.edges.map(({ node }) => node.id),
  );
  assert.equal(first.search.state, state);
  const second = await client.ask(RestoreDocument, { state, first: 3, after: first.search.hits.pageInfo.endCursor });
  assert.equal(second.search.hits.pageInfo.hasPreviousPage, true);
  const back = await client.ask(RestoreDocument, {
    state,
    first: null,
    last: 3,
    before: second.search.hits.pageInfo.startCursor,
  });
  assert.deepEqual(back.search.hits.nodes, first.search.hits.nodes);
});

test('suggestions are people, movies and genres with counts', live, async () => {
  const { autocomplete } = await client.ask(AutocompleteDocument);
  const person = autocomplete.find((suggestion) => suggestion.__typename === 'PersonSuggestion');
  assert.equal(person?.person.name, 'Al Pacino');
  assert.ok(autocomplete.every(({ count }) => count > 0));
  const genres = await client.ask(AutocompleteDocument, { prefix: 'come', kinds: ['GENRE'] });
  assert.ok(genres.autocomplete.some((suggestion) => suggestion.__typename === 'GenreSuggestion' && suggestion.genre === 'Comedy'));
});

test('a movie has similar movies and its provenance', live, async () => {
  const { movie } = await client.ask(MovieDocument);
  assert.equal(movie?.title, 'The Godfather');
  assert.equal(movie.year, 1972);
  assert.equal(movie.provenance.provider, 'multiplex');
  assert.ok(movie.similar.some(({ title }) => title.startsWith('The Godfather Part')));
});

test('movies keep the order of their ids, with null for unknown ones', live, async () => {
  const { movies } = await client.ask(MoviesDocument);
  assert.equal(movies.length, 2);
  assert.ok(movies[0]?.people.some(({ name }) => name === 'Al Pacino'));
  assert.equal(movies[1], null);
});

test('a person has a filmography and co-stars', live, async () => {
  const { person } = await client.ask(PersonDocument);
  assert.equal(person?.name, 'Robert De Niro');
  assert.ok(person.movieCount >= person.filmography.nodes.length);
  assert.ok(person.costars.length > 0);
  const nobody = await client.ask(PersonDocument, { name: 'Nobody Of That Name' });
  assert.equal(nobody.person, null);
});

test('a path of movies connects two people', live, async () => {
  const { costars } = await client.ask(CostarsDocument);
  assert.ok(costars);
  assert.equal(costars.steps.length, costars.length);
  assert.equal(costars.steps.at(-1)?.person.name, costars.to.name);
});

test('a node is fetched by its global id', live, async () => {
  const { node, nodes } = await client.ask(NodeDocument);
  assert.ok(node?.__typename === 'Movie' && node.title === 'The Godfather');
  assert.deepEqual(
    nodes.map((item) => item?.__typename),
    ['Movie', 'Person'],
  );
});

test('the catalogue has counts, and each file a receipt', live, async () => {
  const { catalog, importReceipts } = await client.ask(CatalogDocument);
  assert.ok(catalog.movies >= 400);
  assert.equal(
    catalog.providers.reduce((sum, provider) => sum + provider.movies, 0),
    catalog.movies,
  );
  assert.equal(importReceipts.totalCount, importReceipts.nodes.length);
  const { importReceipt } = await client.ask(ReceiptDocument);
  assert.equal(importReceipt?.provider, 'nickelodeon');
  assert.equal(importReceipt.status, 'COMPLETE');
});

test('a forged token has its error code', live, async () => {
  await assert.rejects(
    client.ask(RestoreDocument, { state: 'forged' }),
    (error) => error instanceof RequestError && error.code === 'BAD_STATE',
  );
});
