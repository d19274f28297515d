import { useState, type ReactNode } from 'react';
import { ask } from '../api/graphql';
import { Highlighted } from './Highlighted';
import {
  SimilarDocument,
  type MatchReason,
  type Movie,
  type MovieHit,
  type SimilarMovie,
  type TextMatch,
} from '../operations';

interface Props {
  readonly hit: MovieHit;
  readonly onPerson: (name: string) => void;
  readonly onDirector: (name: string) => void;
  readonly onGenre: (name: string) => void;
  readonly onTitle: (title: string) => void;
}

export function MovieCard({ hit, onPerson, onDirector, onGenre, onTitle }: Props) {
  const { node: movie, highlights } = hit;
  const find = (field: TextMatch['field'], text: string): TextMatch | undefined =>
    highlights.find((match) => match.field === field && match.text === text);
  const text = (field: TextMatch['field'], plain: string) => (
    <Highlighted text={plain} spans={find(field, plain)?.spans ?? []} />
  );
  const names = (label: string, field: TextMatch['field'], all: readonly string[], onName: (name: string) => void) => (
    <ul className={`names ${label.toLowerCase()}`} aria-label={label}>
      {all.map((name) => (
        <li key={name}>
          <button type="button" onClick={() => onName(name)}>
            {text(field, name)}
          </button>
        </li>
      ))}
    </ul>
  );
  return (
    <li className="card" data-testid="hit">
      <span className={`ticket tone-${tone(movie.genres[0] ?? movie.title)}`} aria-hidden="true">
        <span>{initials(movie.title)}</span>
        <small>{movie.year ?? '—'}</small>
      </span>
      <div className="about">
        <h2>
          {movie.url === null ? (
            text('TITLE', movie.title)
          ) : (
            <a href={movie.url} target="_blank" rel="noreferrer noopener">
              {text('TITLE', movie.title)}
            </a>
          )}{' '}
          {movie.year !== null && <span className="year">{text('YEAR', String(movie.year))}</span>}
        </h2>
        <OtherTitles titles={movie.titles} title={movie.title} text={(title) => text('TITLES', title)} />
        <Facts movie={movie} />
        <ul className="genres" aria-label="Genres">
          {movie.genres.map((genre) => (
            <li key={genre}>
              <button type="button" onClick={() => onGenre(genre)}>
                {text('GENRES', genre)}
              </button>
            </li>
          ))}
        </ul>
        <Summary text={movie.summary} highlights={highlights} />
        {movie.directors.length > 0 && names('Directors', 'DIRECTORS', movie.directors, onDirector)}
        {names('Cast', 'CAST', movie.cast, onPerson)}
        <div className="foot">
          <Similar id={movie.id} onTitle={onTitle} />
          <Reasons reasons={hit.reasons} />
        </div>
        {movie.attribution !== null && <Attribution {...movie.attribution} />}
      </div>
    </li>
  );
}

/** Most other titles that a card shows. */
const MAX_TITLES = 3;

/** The original title first: it is what people look for in a movie of another language. */
function OtherTitles({ titles, title, text }: Pick<Movie, 'titles' | 'title'> & { text: (title: string) => ReactNode }) {
  const order = { ORIGINAL: 0, ALTERNATIVE: 1, WORKING: 2 };
  const shown = titles
    .toSorted((a, b) => order[a.kind] - order[b.kind])
    .filter((other, at, all) => other.title !== title && all.findIndex((one) => one.title === other.title) === at);
  if (shown.length === 0) return null;
  return (
    <ul className="titles" aria-label="Other titles">
      {shown.slice(0, MAX_TITLES).map((other) => (
        <li key={other.title} lang={other.language ?? undefined}>
          {text(other.title)}
        </li>
      ))}
    </ul>
  );
}

function Facts({ movie: { runtime, rating } }: { movie: Movie }) {
  if (runtime === null && rating === null) return null;
  return (
    <p className="facts">
      {runtime !== null && <span>{duration(runtime)}</span>}
      {rating !== null && (
        <span>
          <span aria-hidden="true">★ </span>
          <span className="unseen">Rating </span>
          {rating.toFixed(1)}
        </span>
      )}
    </p>
  );
}

/** `2 h 55 min` for 175 minutes. */
export function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours > 0 && `${hours} h`, (rest > 0 || hours === 0) && `${rest} min`].filter(Boolean).join(' ');
}

/** Whom the provider wants to be named, with a link to the licence. */
function Attribution({ text, licence, url }: NonNullable<Movie['attribution']>) {
  const label = licence ?? 'source';
  return (
    <p className="attribution">
      {text}{' '}
      {url === null ? (
        licence
      ) : (
        <a href={url} target="_blank" rel="noreferrer noopener">
          {label}
        </a>
      )}
    </p>
  );
}

/** The whole summary, or the part of it, or else of the plot, that holds the words, with the words highlighted. */
function Summary({ text, highlights }: { text: string | null; highlights: readonly TextMatch[] }) {
  const match = (['SUMMARY', 'PLOT'] as const)
    .map((wanted) => highlights.find(({ field }) => field === wanted))
    .find((found) => found !== undefined);
  const shown = match ?? (text === null ? undefined : { text, spans: [] });
  return shown && <p className="summary"><Highlighted text={shown.text} spans={shown.spans} /></p>;
}

const REASON_LABELS: Partial<Record<MatchReason['kind'], string>> = {
  EXACT_TITLE: 'exact title',
  TITLE_PREFIX: 'title starts with it',
  JOINED: 'joined',
  NUMERAL: 'same number',
  TYPO: 'typo',
  PHRASE: 'phrase',
  YEAR: 'year',
  GENRE: 'genre',
  PERSON: 'person',
  MISSING: 'lacks',
};

/** Whole words and prefixes get no label: the highlights already show them. */
function Reasons({ reasons }: { reasons: readonly MatchReason[] }) {
  const labelled = reasons.filter(({ kind }) => kind in REASON_LABELS).slice(0, 4);
  if (labelled.length === 0) return null;
  return (
    <ul className="reasons" aria-label="Why it matches">
      {labelled.map(({ kind, typed, matched }) => (
        <li key={`${kind} ${typed} ${matched}`} data-kind={kind}>
          {REASON_LABELS[kind]}
          {kind !== 'EXACT_TITLE' && kind !== 'TITLE_PREFIX' && (
            <>
              {' '}
              {(kind === 'TYPO' || kind === 'MISSING') && <del>{typed}</del>} <b>{matched}</b>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Similar({ id, onTitle }: { id: string; onTitle: (title: string) => void }) {
  const [similar, setSimilar] = useState<readonly SimilarMovie[]>();
  const [failed, setFailed] = useState(false);
  const load = (): void => {
    ask(SimilarDocument, { id })
      .then(({ movie }) => setSimilar(movie?.similar ?? []))
      .catch(() => setFailed(true));
  };
  if (failed) return <p className="similar">No similar movies could be fetched.</p>;
  if (!similar) {
    return (
      <button type="button" className="plain similar-ask" onClick={load}>
        More like this
      </button>
    );
  }
  if (similar.length === 0) return <p className="similar">Nothing is like it.</p>;
  return (
    <ul className="similar" aria-label="Similar movies">
      {similar.map((movie) => (
        <li key={movie.id}>
          <button type="button" className="plain" onClick={() => onTitle(movie.title)}>
            {movie.title}
          </button>
          {movie.year !== null && <span className="year"> {movie.year}</span>}
        </li>
      ))}
    </ul>
  );
}

const TONES = 8;

/** Colour by name, so that a genre has the same colour everywhere. */
function tone(name: string): number {
  let sum = 0;
  for (const unit of name) sum = (sum * 31 + (unit.codePointAt(0) ?? 0)) % 9973;
  return sum % TONES;
}

/** Up to two letters that stand for a title: `TG` for The Godfather, `8½` as it is. */
function initials(title: string): string {
  const words = title.split(/[^\p{L}\p{N}½]+/u).filter((word) => word !== '');
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? '');
  return letters.join('').toUpperCase() || '…';
}
