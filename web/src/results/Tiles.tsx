import { movieHref } from '../address/route';
import type { Tile } from '../operations';
import { Ticket } from './Ticket';

/** Movies side by side, each a link. */
export function Tiles({ movies, roving = false }: { readonly movies: readonly Tile[]; readonly roving?: boolean }) {
  return (
    <ul className="tiles" data-roving={roving || undefined}>
      {movies.map((movie, at) => (
        <li key={movie.id}>
          <a href={movieHref(movie.id)} tabIndex={roving && at > 0 ? -1 : 0}>
            <Ticket movie={movie} />
            {movie.title}
            {movie.year !== null && <span className="year"> {movie.year}</span>}
          </a>
        </li>
      ))}
    </ul>
  );
}
