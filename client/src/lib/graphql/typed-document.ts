import { parse } from '@0no-co/graphql.web';

/** A document as the cache takes it; `__meta__` is what the generator puts there, too. Called by what documents-loader.cjs writes only. */
export const typedDocument = (text: string, hash?: string) => ({ ...parse(text, { noLocation: true }), __meta__: { hash } });
