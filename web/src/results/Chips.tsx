import {
  countFilters,
  MODES,
  RANGE_FIELDS,
  removeValue,
  toggleDecade,
  valuesOf,
  VALUE_FIELDS,
  without,
  type Filters,
  type RangeField,
} from '../address/filters';
import { EMPTY_QUESTION, type Question } from '../address/question';
import { personHref, searchHref } from '../address/route';
import { withoutPiece } from '../address/text';
import type { Understanding } from '../operations';
import { words } from '../words';

interface Props {
  readonly question: Question;
  /** Undefined while the answer is on the way. */
  readonly understood: readonly Understanding[] | undefined;
}

interface Shown {
  readonly kind: string;
  readonly value: string;
  /** The question without it. */
  readonly rest: Question | undefined;
  readonly soft?: boolean;
  readonly title?: string;
  /** Name of the person that it stands for. */
  readonly person?: string | undefined;
}

/** What the words were understood as, and every filter in use. Each can be removed, and all filters at once. */
export function Chips({ question, understood }: Props) {
  const chips = [...(understood ?? []).map((piece) => pieceChip(piece, question)), ...filterChips(question)];
  if (chips.length === 0) return null;
  return (
    <ul className="chips" aria-label={words.filtersInUse}>
      {chips.map((chip) => (
        <Chip key={`${chip.kind} ${chip.value}`} chip={chip} />
      ))}
      {countFilters(question.filters) > 1 && (
        <li>
          <a className="clear-all" href={clearedHref(question)}>
            {words.clearAll}
          </a>
        </li>
      )}
    </ul>
  );
}

function clearedHref(question: Question): string {
  return question.text === '' ? '/' : searchHref({ ...question, filters: {} });
}

/** The address without a filter; without anything left it is the start page. */
function restHref(rest: Question): string {
  const asksNothing = rest.text === '' && Object.keys(rest.filters).length === 0 && rest.sort === 'RELEVANCE';
  return asksNothing ? '/' : searchHref(rest);
}

function Chip({ chip: { kind, value, rest, soft, title, person } }: { readonly chip: Shown }) {
  return (
    <li className={soft ? 'chip soft' : 'chip'} title={title}>
      <span className="kind">{kind}</span> {person === undefined ? value : <a href={personHref(person)}>{value}</a>}
      {rest && (
        <a className="remove" href={restHref(rest)} aria-label={words.remove(kind, value)}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="m7 7 10 10M17 7 7 17" />
          </svg>
        </a>
      )}
    </li>
  );
}

function pieceChip(piece: Understanding, question: Question): Shown {
  const { kind, typed, effect } = piece;
  // The chip says "without" itself.
  const value = kind === 'EXCLUDED' ? piece.value.replace(/^-/, '') : piece.value;
  const text = withoutPiece(question.text, typed);
  return {
    kind: words.understood[kind],
    value,
    rest: text === question.text ? undefined : { ...question, text },
    soft: effect !== 'FILTER',
    title: explanation(piece, value),
    person: kind === 'PERSON' || kind === 'DIRECTOR' ? value : undefined,
  };
}

function explanation({ kind, typed, effect }: Understanding, value: string): string {
  if (kind === 'EXCLUDED') return words.excluded(typed, value);
  if (kind === 'FILLER') return words.filler(typed);
  return words.understoodAs(typed, words.understood[kind], value) + (effect === 'BOOST' ? words.boosted : '');
}

const PEOPLE = new Set<string>(['cast', 'directors', 'writers']);

function filterChips(question: Question): Shown[] {
  const { filters, state } = question;
  const rest = (next: Filters): Question => ({ ...question, filters: next });
  const chips: Shown[] = [];
  if (state !== undefined) chips.push({ kind: words.linkFilters, value: '', rest: EMPTY_QUESTION });
  for (const field of VALUE_FIELDS) {
    for (const mode of MODES) {
      const { one } = words.fields[field];
      const kind = mode === 'not' ? words.chipNot(one) : mode === 'all' ? words.chipAll(one) : one;
      for (const value of valuesOf(filters, field)[mode]) {
        const person = PEOPLE.has(field) ? value : undefined;
        chips.push({ kind, value, rest: rest(removeValue(filters, field, value)), person });
      }
    }
  }
  for (const decade of filters.decades ?? []) {
    const { one: kind } = words.fields.decades;
    chips.push({ kind, value: words.decade(decade), rest: rest(toggleDecade(filters, decade)) });
  }
  const ranges: Record<RangeField, string> = {
    year: words.fields.year.one,
    runtime: words.minutes,
    rating: words.ratingFilter,
  };
  for (const field of RANGE_FIELDS) {
    const range = filters[field];
    if (!range) continue;
    const value = words.years(range.from ?? '', range.to ?? '');
    chips.push({ kind: ranges[field], value, rest: rest(without(filters, field)) });
  }
  if (filters.title !== undefined) {
    chips.push({ kind: words.titleFilter, value: filters.title, rest: rest(without(filters, 'title')) });
  }
  if (filters.poster !== undefined) {
    const value = filters.poster ? words.withPoster : words.withoutPoster;
    chips.push({ kind: words.poster, value, rest: rest(without(filters, 'poster')) });
  }
  return chips;
}
