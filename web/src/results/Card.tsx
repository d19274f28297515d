import { EMPTY_QUESTION } from '../address/question';
import { movieHref, personHref, searchHref } from '../address/route';
import type { Hit, HitMovie, MatchReason, TextMatch } from '../operations';
import { decimal, words } from '../words';
import { duration } from './duration';
import { Highlighted } from './Highlighted';
import { Ticket } from './Ticket';

/** Most names of the cast on a card; the page of the movie has all. */
const MAX_NAMES = 5;
const MAX_GENRES = 3;

interface Props {
  readonly hit: Hit;
  /** The page of the movie is opened. */
  readonly onOpen?: () => void;
}

/** A movie found. Its genres and people are one stop of the Tab key: arrows move among them. */
export function Card({ hit: { node: movie, highlights, reasons }, onOpen }: Props) {
  const text = (field: TextMatch['field'], plain: string) => (
    <Highlighted text={plain} spans={highlights.find((match) => match.field === field && match.text === plain)?.spans ?? []} />
  );
  const other = highlights.find(({ field }) => field === 'TITLES');
  const about = (['SUMMARY', 'PLOT'] as const).map((field) => highlights.find((match) => match.field === field)).find(Boolean);
  return (
    <li className="card" data-testid="hit">
      <Ticket movie={movie} />
      <h2>
        <a href={movieHref(movie.id)} onClick={onOpen}>
          {text('TITLE', movie.title)}
        </a>
        {movie.year !== null && <span className="year"> {text('YEAR', String(movie.year))}</span>}
      </h2>
      {other && (
        <p className="titles">
          <Highlighted text={other.text} spans={other.spans} />
        </p>
      )}
      <Links movie={movie} highlights={highlights} text={text} />
      {about ? (
        <p className="summary">
          <Highlighted text={about.text} spans={about.spans} />
        </p>
      ) : (
        movie.summary && <p className="summary">{movie.summary}</p>
      )}
      <Reasons reasons={reasons} />
    </li>
  );
}

interface LinksProps {
  readonly movie: HitMovie;
  readonly highlights: readonly TextMatch[];
  readonly text: (field: TextMatch['field'], plain: string) => preact.JSX.Element;
}

function Links({ movie, highlights, text }: LinksProps) {
  const found = highlights.filter(({ field }) => field === 'CAST').map((match) => match.text);
  const further = found.filter((name) => !movie.cast.includes(name));
  const names = [...further, ...movie.cast].slice(0, MAX_NAMES);
  const more = movie.cast.length + further.length > names.length;
  const facts = [
    movie.runtime !== null && duration(movie.runtime),
    movie.rating !== null && `★ ${decimal(movie.rating)}`,
  ].filter(Boolean);
  const genres = movie.genres.slice(0, MAX_GENRES);
  const directors = movie.directors.slice(0, 2);
  const stop = (at: number): number => (at === 0 ? 0 : -1);
  return (
    <p className="follow" data-roving role="group" aria-label={words.follow(movie.title)}>
      {facts.length > 0 && `${facts.join(' · ')}  `}
      {genres.map((genre, at) => (
        <a
          key={genre}
          className="genre"
          tabIndex={stop(at)}
          href={searchHref({ ...EMPTY_QUESTION, filters: { genres: { any: [genre], all: [], not: [] } } })}
        >
          {text('GENRES', genre)}
        </a>
      ))}
      {directors.length > 0 && `${words.directedBy} `}
      {directors.map((name, at) => (
        <a key={`director ${name}`} tabIndex={stop(genres.length + at)} href={personHref(name)}>
          {text('DIRECTORS', name)}
        </a>
      ))}
      {directors.length > 0 && names.length > 0 && `${words.with} `}
      {names.map((name, at) => (
        <a key={name} tabIndex={stop(genres.length + directors.length + at)} href={personHref(name)}>
          {text('CAST', name)}
        </a>
      ))}
      {more && words.andMore}
    </p>
  );
}

/** Whole words and prefixes are not told: the highlights already show them. */
function Reasons({ reasons }: { readonly reasons: readonly MatchReason[] }) {
  const told = new Map<string, MatchReason>();
  for (const reason of reasons) {
    // A typo within a longer text is told by its word alone.
    const within = reasons.some(({ kind, typed }) => kind === reason.kind && typed !== reason.typed && reason.typed.includes(typed));
    if (reason.kind in words.reasons && !(reason.kind === 'TYPO' && within)) told.set(`${reason.kind} ${reason.typed} ${reason.matched}`.toLowerCase(), reason);
  }
  if (told.size === 0) return null;
  return (
    <p className="reasons" role="group" aria-label={words.why}>
      {[...told].slice(0, 3).map(([key, reason]) => (
        <span key={key} data-kind={reason.kind}>
          {reasonText(reason)}
        </span>
      ))}
    </p>
  );
}

function reasonText({ kind, typed, matched }: MatchReason): string {
  const label = words.reasons[kind] ?? '';
  switch (kind) {
    case 'EXACT_TITLE':
    case 'TITLE_PREFIX':
    case 'PIN':
      return label;
    case 'TYPO':
    case 'SYNONYM':
      return `${label}: ${typed} → ${matched}`;
    case 'MISSING':
      return `${label} ${typed}`;
    default:
      return `${label} ${matched}`;
  }
}
