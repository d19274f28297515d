import { expect, test } from 'vitest';
import { movieHref, pathHref, personHref, readRoute, searchHref } from './route';
import { EMPTY_QUESTION } from './question';

const route = (path: string) => readRoute(new URL(path, 'http://localhost'));

test.each([
  ['/', { view: 'start' }],
  ['/movie/TW92aWU6MQ', { view: 'movie', id: 'TW92aWU6MQ' }],
  ['/path', { view: 'path', from: '', to: '' }],
  ['/path?from=A&to=B', { view: 'path', from: 'A', to: 'B' }],
  ['/movie/', { view: 'lost' }],
  ['/movie/1/2', { view: 'lost' }],
  ['/else', { view: 'lost' }],
  ['/person/%E0%A4', { view: 'lost' }],
])('%s', (path, expected) => {
  expect(route(path)).toEqual(expected);
});

test.each(['Al Pacino', 'AC/DC', 'Šárka Ó', 'a?b#c', '50% off'])('the page of %s has an address', (name) => {
  expect(route(personHref(name))).toEqual({ view: 'person', name });
  expect(route(movieHref('TW92aWU6YS9i=='))).toEqual({ view: 'movie', id: 'TW92aWU6YS9i==' });
  expect(route(pathHref(name, 'B'))).toEqual({ view: 'path', from: name, to: 'B' });
});

test('a search keeps its cursor beside the question', () => {
  const question = { ...EMPTY_QUESTION, text: 'alien' };
  expect(route(searchHref(question, 'abc'))).toEqual({ view: 'search', question, after: 'abc' });
});
