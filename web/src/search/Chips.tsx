import type { FacetValue, MovieSearch } from '../operations';
import { withoutPiece } from './view';

interface Props {
  readonly answer: MovieSearch;
  readonly text: string;
  readonly onFollow: (state: string, text?: string) => void;
}

const KINDS: Record<string, string> = {
  YEAR: 'year',
  YEAR_RANGE: 'years',
  DECADE: 'decade',
  GENRE: 'genre',
  PERSON: 'person',
  PHRASE: 'phrase',
  EXCLUDED: 'without',
};

/** What the words were read as, and which filters are on: each can be taken away again. */
export function Chips({ answer, text, onFollow }: Props) {
  const { genres, cast, decades, providers, years } = answer.facets;
  const filters = [
    ...on('genre', genres.values),
    ...on('person', cast.values),
    ...on('decade', decades.values, (value) => `${value}s`),
    ...on('provider', providers.values),
  ];
  const chosen = years.buckets.filter((bucket) => bucket.selected);
  // Only a range of exactly one bucket is undone by that bucket's own toggle.
  const year = chosen.length === 1 ? chosen[0] : undefined;
  if (answer.understood.length === 0 && filters.length === 0 && !year) return null;
  return (
    <ul className="chips" aria-label="Filters in use">
      {answer.understood.map((piece) => (
        <Chip
          key={`${piece.kind} ${piece.typed}`}
          kind={KINDS[piece.kind] ?? piece.kind.toLowerCase()}
          value={piece.value}
          soft={piece.effect === 'BOOST'}
          title={`“${piece.typed}” was read as ${KINDS[piece.kind] ?? 'a filter'} ${piece.value}${
            piece.effect === 'BOOST' ? ' and lifts its movies' : ''
          }`}
          onRemove={() => onFollow(piece.remove, withoutPiece(text, piece.typed))}
        />
      ))}
      {filters.map(({ kind, label, toggle }) => (
        <Chip key={`${kind} ${label}`} kind={kind} value={label} onRemove={() => onFollow(toggle)} />
      ))}
      {year && <Chip kind="years" value={`${year.from}–${year.to}`} onRemove={() => onFollow(year.toggle)} />}
    </ul>
  );
}

function on(kind: string, values: readonly FacetValue[], label = (value: string): string => value) {
  return values
    .filter((value) => value.selected)
    .map((value) => ({ kind, label: label(value.value), toggle: value.toggle }));
}

interface ChipProps {
  readonly kind: string;
  readonly value: string;
  readonly soft?: boolean;
  readonly title?: string;
  readonly onRemove: () => void;
}

function Chip({ kind, value, soft = false, title, onRemove }: ChipProps) {
  return (
    <li className={soft ? 'chip soft' : 'chip'} title={title}>
      <span className="kind">{kind}</span> {value}
      <button type="button" aria-label={`Remove ${kind} ${value}`} onClick={onRemove}>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="m7 7 10 10M17 7 7 17" />
        </svg>
      </button>
    </li>
  );
}
