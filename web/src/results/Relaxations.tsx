import type { Question } from '../address/question';
import { searchHref } from '../address/route';
import { relaxed } from '../address/text';
import type { Relaxation } from '../operations';
import { movies, words } from '../words';

interface Props {
  readonly question: Question;
  readonly relaxations: readonly Relaxation[];
  readonly empty: boolean | undefined;
}

/** Below a short list: parts of the question that can be dropped, with what is found then. */
export function Relaxations({ question, relaxations, empty }: Props) {
  const links = relaxations.flatMap((relaxation) => {
    const rest = relaxed(question, relaxation);
    return rest ? [{ relaxation, rest }] : [];
  });
  if (links.length === 0) return null;
  return (
    <section className="hints">
      <h2>{empty ? words.withoutTitle : words.moreTitle}</h2>
      <ul>
        {links.map(({ relaxation: { part, dropped, total }, rest }) => (
          <li key={`${part} ${dropped}`}>
            <a href={searchHref(rest)}>
              {part === 'WORD' ? `“${dropped}”` : `${words.parts[part]} ${dropped}`.trim()}{' '}
              <span className="count">{movies(total)}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
