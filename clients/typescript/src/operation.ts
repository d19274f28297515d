/** An operation with the types of its data and variables. */

import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';

/** What the client takes: a text, its types, and its SHA-256 where that is known. graphql-codegen's documents fit as well. */
export interface Operation<Data, Variables> extends DocumentTypeDecoration<Data, Variables> {
  /** SHA-256 of the text in hexadecimal digits: such an operation is asked by GET, and caches may keep its answer. */
  readonly hash?: string;
  toString(): string;
}

export function operation<Data, Variables>(hash: string, text: string): Operation<Data, Variables> {
  return { hash, toString: () => text };
}
