import { renderToStaticMarkup } from 'preact-render-to-string';
import { expect, test } from 'vitest';
import { EMPTY_QUESTION } from '../address/question';
import { Group } from '../facets/Group';
import { HitsDocument, type Hit, type Span } from '../operations';
import { Card } from './Card';
import { Chips } from './Chips';
import { duration } from './duration';
import { Highlighted } from './Highlighted';
import { initials } from './Ticket';

test.each<[string, string, Span[], string]>([
  ['no span', 'The Godfather', [], 'The Godfather'],
  ['one span', 'The Godfather', [{ start: 4, end: 13 }], 'The <mark>Godfather</mark>'],
  ['spans side by side', 'ab', [{ start: 0, end: 1 }, { start: 1, end: 2 }], '<mark>a</mark><mark>b</mark>'],
  ['UTF-16 code units', '🎬 Amélie', [{ start: 3, end: 9 }], '🎬 <mark>Amélie</mark>'],
  ['markup in the text', '<b>&</b>', [{ start: 0, end: 3 }], '<mark>&lt;b></mark>&amp;&lt;/b>'],
  ['a span that overlaps the one before', 'abcd', [{ start: 0, end: 3 }, { start: 2, end: 4 }], '<mark>abc</mark>d'],
  ['a span beyond the text', 'abc', [{ start: 1, end: 9 }], 'abc'],
])('%s', (_, text, spans, html) => {
  expect(renderToStaticMarkup(<Highlighted text={text} spans={spans} />)).toBe(html);
});

const hit: Hit = {
  node: {
    id: 'id',
    title: 'The Godfather',
    year: 1972,
    directors: ['Francis Ford Coppola'],
    cast: ['Marlon Brando', 'Al Pacino', 'James Caan', 'Robert Duvall', 'Diane Keaton', 'Talia Shire'],
    genres: ['Crime', 'Drama'],
    summary: 'A son.',
    runtime: 175,
    rating: 9.2,
    attribution: null,
  },
  highlights: [{ field: 'CAST', text: 'Al Martino', spans: [{ start: 0, end: 2 }] }],
  reasons: [
    { kind: 'TYPO', typed: 'the godfahter', matched: 'The Godfather' },
    { kind: 'TYPO', typed: 'godfahter', matched: 'Godfather' },
    { kind: 'TYPO', typed: 'godfahter', matched: 'godfather' },
    { kind: 'WORD', typed: 'the', matched: 'The' },
  ],
};

test('D5: a card shows a few names, first the one that was found, and stops the Tab key twice', () => {
  const html = renderToStaticMarkup(<Card hit={hit} />);
  expect(html).toContain('href="/movie/id"');
  expect(html).toContain('<mark>Al</mark> Martino');
  expect(html.match(/href="\/person\//g)).toHaveLength(6);
  expect(html).toContain('and more');
  expect(html.match(/<a (?![^>]*tabindex="-1")/gi)).toHaveLength(2);
  expect(html.match(/<\w/g)?.length).toBeLessThan(25);
});

test('a reason is told once, and words that are marked anyway are not', () => {
  const html = renderToStaticMarkup(<Card hit={hit} />);
  expect(html.match(/data-kind/g)).toHaveLength(1);
  expect(html).toContain('typo: godfahter → godfather');
});

test('D2: every filter has a chip, and an address without it', () => {
  const question = {
    ...EMPTY_QUESTION,
    filters: {
      genres: { any: ['Horror'], all: [], not: ['War'] },
      cast: { any: [], all: ['Al Pacino', 'James Caan'], not: [] },
      year: { from: 1972, to: 1977 },
      decades: [1970],
      runtime: { to: 90 },
      rating: { from: 7 },
      title: 'night',
      poster: true,
    },
  };
  const html = renderToStaticMarkup(<Chips question={question} understood={undefined} />);
  expect(html.match(/class="remove"/g)).toHaveLength(10);
  for (const text of ['Horror', 'War', 'Al Pacino', '1972–1977', '1970s', '–90', '7–', 'night', 'Clear all']) {
    expect(html).toContain(text);
  }
  expect(html.match(/from=1972/g)).toHaveLength(9);
});

test('D6: no cursor is asked for each movie, and nothing that is not shown', () => {
  expect(HitsDocument.text).not.toMatch(/cursor(?!})/);
  expect(HitsDocument.text).toMatch(/cast\(first:6\)/);
  expect(HitsDocument.text).toMatch(/summary\(max:260\)/);
});

test('D13: a facet whose one value all movies have is no choice', () => {
  const group = (distinct: number) =>
    renderToStaticMarkup(
      <Group field="providers" facet={{ distinct, values: [{ value: 'default', count: 9 }] }} question={EMPTY_QUESTION} />,
    );
  expect(group(1)).toBe('');
  expect(group(2)).toContain('default');
});

test.each([
  [175, '2 h 55 min'],
  [60, '1 h'],
  [7, '7 min'],
  [0, '0 min'],
])('%i minutes', (minutes, text) => {
  expect(duration(minutes)).toBe(text);
});

test.each([
  ['The Godfather', 'TG'],
  ['8½', '8½'.slice(0, 1)],
  ['!!!', '…'],
])('initials of %s', (title, letters) => {
  expect(initials(title)).toBe(letters);
});
