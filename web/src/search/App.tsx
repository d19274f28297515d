import { useEffect, useMemo, useRef, useState } from 'react';
import { Chips } from './Chips';
import { Facets } from './Facets';
import { Hints } from './Hints';
import { Results } from './Results';
import { SearchBox } from './SearchBox';
import { Status } from './Status';
import { useCatalog } from './useCatalog';
import { useSearch, type FacetWish } from './useSearch';
import { useView } from './useView';
import { selectedWhere, writeView, type View } from './view';

const FIRST_WISH: FacetWish = { genres: 10, genresContain: '', people: 8, peopleContain: '' };

export function App() {
  const [view, navigate] = useView();
  const [wish, setWish] = useState(FIRST_WISH);
  const { catalog, live, revision } = useCatalog();
  const search = useSearch(view, wish, revision);
  const { answer } = search;
  const top = useRef<HTMLElement>(null);

  /** The view with other text or order, and every filter that the answer shows as selected. */
  const changed = useMemo(
    () =>
      (change: { text?: string; sort?: View['sort'] }): View => ({
        text: view.text,
        sort: view.sort,
        where: view.state !== undefined && answer ? selectedWhere(answer.facets) : view.where,
        ...change,
      }),
    [view, answer],
  );

  /** Asks the question of a token; the box then shows this text. */
  const follow = (state: string, text = view.text): void =>
    navigate({ text, sort: view.sort, where: {}, state });

  useEffect(() => {
    document.title = view.text ? `${view.text} · WIKIMovie` : 'WIKIMovie';
  }, [view.text]);

  const turnPage = (page: NonNullable<View['page']>): void => {
    navigate({ ...view, page });
    top.current?.scrollIntoView({ block: 'start' });
    top.current?.focus({ preventScroll: true });
  };

  return (
    <>
      <header className="masthead">
        <a
          className="brand"
          href="/"
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            navigate({ text: '', sort: 'RELEVANCE', where: {} });
          }}
        >
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect x="2" y="6" width="28" height="20" rx="4" />
            <path d="M2 13a3 3 0 0 1 0 6zm28 0a3 3 0 0 0 0 6zM13 11l8.5 5L13 21z" />
          </svg>
          <span>
            WIKI<b>Movie</b>
          </span>
        </a>
        <SearchBox
          text={view.text}
          state={answer?.state}
          onType={(text, how) => navigate(changed({ text }), how)}
          // A suggestion is a question of its own, in its own best order.
          onChoose={(state, text) => navigate({ text, sort: 'RELEVANCE', where: {}, state })}
        />
        <nav className="links" aria-label="API">
          <a href="/graphiql">GraphiQL</a>
        </nav>
      </header>
      <main className="layout" ref={top} tabIndex={-1}>
        <Facets answer={answer} wish={wish} onWish={setWish} onToggle={(state) => follow(state)} />
        <section
          className="answers"
          aria-label="Results"
          aria-busy={search.loading}
          data-address={search.answered && writeView(search.answered)}
        >
          <Status
            view={view}
            search={search}
            onSort={(sort) => navigate(changed({ sort }))}
          />
          {answer && <Chips answer={answer} text={view.text} onFollow={follow} />}
          {answer && <Hints answer={answer} text={view.text} onFollow={follow} />}
          <Results
            search={search}
            view={view}
            onRetry={() => navigate({ ...view }, 'replace')}
            onPage={turnPage}
            onSearch={(next) => navigate({ text: '', sort: 'RELEVANCE', where: {}, ...next })}
          />
        </section>
      </main>
      <footer className="catalog-line">
        <span className={live ? 'dot live' : 'dot'} aria-hidden="true" />
        {catalog ? (
          <span data-testid="catalog">
            {catalog.movies.toLocaleString('en')} movies · {catalog.people.toLocaleString('en')} people ·{' '}
            {catalog.engine} {catalog.engineVersion.split(',')[0]} · {live ? 'updates live' : 'not connected'}
          </span>
        ) : (
          <span>Asking for the catalogue…</span>
        )}
      </footer>
    </>
  );
}
