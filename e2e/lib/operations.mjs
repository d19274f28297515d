// The operations that all clients share.
import { readFile } from 'node:fs/promises';

export const operation = (name) => readFile(new URL(`../../clients/operations/${name}.graphql`, import.meta.url), 'utf8');
