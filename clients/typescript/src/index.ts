export { WikimovieClient, type AskOptions, type ClientOptions } from './client.js';
export { RequestError, type GraphQLError } from './errors.js';
export { type Operation } from './operation.js';
export { possibleTypes } from './generated/cache.js';
export * from './generated/operations.js';
