'use client';
import { useRouter } from 'next/navigation';
import { useState, type ReactNode } from 'react';
import { VocabularyFrame } from '@/components/vocabulary/frame';
import { NodeSheet } from '@/components/vocabulary/late-dialogs';
import { useAllPages } from '@/lib/graphql/use-all-pages';
import { graphql } from '@/gql';
import { useLive } from '@/lib/graphql/use-live';
import { usePages } from '@/lib/graphql/use-pages';
import { useViewer } from '@/lib/viewer';
import { GLOSSARY_EVENTS, useGlossaryTermChanges } from './use-term-changes';

const GLOSSARY_TREE = graphql(`
  query GlossaryFrame($after: String) {
    glossaryTerms(first: 200, after: $after) {
      totalCount
      nodes {
        id
        name
        version
        parent {
          id
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);
const GLOSSARY_LIVE = graphql(`
  subscription GlossaryFrameLive($types: [String!], $after: String) {
    eventPublished(types: $types, after: $after) {
      cursor
      event {
        id
        type
      }
    }
  }
`);

export const TERM_NOUN = { one: 'term', text: 'definition', isTextNeeded: true };

/** The tree of all terms, beside the one that is chosen. */
export function GlossaryFrame({ children }: { children: ReactNode }) {
  const router = useRouter();
  const { mayStewardAll } = useViewer();
  const [isNew, setNew] = useState(false);
  const { save, theirs } = useGlossaryTermChanges();
  const pages = usePages(GLOSSARY_TREE, {}, ({ glossaryTerms }) => glossaryTerms);
  const list = useAllPages(pages);
  useLive(GLOSSARY_LIVE, { variables: { types: GLOSSARY_EVENTS }, onEvent: list.reload });
  return (
    <VocabularyFrame
      title="Glossary"
      base="/glossary"
      list={list}
      empty={{ title: 'No terms', text: 'A term says what a word means here, so that data can point to it.' }}
      onNew={mayStewardAll ? { label: 'New term', run: () => setNew(true) } : undefined}
      over={
        <NodeSheet
          open={isNew}
          onClose={() => setNew(false)}
          noun={TERM_NOUN}
          node={null}
          theirs={theirs}
          save={async (form) => {
            const { id, error } = await save(form, null);
            if (id) {
              list.reload();
              router.push(`/glossary/${id}`);
            }
            return error;
          }}
        />
      }
    >
      {children}
    </VocabularyFrame>
  );
}
