import { headers } from 'next/headers';
import { SignInPage } from '@/features/session/sign-in-page';

export default async function Page() {
  // Told by the client's server, which strips it from what browsers send.
  const isFirstRun = (await headers()).get('x-first-run') === 'yes';
  return <SignInPage isFirstRun={isFirstRun} />;
}
