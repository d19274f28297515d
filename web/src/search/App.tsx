import { useEffect, useRef, useState } from 'react';
import { Chips } from './Chips';
import { Facets } from './Facets';
import { relaxFilters, toggleValue, toggleWriter, toggleYears, without, type Filters } from './filters';
import { Hints } from './Hints';
import { Results } from './Results';
import { SearchBox, type Choice } from './SearchBox';
import { Status } from './Status';
import { useCatalog } from './useCatalog';
import { useSearch, type FacetOptions } from './useSearch';
import { useView } from './useView';
import { filtersOf, START_VIEW, withoutPart, withoutPiece, writeView, type View } from './view';

const INITIAL_OPTIONS: FacetOptions = {
  genres: 10,
  genresContain: '',
  people: 8,
  peopleContain: '',
  directors: 8,
  directorsContain: '',
};

export function App() {
  const [view, navigate] = useView();
  const [options, setOptions] = useState(INITIAL_OPTIONS);
  const { catalog, live, revision } = useCatalog();
  const search = useSearch(view, options, revision);
  const { answer, answeredView } = search;
  const top = useRef<HTMLElement>(null);

  const filters = filtersOf(view, answeredView === view ? answer?.facets : undefined);
  // Tokens on show belong to the answer, which is older than the view while the next one loads.
  const answeredFilters = answeredView ? filtersOf(answeredView, answer?.facets) : filters;

  /** The view with another text, order or filters, as a readable question. */
  const changed = (change: { text?: string; sort?: View['sort']; filters?: Filters }): View => ({
    text: view.text,
    sort: view.sort,
    filters,
    ...change,
  });

  /** Opens the question of a token, which has these filters; the search box then shows this text. */
  const openState = (state: string, next: Filters = answeredFilters, text = view.text): void =>
    navigate({ text, sort: view.sort, filters: next, state });

  /** The filters that a suggestion's token has. */
  const chosenFilters = (facet: Choice['facet'], value: string): Filters => {
    if (facet === 'writers') return toggleWriter(answeredFilters, value);
    return facet && answer ? toggleValue(answeredFilters, answer.facets, facet, value) : answeredFilters;
  };

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
            navigate(START_VIEW);
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
          // A suggestion is a new question, ordered by relevance.
          onChoose={({ state, text, facet, value }) => {
            navigate({ text, sort: 'RELEVANCE', filters: chosenFilters(facet, value), state });
          }}
        />
        <nav className="links" aria-label="API">
          <a href="/graphiql">GraphiQL</a>
        </nav>
      </header>
      <main className="layout" ref={top} tabIndex={-1}>
        <Facets
          facets={answer?.facets}
          options={options}
          onOptions={setOptions}
          onToggle={(facet, { value, toggle }) =>
            answer && openState(toggle, toggleValue(answeredFilters, answer.facets, facet, value))
          }
          onToggleYears={(bucket) => openState(bucket.toggle, toggleYears(answeredFilters, bucket))}
        />
        <section
          className="answers"
          aria-label="Results"
          aria-busy={search.loading}
          data-address={answeredView && writeView(answeredView)}
        >
          <Status view={view} search={search} onSort={(sort) => navigate(changed({ sort }))} />
          {answer && (
            <Chips
              answer={answer}
              year={answeredFilters.year}
              writers={answeredFilters.writers?.anyOf ?? []}
              onRemovePiece={({ typed, remove }) => openState(remove, answeredFilters, withoutPiece(view.text, typed))}
              onToggle={(facet, { value, toggle }) =>
                openState(toggle, toggleValue(answeredFilters, answer.facets, facet, value))
              }
              onRemoveWriter={(name) => navigate(changed({ filters: toggleWriter(answeredFilters, name) }))}
              onRemoveYear={() => navigate(changed({ filters: without(answeredFilters, 'year') }))}
            />
          )}
          {answer && (
            <Hints
              answer={answer}
              onCorrect={({ state, text }) => openState(state, answeredFilters, text)}
              onRelax={({ part, dropped, state }) =>
                openState(
                  state,
                  relaxFilters(answeredFilters, part),
                  withoutPart(view.text, part, dropped),
                )
              }
            />
          )}
          <Results
            search={search}
            view={view}
            onRetry={() => navigate({ ...view }, 'replace')}
            onPage={turnPage}
            onSearch={(next) => navigate({ ...START_VIEW, ...next })}
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
