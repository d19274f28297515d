import { render } from 'preact';
import { App } from './App';
import { catalog } from './store/catalog';
import { search } from './store/search';
import { navigation } from './shell/navigation';
import { startRoving } from './shell/roving';
import { offerTools } from './tools/modelContext';
import { loadWords } from './words';
import './styles/base.css';
import './styles/box.css';
import './styles/facets.css';
import './styles/results.css';
import './styles/pages.css';
import './styles/narrow.css';
import './styles/print.css';

const page = document.getElementById('page');
if (!page) throw new Error('index.html has no element #page');

// Before any view: the question is on its way while the first view is rendered.
navigation.subscribe(() => {
  const { route, typing } = navigation.state;
  if (route.view === 'search') search.show(route.question, route.after, typing);
});
navigation.start();
catalog.onChange(() => search.refresh());
startRoving();
// English is at hand; another language is waited for, while the question is on its way.
const loading = loadWords();
if (loading) await loading;
render(<App />, page);

// The subscription waits until the page stands.
const idle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 200));
window.addEventListener('load', () => idle(() => catalog.start()));
void offerTools();
