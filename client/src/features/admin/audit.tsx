'use client';
import { Tabs } from '@/components/ui/tabs';
import { useUrlState } from '@/lib/url-state';
import { AdminOnly } from './admin-only';
import { hrefWith } from './audit-filter';
import { AuditLog } from './audit-log';
import { AuditReads } from './audit-reads';

/** What was changed, and what was read. Who, what and when stay chosen from one to the other. */
export function Audit() {
  const { get } = useUrlState();
  const isOfReads = get('tab') === 'reads';
  const tabs = (
    <Tabs
      label="Audit"
      current={isOfReads ? 'reads' : 'events'}
      tabs={[
        { id: 'events', label: 'Events', href: hrefWith(get, null) },
        { id: 'reads', label: 'Reads', href: hrefWith(get, 'reads') },
      ]}
    />
  );
  return <AdminOnly>{isOfReads ? <AuditReads tabs={tabs} /> : <AuditLog tabs={tabs} />}</AdminOnly>;
}
