/** Who changed something of an asset last, for whoever meets the change. */
import { graphql } from '@/gql';
import type { VersionAuthorFragment } from '@/gql/graphql';

graphql(`
  fragment VersionAuthor on AssetVersion {
    id
    version
    at
    by {
      id
      name
    }
    byScanRun {
      id
      scan {
        id
        name
      }
    }
    changes {
      path
      before
      after
    }
  }
`);

export const authorOf = ({ by, byScanRun }: Pick<VersionAuthorFragment, 'by' | 'byScanRun'>): string =>
  by?.name ?? (byScanRun ? (byScanRun.scan ? `Scan ${byScanRun.scan.name}` : 'A scan') : 'PurSight');

/** A column's name as a part of a change's path (RFC 6901). */
export const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');
export const unescapePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** The newest of these versions that changed one of these paths. */
export const lastToChange = <Version extends Pick<VersionAuthorFragment, 'changes'>>(
  versions: readonly Version[],
  paths: readonly string[],
): Version | undefined => versions.find(({ changes }) => changes.some(({ path }) => paths.includes(path)));
