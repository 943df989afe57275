/** Where the sign-in page leads. Only to addresses of this product, and whole ones: the path of `/.//elsewhere` alone would be another host. */
export function destinationOf({ origin, search }: Pick<Location, 'origin' | 'search'>): string {
  const to = new URLSearchParams(search).get('to');
  if (!to?.startsWith('/') || !URL.canParse(to, origin)) return '/';
  const url = new URL(to, origin);
  return url.origin === origin ? url.href : '/';
}
