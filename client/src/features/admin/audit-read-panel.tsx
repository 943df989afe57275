'use client';
import Link from 'next/link';
import { useQuery } from 'urql';
import { Name } from '@/components/ui/name';
import { Fact, Facts, SidePanel, SideSection } from '@/components/ui/side-panel';
import { Time } from '@/components/ui/time';
import { graphql } from '@/gql';
import type { AuditReadFragment } from '@/gql/graphql';
import { formatCount, plural } from '@/lib/format';
import { SubjectLinks } from './audit-subject';
import { pageOfRead } from './read-words';

const AUDIT_READ_ASSETS = graphql(`
  query AuditReadAssets($ids: [ID!]!) {
    assetsById(ids: $ids) {
      id
      name
    }
  }
`);

/** As many as can be asked for at a time. */
const MOST_SHOWN = 200;

/** One row of the reads. Which assets its ids are is asked for here only: asking is a read, and is audited, too. */
export function AuditReadPanel({ read, onClose }: { read: AuditReadFragment; onClose: () => void }) {
  const ids = read.subjectIds.slice(0, MOST_SHOWN);
  const [{ data }] = useQuery({ query: AUDIT_READ_ASSETS, variables: { ids }, pause: ids.length === 0 });
  const assets = new Map(data?.assetsById?.flatMap((asset) => (asset ? [[asset.id, asset.name] as const] : [])));
  const more = read.subjectIds.length - ids.length;
  return (
    <SidePanel
      label="The read"
      onClose={onClose}
      head={<h2 className="text-panel break-all">{read.operation ?? 'An operation without a name'}</h2>}
    >
      <SideSection>
        <Facts>
          <Fact name="User">{read.user ? <bdi>{read.user.name}</bdi> : <span className="text-fg-3">gone</span>}</Fact>
          {read.tokenId && (
            <Fact name="API token">
              <code className="text-small break-all">{read.tokenId}</code>
            </Fact>
          )}
          <Fact name="Fields">
            <code>{read.fields.join(', ')}</code>
          </Fact>
          <Fact name="Times">{formatCount(read.count)}</Fact>
          <Fact name="First">
            <Time at={read.firstAt} as="full" />
          </Fact>
          <Fact name="Last">
            <Time at={read.lastAt} as="full" />
          </Fact>
        </Facts>
      </SideSection>
      {ids.length > 0 && (
        <SideSection title={plural(read.subjectIds.length, 'subject')}>
          <ul className="flex flex-col gap-2">
            {ids.map((id) => (
              <li key={id} className="flex min-w-0 flex-col">
                <SubjectOfRead id={id} name={assets.get(id)} page={pageOfRead(read.fields, id)} />
                <SubjectLinks id={id} />
              </li>
            ))}
          </ul>
          {more > 0 && <p className="pt-2 text-small text-fg-3">and {formatCount(more)} more</p>}
        </SideSection>
      )}
    </SidePanel>
  );
}

function SubjectOfRead({ id, name, page }: { id: string; name: string | undefined; page: string | null }) {
  const href = name ? `/assets/${id}` : page;
  const text = name ? <Name name={name} /> : <code className="text-small break-all">{id}</code>;
  return href ? (
    <Link href={href} className="min-w-0 text-primary-text underline-offset-2 hover:underline">
      {text}
    </Link>
  ) : (
    text
  );
}
