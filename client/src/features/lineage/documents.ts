/** What several parts of the explorer ask for. */
import { graphql } from '@/gql';

graphql(`
  fragment LineageNodeParts on LineageNode {
    id
    depth
    unexpanded
    job {
      id
      name
      namespace
    }
    run {
      id
      runId
      state
      startedAt
    }
    asset {
      id
      name
      displayName
      kind
      path
      deletedAt
      source {
        id
        name
      }
      domain {
        id
      }
    }
  }
`);
graphql(`
  fragment LineageEdgeParts on LineageEdge {
    from
    to
    kind
    origin
    transformation
    confidence
    validFrom
    validTo
    job {
      id
      name
      namespace
    }
    run {
      id
      runId
      state
      startedAt
      endedAt
    }
    declaration {
      reason
      at
      by {
        id
        name
      }
      retractedBecause
      retractedBy {
        id
        name
      }
    }
  }
`);

export const LINEAGE_GRAPH = graphql(`
  query LineageGraph($assetId: ID!, $direction: LineageDirection!, $depth: Int!, $asOf: DateTime, $maxNodes: Int!) {
    lineage(assetId: $assetId, direction: $direction, depth: $depth, asOf: $asOf, maxNodes: $maxNodes) {
      rootId
      truncated
      nodes {
        ...LineageNodeParts
      }
      edges {
        ...LineageEdgeParts
      }
    }
  }
`);

export const LINEAGE_COLUMNS = graphql(`
  query LineageColumns($assetId: ID!, $direction: LineageDirection!, $depth: Int!, $asOf: DateTime) {
    lineage(assetId: $assetId, direction: $direction, depth: $depth, asOf: $asOf, maxNodes: 2000, level: COLUMN) {
      truncated
      nodes {
        id
        depth
        asset {
          id
        }
        column {
          id
          name
          dataType
          ordinal
          labels {
            id
            state
            label {
              id
              name
            }
          }
        }
      }
      edges {
        ...LineageEdgeParts
      }
    }
  }
`);

export const LINEAGE_DIFF = graphql(`
  query LineageDiff($assetId: ID!, $direction: LineageDirection!, $depth: Int!, $from: DateTime!, $to: DateTime!) {
    lineageDiff(assetId: $assetId, direction: $direction, depth: $depth, from: $from, to: $to, maxNodes: 500) {
      truncated
      added {
        ...LineageEdgeParts
      }
      removed {
        ...LineageEdgeParts
      }
      addedNodes {
        ...LineageNodeParts
      }
      removedNodes {
        ...LineageNodeParts
      }
    }
  }
`);

export const LINEAGE_PATHS = graphql(`
  query LineagePaths($first: ID!, $second: ID!, $asOf: DateTime) {
    there: paths(from: $first, to: $second, asOf: $asOf) {
      truncated
      paths {
        length
        nodes {
          ...LineageNodeParts
        }
        edges {
          ...LineageEdgeParts
        }
      }
    }
    back: paths(from: $second, to: $first, asOf: $asOf) {
      truncated
      paths {
        length
        nodes {
          ...LineageNodeParts
        }
        edges {
          ...LineageEdgeParts
        }
      }
    }
  }
`);

/** Each flow that is and that was of the asset itself: where the slider has its marks. */
export const LINEAGE_HISTORY = graphql(`
  query LineageHistory($assetId: ID!) {
    lineageHistory(assetId: $assetId, first: 200) {
      nodes {
        from
        to
        validFrom
        validTo
      }
      pageInfo {
        hasNextPage
      }
    }
  }
`);

/** How often the policies are violated; in a question of its own, so that the graph does not wait for it. */
export const LINEAGE_BADGES = graphql(`
  query LineageBadges($ids: [ID!]!) {
    assetsById(ids: $ids) {
      id
      violations(first: 20, filter: { statuses: [OPEN, ACKNOWLEDGED] }) {
        totalCount
        nodes {
          id
          severity
        }
      }
    }
  }
`);

export const LINEAGE_LIVE = graphql(`
  subscription LineageLive($subject: ID!, $after: String) {
    eventPublished(types: ["lineage.changed", "asset.updated", "asset.deleted"], subject: $subject, after: $after) {
      cursor
      event {
        id
        type
      }
    }
  }
`);
