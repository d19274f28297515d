import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { SearchBox } from './box/SearchBox';
import { MoviePage } from './movie/MoviePage';
import { PathPage } from './path/PathPage';
import { PersonPage } from './person/PersonPage';
import { SearchPage } from './results/SearchPage';
import { hasGraphiql } from './shell/config';
import { navigation } from './shell/navigation';
import { setTitle } from './shell/title';
import { StartPage } from './start/StartPage';
import { Lost } from './states/Lost';
import { catalog } from './store/catalog';
import { useStore } from './store/store';
import { number, words } from './words';

export function App() {
  const { route, notice, href } = useStore(navigation);
  useFocus(href);
  useLayoutEffect(() => navigation.restoreScroll());
  useTitle();
  return (
    <>
      <header className="masthead">
        <a
          className="skip"
          href="#main"
          onClick={(event) => {
            event.preventDefault();
            document.getElementById('main')?.focus();
          }}
        >
          {words.skip}
        </a>
        <a className="brand" href="/">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M6 6h20a4 4 0 0 1 4 4v3a3 3 0 0 0 0 6v3a4 4 0 0 1-4 4H6a4 4 0 0 1-4-4v-3a3 3 0 0 0 0-6v-3a4 4 0 0 1 4-4z" />
            <path className="play" d="m13 11 8.5 5-8.5 5z" />
          </svg>
          <span>
            WIKI<b>Movie</b>
          </span>
        </a>
        <SearchBox />
        <nav className="links" aria-label={words.navigation}>
          <a href="/path" aria-current={route.view === 'path' ? 'page' : undefined}>
            {words.connections}
          </a>
          {hasGraphiql() && <a href="/graphiql">{words.graphiql}</a>}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        {notice && (
          <p className="notice" role="status">
            {notice === 'dead-state' ? words.deadState : words.deadCursor}
          </p>
        )}
        <View />
      </main>
      <CatalogLine />
    </>
  );
}

function View() {
  const { route } = useStore(navigation);
  switch (route.view) {
    case 'start':
      return <StartPage />;
    case 'search':
      return <SearchPage question={route.question} after={route.after} />;
    case 'movie':
      return <MoviePage key={route.id} id={route.id} />;
    case 'person':
      return <PersonPage key={route.name} name={route.name} />;
    case 'path':
      return <PathPage from={route.from} to={route.to} />;
    case 'lost':
      return <Lost />;
  }
}

/** A link that led here may be gone, and the focus with it: then the view has it. */
function useFocus(href: string): void {
  const shownRef = useRef(href);
  useEffect(() => {
    if (shownRef.current === href) return;
    shownRef.current = href;
    if (document.activeElement === document.body) document.getElementById('main')?.focus({ preventScroll: true });
  }, [href]);
}

/** Views that have a name of their own set the title themselves, once they know it. */
function useTitle(): void {
  const { route } = useStore(navigation);
  useEffect(() => {
    if (route.view === 'search') {
      const { text, filters } = route.question;
      const named = [filters.genres, filters.cast, filters.directors].flatMap((values) => values?.any ?? []);
      setTitle(text || named.join(', ') || undefined);
    } else if (route.view === 'start' || route.view === 'lost') {
      setTitle(undefined);
    }
  }, [route]);
}

function CatalogLine() {
  const { counts, live } = useStore(catalog);
  return (
    <footer className="catalog-line">
      <span className={live ? 'dot live' : 'dot'} aria-hidden="true" />
      <span data-testid="catalog">
        {counts
          ? [
              words.movies(counts.movies, number(counts.movies)),
              words.people(counts.people, number(counts.people)),
              `${counts.engine} ${counts.engineVersion.split(',')[0] ?? ''}`,
              live ? words.live : words.notLive,
            ].join(' · ')
          : words.catalogAsked}
      </span>
    </footer>
  );
}
