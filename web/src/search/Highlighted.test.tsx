import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import type { Span } from '../operations';
import { Highlighted } from './Highlighted';

test.each<[string, string, Span[], string]>([
  ['no span', 'The Godfather', [], 'The Godfather'],
  ['one span', 'The Godfather', [{ start: 4, end: 13 }], 'The <mark>Godfather</mark>'],
  ['spans side by side', 'ab', [{ start: 0, end: 1 }, { start: 1, end: 2 }], '<mark>a</mark><mark>b</mark>'],
  ['UTF-16 code units', '🎬 Amélie', [{ start: 3, end: 9 }], '🎬 <mark>Amélie</mark>'],
  ['markup in the text', '<b>&</b>', [{ start: 0, end: 3 }], '<mark>&lt;b&gt;</mark>&amp;&lt;/b&gt;'],
  ['a span that overlaps the one before', 'abcd', [{ start: 0, end: 3 }, { start: 2, end: 4 }], '<mark>abc</mark>d'],
  ['a span beyond the text', 'abc', [{ start: 1, end: 9 }], 'abc'],
])('%s', (_, text, spans, html) => {
  expect(renderToStaticMarkup(<Highlighted text={text} spans={spans} />)).toBe(html);
});
