'use client';
import { CodeBlock } from '@/components/ui/code-block';
import { Fact, Facts, SidePanel, SideSection } from '@/components/ui/side-panel';
import { Time } from '@/components/ui/time';
import type { AuditEntryFragment } from '@/gql/graphql';
import { formatCount } from '@/lib/format';
import { Subject, SubjectLinks } from './audit-subject';
import type { subjectOf } from './audit-words';

type Props = { event: AuditEntryFragment; subject: ReturnType<typeof subjectOf>; detail: string; onClose: () => void };

/** One event with all that the log has of it. */
export const AuditEvent = ({ event, subject, detail, onClose }: Props) => (
  <SidePanel label="The event" onClose={onClose} head={<h2 className="text-panel">Event {formatCount(event.seq)}</h2>}>
    <SideSection>
      <Facts>
        <Fact name="Type">
          <code>{event.type}</code>
        </Fact>
        <Fact name="Time">
          <Time at={event.time} as="full" />
        </Fact>
        <Fact name="Actor">{event.actor ? <bdi>{event.actor.name}</bdi> : event.source}</Fact>
        <Fact name="Subject">
          <Subject {...subject} />
          {event.subject && (
            <>
              <code className="block text-small break-all text-fg-3">{event.subject}</code>
              <SubjectLinks id={event.subject} />
            </>
          )}
        </Fact>
        {detail && (
          <Fact name="Detail">
            <bdi>{detail}</bdi>
          </Fact>
        )}
        <Fact name="Hash">
          <code className="break-all">{event.hash}</code>
        </Fact>
      </Facts>
    </SideSection>
    <SideSection title="Data">
      <CodeBlock label="The event's data" language="json" code={JSON.stringify(event.data, null, 2)} numbered={false} />
    </SideSection>
  </SidePanel>
);
