import { searchHref } from '../address/route';
import { corrected } from '../address/text';
import type { Shown } from '../store/search';
import { movies, words } from '../words';

/** Above the list: the spelling that was found, another one that finds more, and how much of the text was found. */
export function Corrections({ shown: { question, found } }: { readonly shown: Shown }) {
  const { hits, matching } = found;
  const didYouMean = found.didYouMean && found.didYouMean.total > found.total.value ? found.didYouMean : null;
  const typos = (hits.edges[0]?.reasons ?? []).filter(({ kind }) => kind === 'TYPO');
  const spelling = didYouMean ? undefined : corrected(question.text, typos);
  const partly = matching.atLeast < matching.of && found.total.value > 0;
  if (!didYouMean && spelling === undefined && !partly) return null;
  return (
    <div className="corrections">
      {didYouMean && (
        <p>
          {words.didYouMean} <a href={searchHref({ ...question, text: didYouMean.text })}>{didYouMean.text}</a>?{' '}
          <span className="count">{movies(didYouMean.total)}</span>
        </p>
      )}
      {spelling !== undefined && (
        <p>
          {words.showing} <a href={searchHref({ ...question, text: spelling })}>{spelling}</a>
        </p>
      )}
      {partly && <p>{words.partly(matching.atLeast, matching.of)}</p>}
    </div>
  );
}
