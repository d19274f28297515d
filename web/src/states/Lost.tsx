import { words } from '../words';

interface Props {
  readonly title?: string;
  readonly hint?: string;
  /** Another way on than the start page. */
  readonly link?: { readonly href: string; readonly text: string };
}

const START = { href: '/', text: words.toStart };

/** There is nothing at this address. */
export function Lost({ title = words.lost, hint, link = START }: Props) {
  return (
    <section className="page empty">
      <h1>{title}</h1>
      {hint && <p>{hint}</p>}
      <p>
        <a href={link.href}>{link.text}</a>
      </p>
    </section>
  );
}
