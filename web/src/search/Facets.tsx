import { useEffect, useState } from 'react';
import type { MovieSearch, TermFacet } from '../operations';
import type { FacetWish } from './useSearch';
import { Years } from './Years';

interface Props {
  readonly answer: MovieSearch | undefined;
  readonly wish: FacetWish;
  readonly onWish: (wish: FacetWish) => void;
  readonly onToggle: (state: string) => void;
}

/** Most values that one facet lists. */
const ALL = 100;

/** Beside the results on a wide screen; folded above them on a narrow one. */
export function Facets({ answer, wish, onWish, onToggle }: Props) {
  const wide = useWide();
  const [open, setOpen] = useState(false);
  const facets = answer?.facets;
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
              onToggle={onToggle}
              narrow={wish.genresContain}
              onNarrow={(genresContain) => onWish({ ...wish, genresContain })}
              onAll={wish.genres < ALL ? () => onWish({ ...wish, genres: ALL }) : undefined}
            />
            <Years facet={facets.years} onToggle={onToggle} />
            <Group name="Decades" facet={newestFirst(facets.decades)} label={(value) => `${value}s`} onToggle={onToggle} />
            <Group
              name="People"
              facet={facets.cast}
              onToggle={onToggle}
              narrow={wish.peopleContain}
              onNarrow={(peopleContain) => onWish({ ...wish, peopleContain })}
              onAll={wish.people < ALL ? () => onWish({ ...wish, people: ALL }) : undefined}
            />
            <Group name="Providers" facet={facets.providers} onToggle={onToggle} />
          </>
        )}
      </div>
    </aside>
  );
}

/** Decades read better in their own order than by count, and all of them are here to be sorted. */
function newestFirst(decades: TermFacet): TermFacet {
  return { ...decades, values: decades.values.toSorted((a, b) => Number(b.value) - Number(a.value)) };
}

interface GroupProps {
  readonly name: string;
  readonly facet: TermFacet;
  readonly label?: (value: string) => string;
  readonly narrow?: string;
  readonly onNarrow?: (text: string) => void;
  readonly onAll?: (() => void) | undefined;
  readonly onToggle: (state: string) => void;
}

function Group({ name, facet, label = (value) => value, narrow, onNarrow, onAll, onToggle }: GroupProps) {
  if (facet.values.length === 0 && !narrow) return null;
  return (
    <section className="group" data-facet={name.toLowerCase()}>
      <h2>{name}</h2>
      {onNarrow && <Narrow name={name} value={narrow ?? ''} onChange={onNarrow} />}
      <ul>
        {facet.values.map((value) => (
          <li key={value.value}>
            <button
              type="button"
              className="value"
              aria-pressed={value.selected}
              disabled={value.count === 0 && !value.selected}
              onClick={() => onToggle(value.toggle)}
            >
              <span className="box" aria-hidden="true" />
              <span className="name">{label(value.value)}</span>
              <span className="count">{value.count.toLocaleString('en')}</span>
            </button>
          </li>
        ))}
      </ul>
      {facet.values.length === 0 && <p className="none">Nothing like “{narrow}”.</p>}
      {facet.other > 0 && onAll && (
        <button type="button" className="plain more" onClick={onAll}>
          {facet.distinct > ALL ? `Show ${ALL}` : 'Show all'} of {facet.distinct.toLocaleString('en')}
        </button>
      )}
    </section>
  );
}

/** Words that the listed values must hold, passed on when typing rests. */
function Narrow({ name, value, onChange }: { name: string; value: string; onChange: (text: string) => void }) {
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

const WIDE = '(min-width: 860px)';

function useWide(): boolean {
  const [wide, setWide] = useState(() => window.matchMedia(WIDE).matches);
  useEffect(() => {
    const media = window.matchMedia(WIDE);
    const onChange = (): void => setWide(media.matches);
    media.addEventListener('change', onChange);
    return () => media.removeEventListener('change', onChange);
  }, []);
  return wide;
}
