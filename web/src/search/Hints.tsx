import type { Correction, MovieSearch, Relaxation } from '../operations';

interface Props {
  readonly answer: MovieSearch;
  readonly onCorrect: (correction: Correction) => void;
  readonly onRelax: (relaxation: Relaxation) => void;
}

const PART_LABELS: Record<Relaxation['part'], string> = {
  WORD: 'word',
  PERSON: 'person',
  UNDERSTOOD: '',
  TEXT: 'the text',
  SEVERAL: '',
  GENRES: 'genre',
  CAST: 'person',
  DIRECTORS: 'director',
  WRITERS: 'writer',
  LANGUAGES: 'language',
  COUNTRIES: 'country',
  RUNTIME: 'runtime',
  RATING: 'rating',
  TITLE: 'title',
  YEAR: 'years',
  DECADES: 'decade',
  HAS_POSTER: 'poster filter',
  PROVIDERS: 'provider',
};

/** Other spellings, and parts of the question that can be dropped when little is found. */
export function Hints({ answer, onCorrect, onRelax }: Props) {
  const { didYouMean, relaxations } = answer;
  if (!didYouMean && relaxations.length === 0) return null;
  return (
    <div className="hints">
      {didYouMean && (
        <p>
          Did you mean{' '}
          <button type="button" className="plain" onClick={() => onCorrect(didYouMean)}>
            {didYouMean.text}
          </button>
          ? <span className="count">{movies(didYouMean.total)}</span>
        </p>
      )}
      {relaxations.length > 0 && (
        <>
          <p>{answer.total.value === 0 ? 'Nothing has all of it.' : 'More can be found.'} Search without</p>
          <ul>
            {relaxations.map((relaxation) => (
              <li key={`${relaxation.part} ${relaxation.dropped}`}>
                <button type="button" onClick={() => onRelax(relaxation)}>
                  {relaxation.part === 'WORD' ? (
                    <>“{relaxation.dropped}”</>
                  ) : (
                    <>
                      {PART_LABELS[relaxation.part]} {relaxation.dropped}
                    </>
                  )}{' '}
                  <span className="count">{movies(relaxation.total)}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function movies(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'movie' : 'movies'}`;
}
