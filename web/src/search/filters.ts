/**
 * The filters that a page can hold in its address. A state token cannot be read here, so the page keeps the filters beside
 * it and changes them as the gateway does: later text or another order then keeps them.
 */

import type { MovieFacets, RelaxedPart, YearBucket } from '../operations';

export interface Filters {
  readonly genres?: { anyOf: string[] };
  readonly cast?: { anyOf: string[] };
  readonly directors?: { anyOf: string[] };
  /** Without a facet: the filter of a suggested person who mostly writes. */
  readonly writers?: { anyOf: string[] };
  readonly providers?: { anyOf: string[] };
  readonly decades?: number[];
  readonly year?: YearRange;
}

export interface YearRange {
  readonly gte?: number;
  readonly lte?: number;
}

/** A facet whose values are switched on and off one by one. */
export type ValueFacet = 'genres' | 'cast' | 'directors' | 'providers' | 'decades';

const VALUE_FACETS: readonly ValueFacet[] = ['genres', 'cast', 'directors', 'providers', 'decades'];

/** The filters that an answer's facets show as selected; a year range appears widened to whole buckets. */
export function selectedFilters(facets: MovieFacets): Filters {
  let filters: Filters = {};
  for (const facet of VALUE_FACETS) filters = withValues(filters, facet, selectedValues(facets, facet));
  const buckets = facets.years.buckets.filter((bucket) => bucket.selected);
  const [first, last] = [buckets[0], buckets.at(-1)];
  return first && last ? { ...filters, year: { gte: first.from, lte: last.to } } : filters;
}

/** What `FacetValue.toggle` does: adds the value to its filter, or removes it where it is selected. */
export function toggleValue(filters: Filters, facets: MovieFacets, facet: ValueFacet, value: string): Filters {
  const selected = selectedValues(facets, facet);
  const others = selected.filter((other) => other !== value);
  return withValues(filters, facet, others.length < selected.length ? others : [...selected, value]);
}

/** The filters with one more writer, or without one. */
export function toggleWriter(filters: Filters, name: string): Filters {
  const before = filters.writers?.anyOf ?? [];
  const others = before.filter((other) => other !== name);
  const anyOf = others.length < before.length ? others : [...before, name];
  return anyOf.length > 0 ? { ...filters, writers: { anyOf } } : without(filters, 'writers');
}

/** What `YearBucket.toggle` does: sets the range to the bucket, or removes a range that equals it. */
export function toggleYears(filters: Filters, { from, to }: Pick<YearBucket, 'from' | 'to'>): Filters {
  if (filters.year?.gte === from && filters.year.lte === to) return without(filters, 'year');
  return { ...filters, year: { gte: from, lte: to } };
}

const FIELD_OF_PART: Partial<Record<RelaxedPart, keyof Filters>> = {
  GENRES: 'genres',
  CAST: 'cast',
  DIRECTORS: 'directors',
  WRITERS: 'writers',
  PROVIDERS: 'providers',
  DECADES: 'decades',
  YEAR: 'year',
};

/** What a relaxation does: drops a whole filter. Words of the text are no filter. */
export function relaxFilters(filters: Filters, part: RelaxedPart): Filters {
  const field = FIELD_OF_PART[part];
  return field === undefined ? filters : without(filters, field);
}

export function without(filters: Filters, field: keyof Filters): Filters {
  const { [field]: _, ...rest } = filters;
  return rest;
}

function withValues(filters: Filters, facet: ValueFacet, values: string[]): Filters {
  if (values.length === 0) return without(filters, facet);
  return { ...filters, [facet]: facet === 'decades' ? values.map(Number) : { anyOf: values } };
}

/** The gateway lists selected values always, so none is missed. */
function selectedValues(facets: MovieFacets, facet: ValueFacet): string[] {
  return facets[facet].values.filter((value) => value.selected).map(({ value }) => value);
}
