import Link from 'next/link';

/** Outside the frame: nobody may be signed in. */
export default function Missing() {
  return (
    <main className="flex flex-col items-center gap-1 px-6 pt-[20vh] text-center">
      <h1 className="font-semibold">This page does not exist, or you may not see it.</h1>
      <Link className="text-primary-text underline underline-offset-2" href="/">
        Home
      </Link>
    </main>
  );
}
