import { EMPTY_QUESTION } from '../address/question';
import { searchHref } from '../address/route';
import { catalog } from '../store/catalog';
import { useStore } from '../store/store';
import { words } from '../words';

/** Nothing was found. An empty catalogue is not the question's fault. */
export function Empty({ hinted }: { readonly hinted: boolean }) {
  const { counts } = useStore(catalog);
  if (counts?.movies === 0) {
    return (
      <div className="empty">
        <h2>{words.emptyCatalog}</h2>
        <p>{words.emptyCatalogHint}</p>
      </div>
    );
  }
  return (
    <div className="empty">
      <h2>{words.nothing}</h2>
      {!hinted && (
        <>
          <p>{words.nothingHint}</p>
          <Examples />
        </>
      )}
    </div>
  );
}

export function Examples() {
  return (
    <ul className="examples">
      {words.examples.map((text) => (
        <li key={text}>
          <a href={searchHref({ ...EMPTY_QUESTION, text })}>{text}</a>
        </li>
      ))}
    </ul>
  );
}
