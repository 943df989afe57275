'use client';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useQuery } from 'urql';
import { Mark } from '@/components/mark';
import { ADMIN, CATALOG, DEVELOP, MAIN, type PageItem } from '@/components/pages';
import { graphql } from '@/gql';
import { cn } from '@/lib/class-names';
import { formatCount } from '@/lib/format';
import { useLive } from '@/lib/graphql/use-live';
import { useLater } from '@/lib/use-later';
import { useViewer } from '@/lib/viewer';
import { UserMenu } from './user-menu';

// After the page, as the socket does of which it tells.
const ConnectionLine = dynamic(() => import('./connection-line').then((module) => module.ConnectionLine), {
  ssr: false,
  loading: () => <div className="h-6" />,
});

/** `G` then the key. */
export const GO = [...MAIN, ...CATALOG, ...DEVELOP, ...ADMIN].flatMap(({ key, href, label }) => (key ? [{ key, href, label }] : []));

const NAVIGATION_OPEN = graphql(`
  query NavigationOpen {
    violations(first: 1, filter: { statuses: [OPEN] }) {
      totalCount
    }
  }
`);
const NAVIGATION_VIOLATION = graphql(`
  subscription NavigationViolation($after: String) {
    violationRaised(after: $after) {
      cursor
      type
    }
  }
`);
const NAVIGATION_DEAD = graphql(`
  query NavigationDead {
    deadLetters(first: 1) {
      totalCount
    }
  }
`);

export function Navigation({ isIcons, onKeys }: { isIcons: boolean; onKeys: () => void }) {
  const { isAdmin } = useViewer();
  const [{ data: open }, countAgain] = useQuery({ query: NAVIGATION_OPEN });
  const countLater = useLater(() => countAgain({ requestPolicy: 'network-only' }), 1_000);
  useLive(NAVIGATION_VIOLATION, { variables: {}, onEvent: countLater });
  const [{ data: dead }] = useQuery({ query: NAVIGATION_DEAD, pause: !isAdmin });
  const counts: Record<string, number | null | undefined> = {
    '/violations': open?.violations?.totalCount,
    '/admin/dead-letters': dead?.deadLetters?.totalCount,
  };
  const label = isIcons ? 'max-lg:sr-only' : '';
  return (
    <nav aria-label="PurSight" className="flex h-full flex-col overflow-y-auto border-r border-line bg-canvas px-2 py-2">
      <Link href="/" className="mb-2 flex h-8 items-center gap-2.5 px-2 text-bar">
        <Mark className="size-5 shrink-0" /> <span className={label}>PurSight</span>
      </Link>
      <Group items={MAIN} counts={counts} labelClass={label} />
      <Group title="Catalog" items={CATALOG} counts={counts} labelClass={label} />
      <Group title="Develop" items={DEVELOP} counts={counts} labelClass={label} />
      {isAdmin && <Group title="Admin" items={ADMIN} counts={counts} labelClass={label} />}
      <div className="mt-auto flex flex-col gap-1 pt-3">
        <ConnectionLine labelClass={label} />
        <UserMenu labelClass={label} onKeys={onKeys} />
      </div>
    </nav>
  );
}

type GroupProps = { title?: string; items: readonly PageItem[]; counts: Record<string, number | null | undefined>; labelClass: string };

function Group({ title, items, counts, labelClass }: GroupProps) {
  const path = usePathname();
  return (
    <div className="mb-3">
      {title && <p className={cn('px-2 pb-1 text-micro font-medium text-fg-3', labelClass)}>{title}</p>}
      <ul>
        {items.map(({ href, label, icon: Icon }) => {
          const isCurrent =
            href === '/'
              ? path === '/'
              : path === href || path.startsWith(`${href}/`) || (href === '/search' && path.startsWith('/assets/'));
          const count = counts[href];
          return (
            <li key={href}>
              <Link
                href={href}
                title={label}
                aria-current={isCurrent ? 'page' : undefined}
                className={cn(
                  'flex h-[27px] items-center gap-2.5 rounded-control px-2 hover:bg-hover coarse:h-11',
                  isCurrent ? 'bg-hover font-medium' : 'text-fg-2',
                )}
              >
                <Icon aria-hidden className={cn('size-4 shrink-0', isCurrent ? 'text-primary-text' : 'text-fg-3')} strokeWidth={1.6} />
                <span className={labelClass}>{label}</span>
                {count ? (
                  <span className={cn('ml-auto text-small text-fg-3', labelClass)}>{formatCount(count, count >= 10_000)}</span>
                ) : null}
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
