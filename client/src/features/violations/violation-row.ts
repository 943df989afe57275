import { graphql } from '@/gql';
import type { ViolationRowFragment } from '@/gql/graphql';

graphql(`
  fragment ViolationRow on Violation {
    id
    severity
    status
    message
    raisedAt
    updatedAt
    asset {
      id
      name
      path
      kind
      owners {
        role
        user {
          id
          name
        }
        team {
          id
          name
        }
      }
      source {
        id
      }
      domain {
        id
      }
    }
    column {
      id
      name
    }
    policy {
      id
      name
    }
  }
`);

/** What a decision changes: with it every list that shows the violation follows. */
graphql(`
  fragment ViolationDecision on Violation {
    id
    status
    updatedAt
    waivedUntil
    waivedBecause
    resolvedAt
  }
`);

export type ViolationRow = ViolationRowFragment;

type Placed = { asset?: { source?: { id: string } | null; domain?: { id: string } | null } | null };
/** As `maySteward` takes it. */
export const whereOf = ({ asset }: Placed) => ({ sourceId: asset?.source?.id, domainId: asset?.domain?.id });
