import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { offerTools } from '../tools/modelContext';
import { App } from './App';
import './style.css';

const container = document.getElementById('page');
if (!container) throw new Error('index.html has no element #page');
createRoot(container).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
void offerTools();
