import { useEffect, useState } from 'preact/hooks';
import { EMPTY_QUESTION } from '../address/question';
import { movieHref, pathHref, personHref, searchHref } from '../address/route';
import { ask } from '../gateway/ask';
import { FilmographyDocument, PersonPageDocument, type Films, type PersonRole, type Tile } from '../operations';
import { graphiqlHref, hasGraphiql } from '../shell/config';
import { setTitle } from '../shell/title';
import { GatewayProblem } from '../states/GatewayProblem';
import { Lost } from '../states/Lost';
import { useAsked } from '../store/asked';
import { movies, words } from '../words';

/** A person: the movies of each role, newest first, and with whom they are seen most. */
export function PersonPage({ name }: { readonly name: string }) {
  const { data, problem, retry } = useAsked(PersonPageDocument, { name });
  const person = data?.person;
  useEffect(() => {
    if (person) setTitle(person.name);
  }, [person]);
  if (!person) {
    if (problem) return <GatewayProblem problem={problem} onRetry={retry} />;
    if (!data) return <div className="page waiting" />;
    const link = { href: searchHref({ ...EMPTY_QUESTION, text: name }), text: words.searchName(name) };
    return <Lost title={words.noSuchPerson(name)} hint={words.noSuchPersonHint} link={link} />;
  }
  const { name: known, cast, directed, written, costars } = person;
  // Among them is the search of the role in which there are most.
  const field = directed.nodes.length > cast.nodes.length ? 'directors' : 'cast';
  const among = searchHref({ ...EMPTY_QUESTION, filters: { [field]: { any: [known], all: [], not: [] } } });
  return (
    <article className="page person">
      {problem && <GatewayProblem problem={problem} kept onRetry={retry} />}
      <h1>{known}</h1>
      <p className="ways">
        {words.movieCount(movies(person.movieCount))} <a href={among}>{words.searchPerson}</a>{' '}
        <a href={pathHref(known, '')}>{words.connectTo(known)}</a>
      </p>
      {costars.length > 0 && (
        <>
          <h2>{words.costars}</h2>
          <ul className="examples" data-roving>
            {costars.map(({ person: other, together }, at) => (
              <li key={other.name}>
                <a href={personHref(other.name)} tabIndex={at === 0 ? 0 : -1}>
                  {other.name} <span className="count">{words.together(together)}</span>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
      <Filmography of="DIRECTOR" title={words.roles.directed} name={known} first={directed} />
      <Filmography of="WRITER" title={words.roles.written} name={known} first={written} />
      <Filmography of="CAST" title={words.roles.cast} name={known} first={cast} />
      {hasGraphiql() && (
        <p className="aside">
          <a href={graphiqlHref(PersonPageDocument.text, { name: known })}>{words.asGraphql}</a>
        </p>
      )}
    </article>
  );
}

interface FilmographyProps {
  readonly of: PersonRole;
  readonly title: string;
  readonly name: string;
  readonly first: Films;
}

function Filmography({ of: role, title, name, first }: FilmographyProps) {
  const [later, setLater] = useState<Films>();
  const [loading, setLoading] = useState(false);
  const nodes = later ? [...first.nodes, ...later.nodes] : first.nodes;
  const { hasNextPage, endCursor } = (later ?? first).pageInfo;
  if (nodes.length === 0) return null;
  const load = async (after: string): Promise<void> => {
    setLoading(true);
    try {
      const { data } = await ask(FilmographyDocument, { name, role, after });
      const page = data.person?.filmography;
      if (page) setLater({ nodes: [...(later?.nodes ?? []), ...page.nodes], pageInfo: page.pageInfo });
    } finally {
      setLoading(false);
    }
  };
  return (
    <>
      <h2>{title}</h2>
      <dl className="filmography" data-roving data-role={role}>
        {byYear(nodes).map(({ year, movies: ofYear }, at) => (
          <div key={year ?? 'none'}>
            <dt>{year ?? words.undated}</dt>
            {ofYear.map((movie, index) => (
              <dd key={movie.id}>
                <a href={movieHref(movie.id)} tabIndex={at + index === 0 ? 0 : -1}>
                  {movie.title}
                </a>
              </dd>
            ))}
          </div>
        ))}
      </dl>
      {hasNextPage && endCursor !== null && (
        <button type="button" className="plain" disabled={loading} onClick={() => void load(endCursor).catch(() => undefined)}>
          {loading ? words.loadingMore : words.showLater}
        </button>
      )}
    </>
  );
}

/** In the order given, which is newest first; movies without a year come last. */
function byYear(nodes: readonly Tile[]): { readonly year: number | null; readonly movies: readonly Tile[] }[] {
  const years = new Map<number | null, Tile[]>();
  for (const movie of nodes) years.set(movie.year, [...(years.get(movie.year) ?? []), movie]);
  return [...years].map(([year, ofYear]) => ({ year, movies: ofYear }));
}
