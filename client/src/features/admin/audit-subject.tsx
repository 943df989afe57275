import Link from 'next/link';

/** What an event or a read is about; its page, if it has one. */
export const Subject = ({ text, href }: { text: string; href: string | null }) =>
  href ? (
    <Link href={href} title={text} className="text-primary-text underline-offset-2 hover:underline">
      <bdi>{text}</bdi>
    </Link>
  ) : (
    <bdi title={text}>{text}</bdi>
  );
