import { words } from '../words';

interface Props {
  readonly title?: string;
  readonly hint?: string;
  /** Another way on than the start page. */
  readonly link?: { readonly href: string; readonly text: string };
}

/** There is nothing at this address. */
export function Lost({ title = words.lost, hint, link }: Props) {
  const { href, text } = link ?? { href: '/', text: words.toStart };
  return (
    <section className="page empty">
      <h1>{title}</h1>
      {hint && <p>{hint}</p>}
      <p>
        <a href={href}>{text}</a>
      </p>
    </section>
  );
}
