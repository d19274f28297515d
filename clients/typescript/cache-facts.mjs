/** A plugin of graphql-codegen: what normalized caches must know of the schema and cannot ask a gateway in production. */

import { isInterfaceType, isObjectType, isUnionType } from 'graphql';

export function plugin(schema) {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  const abstract = types.filter((type) => isInterfaceType(type) || isUnionType(type));
  const possible = Object.fromEntries(
    abstract.map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name).toSorted()]),
  );
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  const withoutId = types
    .filter((type) => isObjectType(type) && !roots.has(type) && !type.getInterfaces().some(({ name }) => name === 'Node'))
    .map(({ name }) => name)
    .toSorted();
  const withId = types
    .filter((type) => isObjectType(type) && 'id' in type.getFields() && type.getInterfaces().some(({ name }) => name === 'Node'))
    .map(({ name }) => name);
  return [
    '/** The types of each interface. */',
    `export const possibleTypes = ${JSON.stringify(possible, undefined, 2)} as const;`,
    '/** Types whose objects have a global id. */',
    `export const typesWithId = ${JSON.stringify(withId, undefined, 2)} as const;`,
    '/** Types whose objects have no global id: a cache keeps them in the object that they belong to. */',
    `export const typesWithoutId = ${JSON.stringify(withoutId, undefined, 2)} as const;`,
  ].join('\n');
}
