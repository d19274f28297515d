import { useEffect, useMemo, useState } from 'preact/hooks';
import { EMPTY_QUESTION } from '../address/question';
import { searchHref } from '../address/route';
import type { Filters } from '../address/filters';
import { StartDocument, type Start, type Tile } from '../operations';
import { Examples } from '../results/Empty';
import { Tiles } from '../results/Tiles';
import { GatewayProblem } from '../states/GatewayProblem';
import { useAsked } from '../store/asked';
import { catalog } from '../store/catalog';
import { forgetTexts, recentTexts } from '../store/recent';
import { number, words } from '../words';

/** Rows of a genre in a decade; one that has no movies is left out. */
const ROWS = [
  { genre: 'Horror', decade: 1980 },
  { genre: 'Western', decade: 1950 },
] as const;

const filtersOf = (genre: string, decade: number): Filters => ({
  genres: { any: [genre], all: [], not: [] },
  decades: [decade],
});
const whereOfRow = ({ genre, decade }: (typeof ROWS)[number]) => ({ genres: { anyOf: [genre] }, decades: [decade] });
const VARIABLES = { second: whereOfRow(ROWS[0]), third: whereOfRow(ROWS[1]) };

/** Where a visitor without a question enters: by genre, by decade, or by a row of movies. One question brings all of it. */
export function StartPage() {
  const { data, problem, retry } = useAsked(StartDocument, VARIABLES);
  useEffect(() => {
    if (data) catalog.read(data.catalog);
  }, [data]);
  return (
    <section className="page start">
      <h1>{words.startTitle}</h1>
      <p>{words.startHint}</p>
      <div className="try">
        {words.examplesTitle} <Examples />
      </div>
      <Recent />
      {problem && <GatewayProblem problem={problem} kept={data !== undefined} onRetry={retry} />}
      {data && data.catalog.movies === 0 && (
        <div className="empty">
          <h2>{words.emptyCatalog}</h2>
          <p>{words.emptyCatalogHint}</p>
        </div>
      )}
      {data && data.catalog.movies > 0 && <Entrances start={data} />}
      {!data && !problem && <div className="waiting" />}
    </section>
  );
}

function Recent() {
  const [texts, setTexts] = useState(recentTexts);
  if (texts.length === 0) return null;
  return (
    <div className="try">
      {words.recentTitle}{' '}
      <ul className="examples" data-roving>
        {texts.map((text, at) => (
          <li key={text}>
            <a href={searchHref({ ...EMPTY_QUESTION, text })} tabIndex={at === 0 ? 0 : -1}>
              {text}
            </a>
          </li>
        ))}
      </ul>
      <button
        type="button"
        className="plain"
        onClick={() => {
          forgetTexts();
          setTexts([]);
        }}
      >
        {words.forget}
      </button>
    </div>
  );
}

function Entrances({ start }: { readonly start: Start }) {
  const { genres, decades } = start.search.facets;
  const surprise = useMemo(() => {
    const genre = genres.values[Math.floor(Math.random() * genres.values.length)];
    const decade = decades.values[Math.floor(Math.random() * decades.values.length)];
    return genre && decade && searchHref({ ...EMPTY_QUESTION, filters: filtersOf(genre.value, Number(decade.value)) });
  }, [genres, decades]);
  return (
    <>
      <p className="ways">
        <a href={searchHref(EMPTY_QUESTION)}>{words.all}</a>
        {surprise && <a href={surprise}>{words.surprise}</a>}
        <a href="/path">{words.pathTitle}</a>
      </p>
      <h2>{words.byGenre}</h2>
      <ul className="examples" data-roving>
        {genres.values.map(({ value, count }, at) => (
          <li key={value}>
            <a
              href={searchHref({ ...EMPTY_QUESTION, filters: { genres: { any: [value], all: [], not: [] } } })}
              tabIndex={at === 0 ? 0 : -1}
            >
              {value} <span className="count">{number(count)}</span>
            </a>
          </li>
        ))}
      </ul>
      <h2>{words.byDecade}</h2>
      <ul className="examples" data-roving>
        {decades.values
          .toSorted((a, b) => Number(b.value) - Number(a.value))
          .map(({ value, count }, at) => (
            <li key={value}>
              <a
                href={searchHref({ ...EMPTY_QUESTION, filters: { decades: [Number(value)] } })}
                tabIndex={at === 0 ? 0 : -1}
              >
                {words.decade(value)} <span className="count">{number(count)}</span>
              </a>
            </li>
          ))}
      </ul>
      <Row title={words.best} href={searchHref(EMPTY_QUESTION)} movies={start.search.hits.nodes} />
      <Row
        title={words.newest}
        href={searchHref({ ...EMPTY_QUESTION, sort: 'YEAR_DESC' })}
        movies={start.newest.hits.nodes}
      />
      {ROWS.map(({ genre, decade }, at) => (
        <Row
          key={genre}
          title={words.rowOf(genre, decade)}
          href={searchHref({ ...EMPTY_QUESTION, filters: filtersOf(genre, decade) })}
          movies={(at === 0 ? start.second : start.third).hits.nodes}
        />
      ))}
    </>
  );
}

function Row({ title, href, movies }: { readonly title: string; readonly href: string; readonly movies: readonly Tile[] }) {
  if (movies.length === 0) return null;
  return (
    <>
      <h2>
        <a href={href}>{title}</a>
      </h2>
      <Tiles movies={movies} roving />
    </>
  );
}
