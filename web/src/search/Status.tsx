import type { SearchState } from './useSearch';
import { SORTS, type View } from './view';

interface Props {
  readonly view: View;
  readonly search: SearchState;
  readonly onSort: (sort: View['sort']) => void;
}

/** Number of movies, time taken, and the order. */
export function Status({ view, search, onSort }: Props) {
  const rated = search.answer?.hits.edges.some(({ node }) => node.rating !== null) ?? false;
  // Not every catalogue has ratings to sort by.
  const sorts = SORTS.filter(([value]) => value !== 'RATING_DESC' || rated || view.sort === value);
  return (
    <div className="status">
      <p role="status" data-testid="total">
        {search.answer ? totalText(search) : 'Searching…'}
      </p>
      <label className="sort">
        <span>Sort</span>
        <select
          value={view.sort}
          onChange={(event) => {
            const sort = SORTS.find(([value]) => value === event.target.value)?.[0];
            if (sort) onSort(sort);
          }}
        >
          {sorts.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function totalText({ answer, tookMs }: SearchState) {
  if (!answer) return null;
  const { value, relation } = answer.total;
  return (
    <>
      <strong>
        {relation === 'AT_LEAST' && 'at least '}
        {value.toLocaleString('en')}
      </strong>{' '}
      {value === 1 ? 'movie' : 'movies'} <span className="took">in {Math.max(1, Math.round(tookMs))} ms</span>
    </>
  );
}
