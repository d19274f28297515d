import type { Tile } from '../operations';

const TONES = 8;

/** Stands for a poster: the initials and the year on a ticket, in the colour of the first genre. */
export function Ticket({ movie }: { readonly movie: Pick<Tile, 'title' | 'year' | 'genres'> }) {
  return (
    <span
      className={`ticket tone-${tone(movie.genres[0] ?? movie.title)}`}
      aria-hidden="true"
      data-year={movie.year ?? '—'}
    >
      {initials(movie.title)}
    </span>
  );
}

/** Colour by name, so that a genre has the same colour everywhere. */
function tone(name: string): number {
  let sum = 0;
  for (const unit of name) sum = (sum * 31 + (unit.codePointAt(0) ?? 0)) % 9973;
  return sum % TONES;
}

/** Up to two letters that stand for a title: `TG` for The Godfather, `8½` as it is. */
export function initials(title: string): string {
  const parts = title.split(/[^\p{L}\p{N}½]+/u).filter((word) => word !== '');
  const letters = parts.slice(0, 2).map((word) => [...word][0] ?? '');
  return letters.join('').toUpperCase() || '…';
}
