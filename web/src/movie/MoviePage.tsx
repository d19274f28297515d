import { useEffect } from 'preact/hooks';
import { setTitle } from '../shell/title';
import { EMPTY_QUESTION } from '../address/question';
import { personHref, searchHref } from '../address/route';
import { MoviePageDocument, type MovieDetails } from '../operations';
import { duration } from '../results/duration';
import { AttributionText } from '../results/List';
import { Ticket } from '../results/Ticket';
import { Tiles } from '../results/Tiles';
import { graphiqlHref, hasGraphiql } from '../shell/config';
import { GatewayProblem } from '../states/GatewayProblem';
import { Lost } from '../states/Lost';
import { useAsked } from '../store/asked';
import { decimal, number, words } from '../words';

export function MoviePage({ id }: { readonly id: string }) {
  const { data, problem, retry } = useAsked(MoviePageDocument, { id });
  const movie = data?.movie;
  useEffect(() => {
    if (movie) setTitle(movie.year === null ? movie.title : `${movie.title} (${movie.year})`);
  }, [movie]);
  if (movie) {
    return (
      <article className="page movie">
        {problem && <GatewayProblem problem={problem} kept onRetry={retry} />}
        <Details movie={movie} />
        {hasGraphiql() && (
          <p className="aside">
            <a href={graphiqlHref(MoviePageDocument.text, { id })}>{words.asGraphql}</a>
          </p>
        )}
      </article>
    );
  }
  if (problem) return <GatewayProblem problem={problem} onRetry={retry} />;
  return data ? <Lost title={words.noSuchMovie} hint={words.noSuchMovieHint} /> : <div className="page waiting" />;
}

function Details({ movie }: { readonly movie: MovieDetails }) {
  const text = movie.plot ?? movie.summary;
  return (
    <>
      <Ticket movie={movie} />
      <h1>
        {movie.title}
        {movie.year !== null && <span className="year"> {movie.year}</span>}
      </h1>
      {movie.genres.length > 0 && (
        <ul className="examples" aria-label={words.genresLabel}>
          {movie.genres.map((genre) => (
            <li key={genre}>
              <a href={searchHref({ ...EMPTY_QUESTION, filters: { genres: { any: [genre], all: [], not: [] } } })}>{genre}</a>
            </li>
          ))}
        </ul>
      )}
      {text !== null && <p className="text">{text}</p>}
      {text !== null && movie.attribution && (
        <p className="attribution">
          <AttributionText attribution={movie.attribution} />
        </p>
      )}
      <Names label={words.directedBy} names={movie.directors} />
      <Names label={words.writtenBy} names={movie.writers} />
      <Names label={words.cast} names={movie.cast} />
      <Facts movie={movie} />
      {movie.similar.length > 0 && (
        <>
          <h2>{words.similar}</h2>
          <Tiles movies={movie.similar} />
        </>
      )}
    </>
  );
}

/** People as links, as many as there are: one stop of the Tab key. */
function Names({ label, names }: { readonly label: string; readonly names: readonly string[] }) {
  if (names.length === 0) return null;
  return (
    <>
      <h2>{label}</h2>
      <ul className="names" data-roving aria-label={label}>
        {[...new Set(names)].map((name, at) => (
          <li key={name}>
            <a href={personHref(name)} tabIndex={at === 0 ? 0 : -1}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Addresses of the sources that have a page for each id. */
const PAGE_OF_ID: Readonly<Record<string, (id: string) => string>> = {
  imdb: (id) => `https://www.imdb.com/title/${encodeURIComponent(id)}/`,
  tmdb: (id) => `https://www.themoviedb.org/movie/${encodeURIComponent(id)}`,
  wikidata: (id) => `https://www.wikidata.org/wiki/${encodeURIComponent(id)}`,
};

function Facts({ movie }: { readonly movie: MovieDetails }) {
  const titles = movie.titles.filter(({ title }, at, all) => title !== movie.title && all.findIndex((other) => other.title === title) === at);
  const lines: [string, preact.ComponentChildren][] = [];
  if (titles.length > 0) {
    const shown = titles.map(({ title, language, kind }) => (
      <span key={title}>
        <span lang={language ?? undefined}>{title}</span>{' '}
        <span className="count">
          {words.titleKinds[kind]}
          {language !== null && `, ${language}`}
        </span>
      </span>
    ));
    lines.push([words.otherTitles, shown]);
  }
  if (movie.runtime !== null) lines.push([words.runtime, duration(movie.runtime)]);
  if (movie.released !== null) lines.push([words.released, movie.released]);
  if (movie.languages.length > 0) lines.push([words.languages, movie.languages.join(', ')]);
  if (movie.countries.length > 0) lines.push([words.countries, movie.countries.join(', ')]);
  if (movie.certificate !== null) lines.push([words.certificate, movie.certificate]);
  for (const { source, value, votes } of movie.ratings) {
    lines.push([`${words.rating} ${source}`, `★ ${decimal(value)}${votes === null ? '' : ` · ${words.votes(votes, number(votes))}`}`]);
  }
  const links = [
    ...(movie.url === null ? [] : [{ href: movie.url, text: words.article }]),
    ...movie.ids.flatMap(({ source, id }) => {
      const page = PAGE_OF_ID[source];
      return page ? [{ href: page(id), text: `${source} ${id}` }] : [];
    }),
  ];
  if (links.length > 0) {
    const shown = links.map(({ href, text }) => (
      <a key={href} href={href} target="_blank" rel="noreferrer noopener">
        {text}
        <span className="unseen">{words.newTab}</span>
      </a>
    ));
    lines.push([words.elsewhere, shown]);
  }
  const { provider, object, record } = movie.provenance;
  lines.push([words.provider, `${provider}, ${words.record(object, record)}`]);
  return (
    <>
      <h2>{words.facts}</h2>
      <dl className="facts">
        {lines.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}
