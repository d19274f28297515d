import { useEffect, useState } from 'react';
import type { FacetValue, MovieFacets, TermFacet, YearBucket } from '../operations';
import type { ValueFacet } from './filters';
import type { FacetOptions } from './useSearch';
import { Years } from './Years';

interface Props {
  readonly facets: MovieFacets | undefined;
  readonly options: FacetOptions;
  readonly onOptions: (options: FacetOptions) => void;
  readonly onToggle: (facet: ValueFacet, value: FacetValue) => void;
  readonly onToggleYears: (bucket: YearBucket) => void;
}

/** Most values that one facet lists. */
const MAX_VALUES = 100;

/** Beside the results on a wide screen; collapsed above them on a narrow one. */
export function Facets({ facets, options, onOptions, onToggle, onToggleYears }: Props) {
  const wide = useWideScreen();
  const [open, setOpen] = useState(false);
  return (
    <aside className="facets" aria-label="Filters">
      <button
        type="button"
        className="fold"
        aria-expanded={open}
        aria-controls="facet-groups"
        onClick={() => setOpen(!open)}
      >
        Filters
      </button>
      <div id="facet-groups" hidden={!wide && !open}>
        {facets && (
          <>
            <Group
              name="Genres"
              facet={facets.genres}
              onToggle={(value) => onToggle('genres', value)}
              contains={options.genresContain}
              onContains={(genresContain) => onOptions({ ...options, genresContain })}
              onShowAll={options.genres < MAX_VALUES ? () => onOptions({ ...options, genres: MAX_VALUES }) : undefined}
            />
            <Years facet={facets.years} onToggle={onToggleYears} />
            <Group
              name="Decades"
              facet={newestFirst(facets.decades)}
              suffix="s"
              onToggle={(value) => onToggle('decades', value)}
            />
            <Group
              name="People"
              facet={facets.cast}
              onToggle={(value) => onToggle('cast', value)}
              contains={options.peopleContain}
              onContains={(peopleContain) => onOptions({ ...options, peopleContain })}
              onShowAll={options.people < MAX_VALUES ? () => onOptions({ ...options, people: MAX_VALUES }) : undefined}
            />
            <Group
              name="Directors"
              facet={facets.directors}
              onToggle={(value) => onToggle('directors', value)}
              contains={options.directorsContain}
              onContains={(directorsContain) => onOptions({ ...options, directorsContain })}
              onShowAll={
                options.directors < MAX_VALUES ? () => onOptions({ ...options, directors: MAX_VALUES }) : undefined
              }
            />
            <Group name="Providers" facet={facets.providers} onToggle={(value) => onToggle('providers', value)} />
          </>
        )}
      </div>
    </aside>
  );
}

/** Decades read better in their own order than by count; the answer lists all of them, so the page can sort them. */
function newestFirst(decades: TermFacet): TermFacet {
  return { ...decades, values: decades.values.toSorted((a, b) => Number(b.value) - Number(a.value)) };
}

interface GroupProps {
  readonly name: string;
  readonly facet: TermFacet;
  /** Shown behind each value. */
  readonly suffix?: string;
  readonly contains?: string;
  readonly onContains?: (text: string) => void;
  readonly onShowAll?: (() => void) | undefined;
  readonly onToggle: (value: FacetValue) => void;
}

function Group({ name, facet, suffix = '', contains, onContains, onShowAll, onToggle }: GroupProps) {
  if (facet.values.length === 0 && !contains) return null;
  return (
    <section className="group" data-facet={name.toLowerCase()}>
      <h2>{name}</h2>
      {onContains && <ValueFilter name={name} value={contains ?? ''} onChange={onContains} />}
      <ul>
        {facet.values.map((value) => (
          <li key={value.value}>
            <button
              type="button"
              className="value"
              aria-pressed={value.selected}
              disabled={value.count === 0 && !value.selected}
              onClick={() => onToggle(value)}
            >
              <span className="box" aria-hidden="true" />
              <span className="name">{value.value + suffix}</span>
              <span className="count">{value.count.toLocaleString('en')}</span>
            </button>
          </li>
        ))}
      </ul>
      {facet.values.length === 0 && <p className="none">Nothing like “{contains}”.</p>}
      {facet.other > 0 && onShowAll && (
        <button type="button" className="plain more" onClick={onShowAll}>
          {facet.distinct > MAX_VALUES ? `Show ${MAX_VALUES}` : 'Show all'} of {facet.distinct.toLocaleString('en')}
        </button>
      )}
    </section>
  );
}

/** Text that the listed values must contain, passed on after a pause in typing. */
function ValueFilter({ name, value, onChange }: { name: string; value: string; onChange: (text: string) => void }) {
  const [draft, setDraft] = useState(value);
  useEffect(() => {
    if (draft === value) return undefined;
    const timer = setTimeout(() => onChange(draft), 150);
    return () => clearTimeout(timer);
  }, [draft, value, onChange]);
  return (
    <input
      type="search"
      className="narrow"
      aria-label={`Find in ${name.toLowerCase()}`}
      placeholder={`Find in ${name.toLowerCase()}…`}
      autoComplete="off"
      spellCheck={false}
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
    />
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
