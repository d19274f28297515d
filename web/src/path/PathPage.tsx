import { useEffect, useState } from 'preact/hooks';
import { movieHref, pathHref, personHref } from '../address/route';
import { Combobox } from '../box/Combobox';
import { useSuggestions } from '../box/useSuggestions';
import { PathDocument, SuggestPeopleDocument, type CostarPath } from '../operations';
import { Highlighted } from '../results/Highlighted';
import { Ticket } from '../results/Ticket';
import { graphiqlHref, hasGraphiql } from '../shell/config';
import { navigation } from '../shell/navigation';
import { setTitle } from '../shell/title';
import { GatewayProblem } from '../states/GatewayProblem';
import { useAsked } from '../store/asked';
import { number, words } from '../words';

/** How two people are connected through casts: the chain of movies between them. */
export function PathPage({ from, to }: { readonly from: string; readonly to: string }) {
  const both = from !== '' && to !== '';
  const { data, problem, retry } = useAsked(PathDocument, both ? { from, to } : undefined);
  useEffect(() => setTitle(both ? `${from} – ${to}` : words.pathTitle), [both, from, to]);
  const path = both ? data?.costars : undefined;
  return (
    <section className="page path">
      <h1>{words.pathTitle}</h1>
      <p>{words.pathHint}</p>
      <div className="ends-of-path">
        <PersonBox label={words.from} name={from} hrefOf={(name) => pathHref(name, to)} />
        <PersonBox label={words.to} name={to} hrefOf={(name) => pathHref(from, name)} />
        <a href={pathHref(to, from)}>{words.swap}</a>
      </div>
      {problem && <GatewayProblem problem={problem} onRetry={retry} />}
      {path && <Chain path={path} />}
      {both && data && !path && !problem && (
        <div className="empty">
          <h2>{words.noPath}</h2>
          <p>{words.noPathHint}</p>
        </div>
      )}
      {both && hasGraphiql() && (
        <p className="aside">
          <a href={graphiqlHref(PathDocument.text, { from, to })}>{words.asGraphql}</a>
        </p>
      )}
    </section>
  );
}

interface BoxProps {
  readonly label: string;
  readonly name: string;
  readonly hrefOf: (name: string) => string;
}

function PersonBox({ label, name, hrefOf }: BoxProps) {
  const [text, setText] = useState(name);
  const [open, setOpen] = useState(false);
  useEffect(() => setText(name), [name]);
  const people = useSuggestions(SuggestPeopleDocument, open && text.trim() !== '' ? { prefix: text } : undefined);
  const options = people.map((person) => ({
    key: person.text,
    href: hrefOf(person.text),
    content: (
      <>
        <span className="what">
          <Highlighted text={person.highlight.text} spans={person.highlight.spans} />
        </span>
        <span className="count">{number(person.count)}</span>
      </>
    ),
  }));
  return (
    <div className="end-of-path">
      <p aria-hidden="true">{label}</p>
      <Combobox
        label={label}
        placeholder={words.person}
        text={text}
        options={options}
        onOpen={setOpen}
        onText={setText}
        onSubmit={(submitted) => navigation.go(hrefOf(submitted.trim()))}
        onChoose={({ key }) => navigation.go(hrefOf(key))}
      />
    </div>
  );
}

function Chain({ path: { from, length, steps } }: { readonly path: CostarPath }) {
  return (
    <>
      <h2>{length === 0 ? words.samePerson : words.pathLength(length, number(length))}</h2>
      <ol className="chain">
        <li>
          <a href={personHref(from.name)}>{from.name}</a>
        </li>
        {steps.map(({ movie, person }) => (
          <li key={movie.id}>
            <a className="step" href={movieHref(movie.id)}>
              <Ticket movie={movie} />
              {movie.title}
              {movie.year !== null && <span className="year"> {movie.year}</span>}
            </a>
            <a href={personHref(person.name)}>{person.name}</a>
          </li>
        ))}
      </ol>
    </>
  );
}
