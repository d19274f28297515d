import type { FacetValue, MovieSearch, Understanding } from '../operations';
import type { ValueFacet, YearRange } from './filters';

interface Props {
  readonly answer: MovieSearch;
  readonly year: YearRange | undefined;
  readonly writers: readonly string[];
  readonly onRemovePiece: (piece: Understanding) => void;
  readonly onToggle: (facet: ValueFacet, value: FacetValue) => void;
  readonly onRemoveWriter: (name: string) => void;
  readonly onRemoveYear: () => void;
}

const KIND_LABELS: Record<Understanding['kind'], string> = {
  YEAR: 'year',
  YEAR_RANGE: 'years',
  DECADE: 'decade',
  GENRE: 'genre',
  PERSON: 'person',
  DIRECTOR: 'director',
  PHRASE: 'phrase',
  EXCLUDED: 'without',
  FILLER: 'not searched for',
  SIMILAR: 'like',
};

const FACET_LABELS: readonly (readonly [ValueFacet, string])[] = [
  ['genres', 'genre'],
  ['cast', 'person'],
  ['directors', 'director'],
  ['decades', 'decade'],
  ['providers', 'provider'],
];

/** What the words were understood as, and the filters in use. Each can be removed. */
export function Chips({ answer, year, writers, onRemovePiece, onToggle, onRemoveWriter, onRemoveYear }: Props) {
  const filters = FACET_LABELS.flatMap(([facet, kind]) =>
    answer.facets[facet].values
      .filter((value) => value.selected)
      .map((value) => ({ facet, kind, value, label: facet === 'decades' ? `${value.value}s` : value.value })),
  );
  if (answer.understood.length === 0 && filters.length === 0 && writers.length === 0 && !year) return null;
  return (
    <ul className="chips" aria-label="Filters in use">
      {answer.understood.map((piece) => (
        <Chip
          key={`${piece.kind} ${piece.typed}`}
          kind={KIND_LABELS[piece.kind]}
          value={shown(piece)}
          soft={piece.effect === 'BOOST'}
          title={explanation(piece)}
          onRemove={() => onRemovePiece(piece)}
        />
      ))}
      {filters.map(({ facet, kind, value, label }) => (
        <Chip key={`${kind} ${label}`} kind={kind} value={label} onRemove={() => onToggle(facet, value)} />
      ))}
      {writers.map((name) => (
        <Chip key={`writer ${name}`} kind="writer" value={name} onRemove={() => onRemoveWriter(name)} />
      ))}
      {year && <Chip kind="years" value={`${year.gte ?? ''}–${year.lte ?? ''}`} onRemove={onRemoveYear} />}
    </ul>
  );
}

/** The value without the minus that the contract puts before what is excluded: the chip says "without". */
function shown({ kind, value }: Understanding) {
  return kind === 'EXCLUDED' ? value.replace(/^-/, '') : value;
}

function explanation(piece: Understanding) {
  switch (piece.kind) {
    case 'EXCLUDED':
      return `“${piece.typed}” leaves out movies with ${shown(piece)}`;
    case 'FILLER':
      return `“${piece.typed}” names no movie and is not searched for`;
    default:
      return `“${piece.typed}” was understood as ${KIND_LABELS[piece.kind]} ${piece.value}${
        piece.effect === 'BOOST' ? ' and ranks its movies higher' : ''
      }`;
  }
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
