/** @jsxImportSource react */
// Sets the addresses of the workers, which must happen before the editor starts one.
import 'graphiql/setup-workers/vite';

import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { ENDPOINT } from '../gateway/ask';
import { webSocketUrl } from '../gateway/live';
import { examples } from './examples';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './style.css';

const plugins = [HISTORY_PLUGIN, explorerPlugin({ showAttribution: false })];
const fetcher = createGraphiQLFetcher({ url: ENDPOINT, subscriptionUrl: webSocketUrl() });

/** The operation of a shared link (`?query=`), because GraphiQL 5 does not read its address. */
function sharedTab(): { query: string; variables?: string } | undefined {
  const params = new URLSearchParams(window.location.search);
  const query = params.get('query');
  const variables = params.get('variables');
  return query ? { query, ...(variables && { variables }) } : undefined;
}

const shared = sharedTab();
const tabs = await examples();
const container = document.getElementById('graphiql');
if (!container) throw new Error('graphiql/index.html has no element #graphiql');
createRoot(container).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={plugins}
    // Used on the first visit; later GraphiQL restores its own tabs and adds the shared operation to them.
    defaultTabs={shared ? [shared, ...tabs] : tabs}
    defaultEditorToolsVisibility={false}
    shouldPersistHeaders={false}
    {...(shared && { initialQuery: shared.query, initialVariables: shared.variables ?? '' })}
  >
    <GraphiQL.Logo>
      <a className="home" href="/">
        WIKI<b>Movie</b>
      </a>
    </GraphiQL.Logo>
  </GraphiQL>,
);
