import { useEffect, useRef, useState } from 'preact/hooks';
import { countFilters, toggleDecade } from '../address/filters';
import { EMPTY_QUESTION, type Question } from '../address/question';
import { searchHref } from '../address/route';
import type { MovieFacets } from '../operations';
import { search, type FacetOptions } from '../store/search';
import { useStore } from '../store/store';
import { movies, words } from '../words';
import { Group } from './Group';
import { Value } from './Value';
import { YearBrush } from './YearBrush';

interface Props {
  readonly question: Question;
  /** Those of the last answer, while newer ones are on the way. */
  readonly facets: MovieFacets | undefined;
  readonly options: FacetOptions;
}

/** Beside the movies on a wide screen; folded above them on a narrow one. */
export function Facets({ question: asked, facets, options }: Props) {
  const wide = useWideScreen();
  const [open, setOpen] = useState(false);
  // The filters of a token are not known: the first click starts a question in words.
  const question = asked.state === undefined ? asked : EMPTY_QUESTION;
  const fold = useRef<HTMLButtonElement>(null);
  return (
    <aside className="facets" aria-label={words.filters}>
      <button
        ref={fold}
        type="button"
        className="fold"
        aria-expanded={open}
        aria-controls="facet-groups"
        onClick={() => setOpen(!open)}
      >
        {words.filterCount(countFilters(question.filters))}
      </button>
      <div id="facet-groups" hidden={!wide && !open}>
        {facets && (
          <>
            <Group field="genres" facet={facets.genres} question={question} options={options} />
            <YearBrush facet={facets.years} question={question} />
            <Decades facet={facets.decades} question={question} />
            <Group field="cast" facet={facets.cast} question={question} options={options} />
            <Group field="directors" facet={facets.directors} question={question} options={options} />
            <Group field="languages" facet={facets.languages} question={question} />
            <Group field="countries" facet={facets.countries} question={question} />
            <Group field="providers" facet={facets.providers} question={question} />
            {!wide && (
              <ShowMovies
                onClick={() => {
                  setOpen(false);
                  fold.current?.focus();
                  window.scrollTo(0, 0);
                }}
              />
            )}
          </>
        )}
      </div>
    </aside>
  );
}

/** Leads from the filters of a narrow screen to what they find. */
function ShowMovies({ onClick }: { readonly onClick: () => void }) {
  const total = useStore(search).shown?.found.total.value;
  if (total === undefined) return null;
  return (
    <button type="button" className="show-movies" onClick={onClick}>
      {words.showMovies(movies(total))}
    </button>
  );
}

/** Decades read better in their own order than by count. */
function Decades({ facet, question }: { readonly facet: MovieFacets['decades']; readonly question: Question }) {
  const values = facet.values.toSorted((a, b) => Number(b.value) - Number(a.value));
  const { filters } = question;
  if (values.length === 0) return null;
  return (
    <section className="group" data-facet="decades">
      <h2>{words.fields.decades.title}</h2>
      <ul data-roving className="columns">
        {values.map(({ value, count }, at) => (
          <Value
            key={value}
            name={words.decade(value)}
            count={count}
            mode={filters.decades?.includes(Number(value)) ? 'any' : undefined}
            first={at === 0}
            href={searchHref({ ...question, filters: toggleDecade(filters, Number(value)) })}
          />
        ))}
      </ul>
    </section>
  );
}

const WIDE_SCREEN = '(min-width: 860px)';

function useWideScreen(): boolean {
  const [wide, setWide] = useState(() => window.matchMedia(WIDE_SCREEN).matches);
  useEffect(() => {
    const media = window.matchMedia(WIDE_SCREEN);
    const onChange = (): void => setWide(media.matches);
    media.addEventListener('change', onChange);
    return () => media.removeEventListener('change', onChange);
  }, []);
  return wide;
}
