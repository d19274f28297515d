/** Facets for tests: the selected values beside one that is not selected. */

import type { FacetValue, MovieFacets, TermFacet } from '../operations';
import type { ValueFacet } from './filters';

type Selected = Partial<Record<ValueFacet, string[]>> & { years?: [number, number][] };

export function facets({ years = [], ...selected }: Selected): MovieFacets {
  return {
    genres: facet(selected.genres),
    cast: facet(selected.cast),
    directors: facet(selected.directors),
    decades: facet(selected.decades),
    providers: facet(selected.providers),
    years: {
      min: 1900,
      max: 2000,
      buckets: [
        bucket(1900, 1904, false),
        ...years.map(([from, to]) => bucket(from, to, true)),
        bucket(1995, 1999, false),
      ],
    },
  };
}

function facet(selected: string[] = []): TermFacet {
  const value = (name: string, isSelected: boolean): FacetValue => ({
    value: name,
    count: 1,
    selected: isSelected,
    toggle: `toggle ${name}`,
  });
  return { values: [value('1910', false), ...selected.map((name) => value(name, true))], other: 0, distinct: 1 };
}

function bucket(from: number, to: number, selected: boolean) {
  return { from, to, count: 1, selected, toggle: `toggle ${from}` };
}
