'use client';
import { Bell as BellIcon } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { Button, IconButton } from '@/components/ui/button';
import { Popover } from '@/components/ui/menu';
import { SEVERITIES, SeverityMark } from '@/components/ui/severity';
import { EmptyState } from '@/components/ui/states';
import { StatusMark } from '@/components/ui/status';
import { Time } from '@/components/ui/time';
import { useAnnouncement } from '@/lib/announce';
import { cn } from '@/lib/class-names';
import { copyNamesWhole } from '@/lib/copy-names';
import { formatNames, plural } from '@/lib/format';
import { groupsOf, markRead, useNotices, type Group } from './notices';
import { useNotifications } from './use-notifications';

/** What came up for this person: violations on their assets, runs that ended or wait for a review; for administrators dead letters. */
export function Bell() {
  useNotifications();
  // Nothing else comes to every page after what is shown first.
  useEffect(copyNamesWhole, []);
  const notices = useNotices();
  const said = useAnnouncement();
  const [isOpen, setOpen] = useState(false);
  const unread = notices.filter(({ isRead }) => !isRead);
  return (
    <>
      <Popover
        label="Notifications"
        align="end"
        className="w-96! p-0!"
        open={isOpen}
        onOpenChange={setOpen}
        trigger={
          <IconButton
            label={unread.length > 0 ? `Notifications, ${unread.length} new` : 'Notifications, nothing new'}
            icon={
              <span className="relative">
                <BellIcon className="size-4" strokeWidth={1.6} />
                {unread.length > 0 && (
                  <span
                    aria-hidden
                    className={cn(
                      'absolute -top-2 left-2 flex h-4 min-w-4 items-center justify-center rounded-full px-1 text-[10px] leading-none font-semibold text-primary-fg',
                      unread.some(({ severity }) => severity === 'CRITICAL') ? 'bg-critical-solid' : 'bg-primary',
                    )}
                  >
                    {unread.length}
                  </span>
                )}
              </span>
            }
          />
        }
      >
        <header className="sticky top-0 flex min-h-[38px] items-center gap-2 border-b border-line bg-raised px-3">
          <h2 className="font-semibold">Notifications</h2>
          {unread.length > 0 && (
            <Button size="small" variant="quiet" className="ml-auto" onClick={() => markRead()}>
              Mark all read
            </Button>
          )}
        </header>
        {notices.length === 0 ? (
          <EmptyState title="Nothing new">Violations on your assets come here, and runs when they end or wait for a review.</EmptyState>
        ) : (
          <ul>
            {groupsOf(notices).map((group) => (
              <GroupRow key={group.key} group={group} onFollow={() => setOpen(false)} />
            ))}
          </ul>
        )}
      </Popover>
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  );
}

/** `12 × Tables have an owner`, or the one that there is. */
function GroupRow({ group: { key, notices, isRead }, onFollow }: { group: Group; onFollow: () => void }) {
  const router = useRouter();
  const newest = notices[0]!;
  const isOne = notices.length === 1;
  const worst = SEVERITIES.find((severity) => notices.some((notice) => notice.severity === severity));
  const fresh = notices.filter((notice) => !notice.isRead).length;
  return (
    <li className="border-b border-line last:border-b-0">
      <button
        type="button"
        className={cn('flex w-full items-start gap-2.5 px-3 py-2 text-left hover:bg-hover', !isRead && 'bg-primary-subtle')}
        onClick={() => {
          markRead(key);
          onFollow();
          router.push(isOne ? newest.href : newest.groupHref);
        }}
      >
        <span className="mt-[3px]">
          {worst ? <SeverityMark severity={worst} /> : newest.status ? <StatusMark status={newest.status} /> : null}
        </span>
        <span className="min-w-0 flex-1">
          <span className={cn('block break-words', !isRead && 'font-medium')}>
            {isOne || !worst ? newest.text : `${notices.length} × ${newest.label}`}
          </span>
          <span className="block truncate text-small text-fg-3">
            {worst ? formatNames([...new Set(notices.map(({ place }) => place))]) : newest.place}
            {!isOne && fresh > 0 && `, ${plural(fresh, 'new one')}`}
          </span>
        </span>
        <Time at={newest.at} className="shrink-0 text-small leading-5 text-fg-3" />
      </button>
    </li>
  );
}
