// Where a flow's page is, for links from one flow to another.

/** `/if/flow/<slug>/`, with the page's query, so that `next` is not forgotten on the way. */
export function flowPage(slug: string, query: { readonly [key: string]: string }): string {
  const page = `/if/flow/${slug}/`;
  const text = new URLSearchParams(query).toString();
  return text === "" ? page : `${page}?${text}`;
}
