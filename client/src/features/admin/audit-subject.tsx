'use client';
import Link from 'next/link';
import { useUrlState } from '@/lib/url-state';
import { hrefWith } from './audit-filter';

/** What an event or a read is about; its page, if it has one. */
export const Subject = ({ text, href }: { text: string; href: string | null }) =>
  href ? (
    <Link href={href} title={text} className="text-primary-text underline-offset-2 hover:underline">
      <bdi>{text}</bdi>
    </Link>
  ) : (
    <bdi title={text}>{text}</bdi>
  );

/** From one thing to all that was changed and read of it, by who and when the table is narrowed to. */
export function SubjectLinks({ id }: { id: string }) {
  const { get } = useUrlState();
  return (
    <span className="flex gap-3 text-small">
      <Link className="text-primary-text underline-offset-2 hover:underline" href={hrefWith(get, null, id)}>
        Its events
      </Link>
      <Link className="text-primary-text underline-offset-2 hover:underline" href={hrefWith(get, 'reads', id)}>
        Its reads
      </Link>
    </span>
  );
}
