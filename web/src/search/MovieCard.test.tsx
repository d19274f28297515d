import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import type { Movie, MovieHit, TextMatch } from '../operations';
import { duration, MovieCard } from './MovieCard';

const BARE: Movie = {
  id: 'id',
  title: 'Das Boot',
  year: null,
  titles: [],
  directors: [],
  cast: [],
  genres: [],
  summary: null,
  runtime: null,
  rating: null,
  url: null,
  attribution: null,
};

function card(movie: Partial<Movie>, highlights: TextMatch[] = []): string {
  const hit: MovieHit = { cursor: '', node: { ...BARE, ...movie }, highlights, reasons: [] };
  const nothing = () => undefined;
  return renderToStaticMarkup(
    <MovieCard hit={hit} onPerson={nothing} onDirector={nothing} onGenre={nothing} onTitle={nothing} />,
  );
}

describe('a card', () => {
  test('shows nothing of what a movie lacks', () => {
    const html = card({});
    for (const part of ['titles', 'facts', 'directors', 'summary', 'attribution']) expect(html).not.toContain(part);
  });

  test('shows directors, runtime and rating', () => {
    const html = card({ directors: ['Wolfgang Petersen'], runtime: 149, rating: 8.37 });
    expect(html).toContain('<ul class="names directors" aria-label="Directors">');
    expect(html).toContain('Wolfgang Petersen');
    expect(html).toContain('2 h 29 min');
    expect(html).toContain('8.4');
  });

  test('shows the original title first, each title once, never its own', () => {
    const other = (title: string, kind: Movie['titles'][number]['kind'], language: string | null = null) => ({
      title,
      language,
      kind,
    });
    const titles = [other('El submarino', 'ALTERNATIVE', 'es'), other('Das Boot', 'ALTERNATIVE'), other('The Boat', 'ALTERNATIVE')];
    const html = card({ titles: [...titles, other('Das Boot', 'ORIGINAL'), other('U-96', 'ORIGINAL', 'de')] });
    expect(html.match(/<ul class="titles".*?<\/ul>/)?.[0]).toBe(
      '<ul class="titles" aria-label="Other titles"><li lang="de">U-96</li><li lang="es">El submarino</li><li>The Boat</li></ul>',
    );
  });

  test('names whom the provider wants to be named, as text', () => {
    const attribution = { text: 'From <Wikipedia>', licence: 'CC BY-SA 4.0', url: 'https://example.org/licence' };
    expect(card({ attribution })).toContain(
      'From &lt;Wikipedia&gt; <a href="https://example.org/licence" target="_blank" rel="noreferrer noopener">CC BY-SA 4.0</a>',
    );
    expect(card({ attribution: { ...attribution, url: null } })).toContain('From &lt;Wikipedia&gt; CC BY-SA 4.0');
    expect(card({ attribution: { ...attribution, licence: null } })).toContain('>source</a>');
  });

  test('shows the part of the plot that was found where the summary holds none of it', () => {
    const part = (field: TextMatch['field'], text: string): TextMatch => ({ field, text, spans: [{ start: 0, end: 1 }] });
    expect(card({ summary: 'S' }, [part('PLOT', 'Plot')])).toContain('<p class="summary"><mark>P</mark>lot</p>');
    expect(card({ summary: 'S' }, [part('PLOT', 'Plot'), part('SUMMARY', 'Sum')])).toContain('<mark>S</mark>um');
    expect(card({ summary: 'S' })).toContain('<p class="summary">S</p>');
  });
});

test.each([
  [0, '0 min'],
  [59, '59 min'],
  [60, '1 h'],
  [175, '2 h 55 min'],
])('%i minutes are %s', (minutes, expected) => {
  expect(duration(minutes)).toBe(expected);
});
