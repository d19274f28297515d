import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import './style.css';

const place = document.getElementById('page');
if (!place) throw new Error('index.html holds the element #page');
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
