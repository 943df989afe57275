import { cn } from '@/lib/class-names';
import { formatEnum, formatNames } from '@/lib/format';

export type OwnerLike = { role: string; user?: { name: string } | null; team?: { name: string } | null };

export const ownerName = ({ user, team }: OwnerLike): string => user?.name ?? team?.name ?? 'unknown';

const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0]!.toUpperCase())
    .join('');

/** Square for a team, round for a person; no pictures. */
export const Initials = ({ name, isTeam = false, className }: { name: string; isTeam?: boolean; className?: string }) => (
  <span
    aria-hidden
    className={cn(
      'inline-flex size-5 shrink-0 items-center justify-center bg-hover text-[10px] leading-none font-semibold text-fg-2',
      isTeam ? 'rounded-chip' : 'rounded-full',
      className,
    )}
  >
    {initialsOf(name)}
  </span>
);

export const OwnerName = ({ owner, className }: { owner: OwnerLike; className?: string }) => (
  <span className={cn('inline-flex max-w-full min-w-0 items-center gap-1.5', className)} title={formatEnum(owner.role)}>
    <Initials name={ownerName(owner)} isTeam={!owner.user && Boolean(owner.team)} />
    <bdi className="truncate">{ownerName(owner)}</bdi>
  </span>
);

/** The first one, and how many more; “No owner” where somebody should act. */
export function Owners({ owners, className }: { owners: readonly OwnerLike[]; className?: string }) {
  const [first] = owners;
  if (!first) return <span className={cn('text-fg-3', className)}>No owner</span>;
  return (
    <span className={cn('inline-flex max-w-full min-w-0 items-center gap-1.5', className)} title={owners.map(ownerName).join(', ')}>
      <Initials name={ownerName(first)} isTeam={!first.user && Boolean(first.team)} />
      <bdi className="truncate">{formatNames(owners.map(ownerName))}</bdi>
    </span>
  );
}
