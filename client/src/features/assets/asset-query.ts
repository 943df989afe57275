/** What every tab of an asset's page knows of it. */
import { graphql } from '@/gql';
import type { AssetPageQuery } from '@/gql/graphql';

export const ASSET_PAGE = graphql(`
  query AssetPage($id: ID!) {
    asset(id: $id) {
      id
      name
      displayName
      kind
      path
      version
      description
      sourceDescription
      createdAt
      updatedAt
      deletedAt
      parent {
        id
        displayName
        parent {
          id
          displayName
        }
      }
      source {
        id
        name
      }
      domain {
        id
        name
      }
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
      labels {
        id
        name
        description
      }
      tags
      terms {
        id
        name
      }
      table {
        definition
        partitioned
        rowEstimate
        sizeBytes
        primaryKey
        uniqueKeys {
          name
          columns
        }
        foreignKeys {
          name
          columns
          referencesName
          referencesColumns
          references {
            id
            name
          }
        }
        indexes {
          name
          columns
          definition
          unique
        }
        checks {
          name
          expression
        }
      }
      columns(first: 1) {
        totalCount
      }
    }
  }
`);

export type Asset = NonNullable<AssetPageQuery['asset']>;
export type Table = NonNullable<Asset['table']>;

export const CONTAINERS: readonly string[] = ['DATABASE', 'SCHEMA'];
export const TABS = ['schema', 'lineage', 'violations', 'history', 'definition', 'activity'] as const;
export type TabId = (typeof TABS)[number];

export const assetHref = (id: string): string => `/assets/${id}`;
