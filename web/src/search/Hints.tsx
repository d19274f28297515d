import type { MovieSearch, Relaxation } from '../operations';
import { withoutPiece } from './view';

interface Props {
  readonly answer: MovieSearch;
  readonly text: string;
  readonly onFollow: (state: string, text?: string) => void;
}

const PARTS: Record<string, string> = {
  GENRES: 'genre',
  CAST: 'person',
  TITLE: 'title',
  YEAR: 'years',
  DECADES: 'decade',
  HAS_POSTER: 'poster filter',
  PROVIDERS: 'provider',
};

/** Other spellings, and what to let go of when little is found. */
export function Hints({ answer, text, onFollow }: Props) {
  const { didYouMean } = answer;
  const relaxations = answer.relaxations ?? [];
  if (!didYouMean && relaxations.length === 0) return null;
  return (
    <div className="hints">
      {didYouMean && (
        <p>
          Did you mean{' '}
          <button type="button" className="plain" onClick={() => onFollow(didYouMean.state, didYouMean.text)}>
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
                <button type="button" onClick={() => onFollow(relaxation.state, textWithout(relaxation, text))}>
                  {relaxation.part === 'WORD' ? (
                    <>“{relaxation.dropped}”</>
                  ) : (
                    <>
                      {PARTS[relaxation.part] ?? 'filter'} {relaxation.dropped}
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

function textWithout(relaxation: Relaxation, text: string): string {
  return relaxation.part === 'WORD' ? withoutPiece(text, relaxation.dropped) : text;
}

function movies(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'movie' : 'movies'}`;
}
