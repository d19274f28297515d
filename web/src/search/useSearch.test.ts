import { expect, test } from 'vitest';
import { PAGE_SIZE, variables } from './useSearch';
import { START_VIEW, type View } from './view';

const OPTIONS = {
  genres: 10,
  genresContain: '',
  people: 8,
  peopleContain: 'mifune',
  directors: 8,
  directorsContain: '',
};
const FACETS = { genres: 10, people: 8, peopleContain: 'mifune', directors: 8 };

test.each<[string, Partial<View>, object]>([
  [
    'a readable question',
    { text: 'love', filters: { decades: [1980] } },
    { text: 'love', where: { decades: [1980] }, sort: 'RELEVANCE', first: PAGE_SIZE },
  ],
  ['a token in place of all that it holds', { text: 'love', filters: { decades: [1980] }, state: 'token' }, { state: 'token', first: PAGE_SIZE }],
  ['the next page', { state: 'token', page: { after: 'cursor' } }, { state: 'token', first: PAGE_SIZE, after: 'cursor' }],
  ['the previous page', { state: 'token', page: { before: 'cursor' } }, { state: 'token', last: PAGE_SIZE, before: 'cursor' }],
])('%s', (_, view, expected) => {
  expect(variables({ ...START_VIEW, ...view }, OPTIONS)).toEqual({ ...expected, ...FACETS });
});
