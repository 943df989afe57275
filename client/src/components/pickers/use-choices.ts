'use client';
import { useEffect, useState } from 'react';
import type { AnyVariables, TypedDocumentNode } from 'urql';
import { usePages } from '@/lib/graphql/use-pages';
import type { Choices, Option } from './combobox';
import { matchByName, MOST_OPTIONS } from './match';

const TYPING_MS = 150;
/** So many things of a list are looked through; of more the later ones are found by their pages. */
const MOST_READ = 2_000;

export type Box = Pick<Choices, 'text' | 'onText' | 'isOpen' | 'onOpen'> & {
  /** What is typed, once the typing rests. */
  asked: string;
};

export function useBox(): Box {
  const [text, onText] = useState('');
  const [isOpen, onOpen] = useState(false);
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text.trim()), text === '' ? 0 : TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return { text, onText, isOpen, onOpen, asked };
}

type Connection<Node> = { nodes: readonly Node[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } };
type Source<Data, Variables, Node> = {
  document: TypedDocumentNode<Data, Variables>;
  variables: Omit<Variables & object, 'after'>;
  connectionOf: (data: Data) => Connection<Node> | null | undefined;
  toOption: (node: Node) => Option;
  /** Before those of the list: those of another one, which is read to its end. */
  others?: { options: readonly Option[]; isLoading: boolean; isFetching: boolean; error: Error | undefined };
};

/** Of a list that the API cannot search: read page by page when the box is opened, until there is enough that fits what is typed. */
export function useListed<Data, Variables extends AnyVariables, Node>(box: Box, source: Source<Data, Variables, Node>): Choices {
  const pages = usePages(source.document, source.variables, source.connectionOf, { pause: !box.isOpen });
  const { others } = source;
  // Those that come first are waited for: nothing moves under the pointer.
  const all = others?.isLoading ? [] : [...(others?.options ?? []), ...pages.nodes.map(source.toOption)];
  const options = matchByName(all, box.text);
  const readsOn = box.isOpen && pages.hasNextPage && !pages.isFetching && options.length < MOST_OPTIONS && all.length < MOST_READ;
  const { loadMore } = pages;
  useEffect(() => {
    if (readsOn) loadMore();
  }, [readsOn, loadMore]);
  const error = others?.error ?? pages.error;
  return {
    ...box,
    options,
    isLoading: pages.isFetching || (others?.isFetching ?? false),
    hasMore: pages.hasNextPage,
    error,
  };
}

/** Of a list that the API searches by what is typed (in the variables). */
export function useSearched<Data, Variables extends AnyVariables, Node>(box: Box, source: Source<Data, Variables, Node>): Choices {
  const pages = usePages(source.document, source.variables, source.connectionOf, { pause: !box.isOpen });
  const all = pages.nodes.map(source.toOption);
  // Until the answer is there, Enter must not choose what was found for something else.
  const options = pages.isFetching || box.text.trim() !== box.asked ? matchByName(all, box.text) : all;
  return { ...box, options, isLoading: pages.isFetching, hasMore: pages.hasNextPage, error: pages.error };
}
