import { useState } from 'preact/hooks';
import {
  modeOf,
  setAll,
  toggleExcluded,
  toggleValue,
  valuesOf,
  wantsAll,
  type ValueField,
} from '../address/filters';
import type { Question } from '../address/question';
import { searchHref } from '../address/route';
import type { TermFacet } from '../operations';
import { navigation } from '../shell/navigation';
import { FIRST_OPTIONS, search, type FacetOptions } from '../store/search';
import { number, words } from '../words';
import { Value } from './Value';

/** Fields whose facet can be searched, and shows more values on demand. */
type LongField = 'genres' | 'cast' | 'directors';

/** Values that "Show more" lists. */
const MORE = 40;

type Props = {
  readonly field: ValueField;
  readonly facet: TermFacet;
  readonly question: Question;
  readonly options?: FacetOptions;
};

/** The values of one field: choose some, exclude some, and say whether all the chosen ones must hold. */
export function Group({ field, facet, question, options }: Props) {
  const { filters } = question;
  const { title } = words.fields[field];
  const long = options && isLong(field) ? field : undefined;
  const [contains, setContains] = useState('');
  const chosen = valuesOf(filters, field);
  const used = chosen.any.length + chosen.all.length;
  const inUse = used + chosen.not.length;
  // One value that all movies have, such as a single provider, is no choice.
  if (facet.distinct < 2 && inUse === 0 && contains === '') return null;

  const find = (text: string): void => {
    setContains(text);
    if (options && long) search.setOptions({ ...options, [`${long}Contain`]: text || undefined });
  };
  const most = options && long ? options[long] : 0;
  const least = long ? FIRST_OPTIONS[long] : 0;
  return (
    <section className="group" data-facet={field}>
      <h2>{title}</h2>
      {long && facet.distinct > least + inUse && (
        <input
          type="search"
          className="narrow"
          aria-label={words.find(title)}
          placeholder={`${words.find(title)}…`}
          autocomplete="off"
          spellcheck={false}
          value={contains}
          onInput={(event) => find(event.currentTarget.value)}
        />
      )}
      {used > 1 && field !== 'providers' && (
        <select
          className="match"
          aria-label={words.match(title)}
          value={wantsAll(filters, field) ? 'all' : 'any'}
          onChange={(event) => {
            const next = setAll(filters, field, event.currentTarget.value === 'all');
            navigation.go(searchHref({ ...question, filters: next }));
          }}
        >
          <option value="any">{words.matchAny}</option>
          <option value="all">{words.matchAll}</option>
        </select>
      )}
      <ul data-roving>
        {facet.values.map(({ value, count }, at) => (
          <Value
            key={value}
            name={value}
            count={count}
            mode={modeOf(filters, field, value)}
            first={at === 0}
            href={searchHref({ ...question, filters: toggleValue(filters, field, value) })}
            excludeHref={searchHref({ ...question, filters: toggleExcluded(filters, field, value) })}
          />
        ))}
      </ul>
      {facet.values.length === 0 && <p className="none">{words.noValue(contains)}</p>}
      {options && long && (facet.distinct > most || most > least) && (
        <button
          type="button"
          className="plain more"
          onClick={() => search.setOptions({ ...options, [long]: most > least ? least : MORE })}
        >
          {most > least ? words.showFewer : words.showMore(number(Math.min(MORE, facet.distinct)))}
        </button>
      )}
    </section>
  );
}

function isLong(field: ValueField): field is LongField {
  return field === 'genres' || field === 'cast' || field === 'directors';
}
