import type { Mode } from '../address/filters';
import { number, words } from '../words';

interface Props {
  readonly name: string;
  readonly count: number;
  /** How the question filters by it. */
  readonly mode: Mode | undefined;
  /** Whether the Tab key stops here. */
  readonly first: boolean;
  /** The question with the value chosen, or no longer. */
  readonly href: string;
  /** The question with the value excluded, or no longer. */
  readonly excludeHref?: string;
}

/** One value of a facet: a link, so that it opens in a new tab as well, that behaves as a check box. */
export function Value({ name, count, mode, first, href, excludeHref }: Props) {
  const state = mode === 'not' ? 'value not' : 'value';
  return (
    <li>
      <a className={state} role="checkbox" aria-checked={mode === 'any' || mode === 'all'} tabIndex={first ? 0 : -1} href={href}>
        {name} <span className="count">{number(count)}</span>
      </a>
      {excludeHref !== undefined && (
        <a
          className="exclude"
          role="checkbox"
          aria-checked={mode === 'not'}
          aria-label={words.exclude(name)}
          tabIndex={-1}
          href={excludeHref}
        >
          −
        </a>
      )}
    </li>
  );
}
