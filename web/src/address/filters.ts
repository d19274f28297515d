/** The filters of a question, as the address and the chips name them. */

import type { MovieWhere } from '../operations';

/** Values of one field: the movie has at least one of `any`, every one of `all`, and none of `not`. */
export interface ValueFilter {
  readonly any: readonly string[];
  readonly all: readonly string[];
  readonly not: readonly string[];
}

export type Mode = keyof ValueFilter;
export const MODES: readonly Mode[] = ['any', 'all', 'not'];

/** Fields whose values are chosen one by one, in the order of the address. */
export const VALUE_FIELDS = [
  'genres',
  'cast',
  'directors',
  'writers',
  'languages',
  'countries',
  'providers',
] as const;
export type ValueField = (typeof VALUE_FIELDS)[number];

/** Both ends included; an end that is missing is open. */
export interface Range {
  readonly from?: number;
  readonly to?: number;
}

export const RANGE_FIELDS = ['year', 'runtime', 'rating'] as const;
export type RangeField = (typeof RANGE_FIELDS)[number];

export type Filters = { readonly [Field in ValueField]?: ValueFilter } & { readonly [Field in RangeField]?: Range } & {
  readonly decades?: readonly number[];
  readonly title?: string;
  readonly poster?: boolean;
};

const NONE: ValueFilter = { any: [], all: [], not: [] };

export function valuesOf(filters: Filters, field: ValueField): ValueFilter {
  return filters[field] ?? NONE;
}

/** Equal for values that the gateway takes for one: case and accents do not matter. */
export function folded(value: string): string {
  return value.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

const has = (values: readonly string[], value: string): boolean => values.some((other) => folded(other) === folded(value));
const minus = (values: readonly string[], value: string): readonly string[] =>
  values.filter((other) => folded(other) !== folded(value));

/** How a value is filtered by; undefined where it is not. */
export function modeOf(filters: Filters, field: ValueField, value: string): Mode | undefined {
  const values = valuesOf(filters, field);
  return MODES.find((mode) => has(values[mode], value));
}

/** Whether the field's chosen values must all hold: the next one joins them. */
export function wantsAll(filters: Filters, field: ValueField): boolean {
  return valuesOf(filters, field).all.length > 0;
}

export function without(filters: Filters, field: keyof Filters): Filters {
  const { [field]: _, ...rest } = filters;
  return rest;
}

function withValues(filters: Filters, field: ValueField, values: ValueFilter): Filters {
  const used = MODES.some((mode) => values[mode].length > 0);
  return used ? { ...filters, [field]: values } : without(filters, field);
}

/** The filters without a value of a field, however it is filtered by. */
export function removeValue(filters: Filters, field: ValueField, value: string): Filters {
  const { any, all, not } = valuesOf(filters, field);
  return withValues(filters, field, { any: minus(any, value), all: minus(all, value), not: minus(not, value) });
}

/** Adds a value in this mode, out of any other. */
export function addValue(filters: Filters, field: ValueField, value: string, mode: Mode): Filters {
  const rest = removeValue(filters, field, value);
  const values = valuesOf(rest, field);
  return withValues(rest, field, { ...values, [mode]: [...values[mode], value] });
}

/** What a click on a value does: adds it to the chosen ones, or takes it out. */
export function toggleValue(filters: Filters, field: ValueField, value: string): Filters {
  const mode = modeOf(filters, field, value);
  if (mode === 'any' || mode === 'all') return removeValue(filters, field, value);
  return addValue(filters, field, value, wantsAll(filters, field) ? 'all' : 'any');
}

/** What a click on the minus of a value does: excludes it, or no longer does. */
export function toggleExcluded(filters: Filters, field: ValueField, value: string): Filters {
  return modeOf(filters, field, value) === 'not'
    ? removeValue(filters, field, value)
    : addValue(filters, field, value, 'not');
}

/** Makes the chosen values of a field alternatives, or all of them required. */
export function setAll(filters: Filters, field: ValueField, required: boolean): Filters {
  const { any, all, not } = valuesOf(filters, field);
  const chosen = [...any, ...all];
  return withValues(filters, field, required ? { any: [], all: chosen, not } : { any: chosen, all: [], not });
}

export function toggleDecade(filters: Filters, decade: number): Filters {
  const before = filters.decades ?? [];
  const decades = before.includes(decade) ? before.filter((other) => other !== decade) : [...before, decade];
  return decades.length > 0 ? { ...filters, decades } : without(filters, 'decades');
}

/** Sets a range; one that is open at both ends is none. Ends in the wrong order are swapped. */
export function setRange(filters: Filters, field: RangeField, { from, to }: Range): Filters {
  if (from === undefined && to === undefined) return without(filters, field);
  const range = from !== undefined && to !== undefined && from > to ? { from: to, to: from } : { from, to };
  return {
    ...filters,
    [field]: { ...(range.from !== undefined && { from: range.from }), ...(range.to !== undefined && { to: range.to }) },
  };
}

/** Number of filters in use, each value counted. */
export function countFilters(filters: Filters): number {
  const values = VALUE_FIELDS.flatMap((field) => MODES.map((mode) => valuesOf(filters, field)[mode].length));
  const others = [...RANGE_FIELDS, 'title' as const, 'poster' as const].filter((field) => filters[field] !== undefined);
  return values.reduce((sum, length) => sum + length, others.length + (filters.decades?.length ?? 0));
}

const WHERE_OF_MODE = { any: 'anyOf', all: 'allOf', not: 'noneOf' } as const;

/** The filters as the contract wants them; undefined without any. */
export function whereOf(filters: Filters): MovieWhere | undefined {
  const where: MovieWhere = {};
  for (const field of VALUE_FIELDS) {
    const values = filters[field];
    if (!values) continue;
    where[field] = Object.fromEntries(
      MODES.filter((mode) => values[mode].length > 0).map((mode) => [WHERE_OF_MODE[mode], [...values[mode]]]),
    );
  }
  for (const field of RANGE_FIELDS) {
    const range = filters[field];
    if (!range) continue;
    where[field] = {
      ...(range.from !== undefined && { gte: range.from }),
      ...(range.to !== undefined && { lte: range.to }),
    };
  }
  if (filters.decades) where.decades = [...filters.decades];
  if (filters.title !== undefined) where.title = filters.title;
  if (filters.poster !== undefined) where.hasPoster = filters.poster;
  return Object.keys(where).length > 0 ? where : undefined;
}
