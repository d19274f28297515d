/** What the gateway says of itself in the page: `<meta name="wikimovie:graphiql" content="off">`. */
function content(name: string): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name="wikimovie:${name}"]`)?.content;
}

/** Whether GraphiQL is served; a link to it is a dead end otherwise. */
export const hasGraphiql = (): boolean => content('graphiql') !== 'off';

/** An address of GraphiQL that opens with this operation. */
export function graphiqlHref(text: string, variables: object): string {
  return `/graphiql?${new URLSearchParams({ query: text, variables: JSON.stringify(variables, undefined, 2) })}`;
}
