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
import { DOMAINS_EVENTS, useDomainChanges } from './use-domain-changes';

const DOMAINS_TREE = graphql(`
  query DomainsFrame($after: String) {
    domains(first: 200, after: $after) {
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
const DOMAINS_LIVE = graphql(`
  subscription DomainsFrameLive($types: [String!], $after: String) {
    eventPublished(types: $types, after: $after) {
      cursor
      event {
        id
        type
      }
    }
  }
`);

export const DOMAIN_NOUN = { one: 'domain', text: 'description', isTextNeeded: false };

/** The tree of all domains, beside the one that is chosen. */
export function DomainsFrame({ children }: { children: ReactNode }) {
  const router = useRouter();
  const { mayStewardAll } = useViewer();
  const [isNew, setNew] = useState(false);
  const { save, theirs } = useDomainChanges();
  const pages = usePages(DOMAINS_TREE, {}, ({ domains }) => domains);
  const list = useAllPages(pages);
  useLive(DOMAINS_LIVE, { variables: { types: DOMAINS_EVENTS }, onEvent: list.reload });
  return (
    <VocabularyFrame
      title="Domains"
      base="/domains"
      list={list}
      empty={{ title: 'No domains', text: 'A domain is a part of the organisation that answers for its data.' }}
      onNew={mayStewardAll ? { label: 'New domain', run: () => setNew(true) } : undefined}
      over={
        <NodeSheet
          open={isNew}
          onClose={() => setNew(false)}
          noun={DOMAIN_NOUN}
          node={null}
          theirs={theirs}
          save={async (form) => {
            const { id, error } = await save(form, null);
            if (id) {
              list.reload();
              router.push(`/domains/${id}`);
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
