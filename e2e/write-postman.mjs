// Writes postman/Wikimovie.postman_collection.json from the shared operations.
import { writeFile } from 'node:fs/promises';
import { buildCollection } from './lib/postman.mjs';

const file = new URL('../postman/Wikimovie.postman_collection.json', import.meta.url);
await writeFile(file, `${JSON.stringify(await buildCollection(), null, 2)}\n`);
