/** How Next builds and serves `client/src`. Headers that guard the page are set by `client/server`, which stands in front. */
import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

const repository = fileURLToPath(new URL('..', import.meta.url));

const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  // The packages are in the repository's own folder, above this one.
  turbopack: {
    root: repository,
    rules: {
      '*.{ts,tsx}': {
        condition: { path: /client\/src\/(?!gql\/)/ },
        loaders: [fileURLToPath(new URL('documents-loader.cjs', import.meta.url))],
      },
    },
  },
  outputFileTracingRoot: repository,
  devIndicators: false,
  // `npm run verify` checks the types, with the same compiler as the rest. Next has no other way to live with the native one.
  typescript: { ignoreBuildErrors: true },
  // The pages have no pictures to be scaled: nobody may have that done.
  images: { unoptimized: true },
  // Without a network a way to another page waits for it; else the browser would leave this one, and what was typed, for its own.
  experimental: { useTypeScriptCli: true, useOffline: true },
};

// Next takes a default export only.
export default config;
